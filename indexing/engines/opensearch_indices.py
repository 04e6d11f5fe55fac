"""The hub's indices on a cluster: generations side by side, and the alias of the one that answers."""

import re
import secrets
from dataclasses import dataclass
from typing import Any

from indexing.documents.customers import SCHEMA_VERSION
from indexing.engines.opensearch_bulk import milliseconds_now
from indexing.engines.opensearch_connection import Connection, IndexMissing
from indexing.engines.opensearch_documents import FILLING, FIXED, MAPPING, SERVING
from indexing.errors import OtherKeys, SearchUnavailable

SECONDS = 30.0
FIRST = "000001-first"
LONGEST_FILL_MS = 24 * 3600 * 1000


@dataclass(frozen=True, slots=True)
class Indices:
    """`name` is the alias of the generation that serves, one of `name-000001-…`.

    Searches and writes go to a second alias, which has the keys in its name: no hub with other keys reads
    what it can not understand, or writes hashes that nobody looks for.
    """

    connection: Connection
    name: str
    keys: str  # their fingerprint

    @property
    def ours(self) -> str:
        return f"{self.name}.{self.keys}"

    def entrance(self, generation: str | None) -> str:
        """The alias to write by; each generation has one, so that no write makes an index that is gone."""
        return self.ours if generation is None else f"{self.known(generation)}.in"

    def known(self, generation: str) -> str:
        if re.fullmatch(rf"{re.escape(self.name)}-[0-9]{{6}}-[a-z0-9]+", generation) is None:
            raise SearchUnavailable("There is no such generation of the index.")
        return generation

    async def generations(self) -> list[str]:
        """The serving one first, then the others, newest first."""
        found = await self._ask("GET", f"/{self.name}-*/_alias")
        mine = {name: set(each["aliases"]) for name, each in found.items() if self._is_mine(name)}
        return sorted(mine, key=lambda name: (self.name in mine[name], name), reverse=True)

    async def servable(self) -> list[str]:
        """The same; of the others only those of this version of the code and of these keys."""
        serving, *others = await self.generations()
        return [serving, *[name for name in others if self._is_ours(await self._meta(name))]]

    async def serving(self) -> str:
        """Raises IndexMissing."""
        return str(next(iter(await self._ask("GET", f"/{self.name}/_alias"))))

    async def make_first(self) -> None:
        """An empty index that serves, where there is none; of many that try, one makes it.

        Raises OtherKeys.
        """
        live = {**FIXED, **SERVING}
        aliases = {self.name: {}, self.ours: {"is_write_index": True}}
        try:
            await self._create(f"{self.name}-{FIRST}", live, aliases)
        except SearchUnavailable:
            served = await self._ask("GET", f"/{self.name}/_alias")
            if not any(self.ours in each["aliases"] for each in served.values()):
                raise OtherKeys from None

    async def make(self) -> str:
        """A new, empty generation that does not serve, ready to be filled; names are never used twice."""
        numbers = [int(name.removeprefix(f"{self.name}-")[:6]) for name in await self.generations()]
        name = f"{self.name}-{max(numbers, default=0) + 1:06d}-{secrets.token_hex(4)}"
        await self._create(name, {**FIXED, **FILLING}, aliases={})
        return name

    async def serve(self, generation: str) -> None:
        """Settle it, then swap the alias at once: no search finds none or two."""
        await self._ask("POST", f"/{self.known(generation)}/_refresh")
        await self._ask("PUT", f"/{generation}/_settings", {"index": SERVING})
        told = {**await self._meta(generation), "complete": True}
        await self._ask("PUT", f"/{generation}/_mapping", {"_meta": told})
        swap = [
            *await self._removals(),
            {"add": {"index": generation, "alias": self.name}},
            {"add": {"index": generation, "alias": self.ours, "is_write_index": True}},
        ]
        await self._ask("POST", "/_aliases", {"actions": swap})

    async def _removals(self) -> list[dict[str, Any]]:
        """Of the aliases that what serves now is searched and written by, with whatever keys."""
        found = await self._ask("GET", f"/{self.name}-*/_alias")
        return [
            {"remove": {"index": index, "alias": alias}}
            for index, each in found.items()
            for alias in each["aliases"]
            if alias == self.name or alias.startswith(f"{self.name}.")
        ]

    async def drop_abandoned(self) -> None:
        """What is newer than the serving one, and older than any rebuild takes, is of one that was killed."""
        told = await self._ask("GET", f"/{self.name}-*/_settings/index.creation_date")
        made = {name: int(each["settings"]["index"]["creation_date"]) for name, each in told.items()}
        serving = await self.serving()
        long_ago = milliseconds_now() - LONGEST_FILL_MS
        for name, at in made.items():
            if self._is_mine(name) and name > serving and at < long_ago:
                await self.drop(name)

    async def drop(self, generation: str) -> None:
        try:
            await self._ask("DELETE", f"/{self.known(generation)}")
        except IndexMissing:
            return

    async def is_complete(self) -> bool:
        """Whether what serves was filled from the whole master by this version of the code."""
        told = await self._meta(self.name)
        return self._is_ours(told) and bool(told.get("complete"))

    def _is_ours(self, meta: dict[str, Any]) -> bool:
        return meta.get("schema") == SCHEMA_VERSION and meta.get("keys") == self.keys

    async def _meta(self, index: str) -> dict[str, Any]:
        """What an index says of itself: the version of the code that made it, and whether it was filled."""
        (found,) = (await self._ask("GET", f"/{index}/_mapping")).values()
        return dict(found["mappings"].get("_meta", {}))

    def _is_mine(self, name: str) -> bool:
        return re.fullmatch(rf"{re.escape(self.name)}-[0-9]{{6}}-[a-z0-9]+", name) is not None

    async def _create(self, name: str, settings: dict[str, Any], aliases: dict[str, Any]) -> None:
        body = {
            "settings": {"index": settings},
            "mappings": {
                **MAPPING,
                "_meta": {"schema": SCHEMA_VERSION, "keys": self.keys, "complete": False},
            },
            "aliases": {f"{name}.in": {"is_write_index": True}, **aliases},
        }
        await self._ask("PUT", f"/{name}", body)

    async def _ask(self, method: str, path: str, body: Any = None) -> Any:
        return await self.connection.ask(method, path, body, seconds=SECONDS)
