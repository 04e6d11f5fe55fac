"""The search engine of the server profile: an OpenSearch cluster, any number of writers and readers."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

from indexing.documents.customers import CustomerDocument
from indexing.engines.opensearch_address import read_address
from indexing.engines.opensearch_bulk import ANSWER, bulks, milliseconds_now, refused_of
from indexing.engines.opensearch_connection import Connection, IndexMissing, RequestTimedOut, ShardAway
from indexing.engines.opensearch_documents import SHIFT
from indexing.engines.opensearch_indices import Indices
from indexing.engines.opensearch_queries import FACETS, LIVING, entries_body, marks_body, search_body
from indexing.engines.port import Candidate, Candidates, Extent, FacetCount, Facets, Health, IndexEntry, Mark
from indexing.errors import DocumentsRefused, OtherKeys, SearchTooSlow, SearchUnavailable
from indexing.keyed import KeyedTerms
from indexing.questions import Question
from master.keys import Keys

OLDEST = (2, 19)
BULK_SECONDS = 60.0
OTHER_SECONDS = 30.0
# Until another node has taken over from one that is gone; a search waits no longer than its own seconds.
RESTS = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2)
MOST_HITS = 10_000  # that OpenSearch gives at once
TOMBSTONES_KEPT_MS = 7 * 24 * 3600 * 1000  # no write is under way for so long


T = TypeVar("T")


class OpenSearchEngine:
    """Answers from the index behind the alias `<name>-customers`; makes an empty one where there is none.

    search_seconds: what a search may take; None: as long as it needs. Raises ValueError for a wrong URL.
    """

    has_one_writer = False
    gather_seconds = 0.1  # a tenth of what the next refresh takes

    def __init__(self, url: str, keys: Keys, search_seconds: float | None = None) -> None:
        self._keyed = KeyedTerms(keys)
        address = read_address(url)
        self._connection = Connection(address)
        self._indices = Indices(self._connection, f"{address.name}-customers", self._keyed.fingerprint)
        self._seconds = search_seconds

    async def search(self, question: Question, extent: Extent) -> Candidates:
        body = search_body(self._keyed.asked(question), extent, self._seconds)
        try:
            async with asyncio.timeout(self._seconds):
                told = await self._made(lambda: self._searched(body))
        except (TimeoutError, RequestTimedOut):
            raise SearchTooSlow(self._seconds or OTHER_SECONDS) from None
        if told["timed_out"]:
            raise SearchTooSlow(self._seconds or OTHER_SECONDS)
        total = told["hits"]["total"]["value"] if extent.wants_total else None
        found = tuple(_candidate(hit) for hit in told["hits"]["hits"])
        return Candidates(found, total, _facets(told["aggregations"]) if extent.wants_facets else None)

    async def apply(
        self,
        documents: Sequence[CustomerDocument],
        gone: Mapping[int, int],
        *,
        generation: str | None = None,
        visible: bool = True,
    ) -> None:
        entrance = self._indices.entrance(generation)
        bodies, refused = await asyncio.to_thread(bulks, documents, gone, self._keyed)
        # Nobody searches what is being filled; count() and entries() refresh it.
        refresh = "true" if visible and generation is None else "false"
        for body in bodies:
            refused |= await self._made(partial(self._put, entrance, body, refresh), generation)
        if refused:
            raise DocumentsRefused(refused)

    async def count(self, *, generation: str | None = None) -> int:
        if generation is not None:
            await self._refresh(generation)
        path = f"/{generation or self._indices.ours}/_count"
        told = await self._made(lambda: self._ask("POST", path, {"query": LIVING}), generation)
        return int(told["count"])

    async def entries(self, *, generation: str | None = None) -> AsyncIterator[IndexEntry]:
        await self._made(lambda: self._refresh(generation), generation)
        path, after = f"/{generation or self._indices.ours}/_search", None
        while True:
            told = await self._ask("POST", path, entries_body(after, MOST_HITS))
            hits = told["hits"]["hits"]
            for hit in hits:
                kept = hit["_source"]
                yield IndexEntry(int(hit["_id"]), kept["number"], kept["revision"], kept["name"][0])
            if len(hits) < MOST_HITS:
                return
            (after,) = hits[-1]["sort"]

    async def marks(self, low: int, most: int, *, generation: str | None = None) -> list[Mark]:
        await self._made(lambda: self._refresh(generation), generation)
        path = f"/{generation or self._indices.ours}/_search"
        found: list[Mark] = []
        while len(found) < most:
            wanted = min(most - len(found), MOST_HITS)
            told = await self._ask("POST", path, marks_body(low, wanted))
            found += [_mark(hit) for hit in told["hits"]["hits"]]
            if len(told["hits"]["hits"]) < wanted:
                break
            low = found[-1].id + 1
        return found

    async def buried(self, ids: Sequence[int], *, generation: str | None = None) -> dict[int, int]:
        path = f"/{generation or self._indices.name}/_mget?_source=revision,gone"
        found: dict[int, int] = {}
        for start in range(0, len(ids), MOST_HITS):
            wanted = {"ids": [str(id) for id in ids[start : start + MOST_HITS]]}
            told = await self._made(partial(self._ask, "POST", path, wanted), generation)
            kept = [each for each in told["docs"] if each.get("found") and each["_source"].get("gone")]
            found |= {int(each["_id"]): each["_source"]["revision"] for each in kept}
        return found

    async def make_visible(self) -> None:
        await self._made(lambda: self._refresh(None))

    async def fill(self, documents: Sequence[CustomerDocument], *, generation: str, part: int) -> None:
        """Processes share the one index."""
        await self.apply(documents, {}, generation=generation, visible=False)

    async def close_part(self, *, generation: str, part: int) -> None:
        """Nothing to do: see join_parts."""

    async def join_parts(self, *, generation: str) -> None:
        """On disk, which single writes to a generation do not wait for."""
        await self._ask("POST", f"/{self._indices.known(generation)}/_flush")

    async def drop_generation(self, generation: str) -> None:
        await self._indices.drop(generation)

    async def generations(self) -> list[str]:
        return await self._indices.servable()

    async def new_generation(self) -> str:
        await self._made(self._indices.drop_abandoned)
        return await self._indices.make()

    async def serve_generation(self, generation: str) -> None:
        await self._indices.serve(generation)

    async def drop_old_generations(self) -> list[str]:
        current = await self._indices.serving()
        old = [name for name in await self._indices.generations() if name != current]
        for name in old:
            await self._indices.drop(name)
        return old

    async def claim_writing(self) -> bool:
        """Any number of processes write: revisions decide who wins."""
        return True

    async def tidy(self) -> None:
        old = {"range": {"updated": {"lt": milliseconds_now() - TOMBSTONES_KEPT_MS}}}
        forgotten = {"query": {"bool": {"filter": [{"term": {"gone": True}}, old]}}}
        path = f"/{self._indices.ours}/_delete_by_query"
        await self._made(
            lambda: self._connection.ask("POST", path, forgotten, seconds=BULK_SECONDS, conflicts="proceed")
        )

    async def health(self) -> Health:
        try:
            return await self._health()
        except OtherKeys as error:
            return Health(False, True, 0, str(error))
        except SearchUnavailable as error:  # a cluster that is away may hold a whole index
            return Health(False, False, 0, str(error))

    async def close(self) -> None:
        await self._connection.close()

    async def _searched(self, body: dict[str, Any]) -> Any:
        path = f"/{self._indices.ours}/_search"
        # The server stops at the search's seconds by itself; should it not, the connection is dropped.
        seconds = self._seconds + 1 if self._seconds else BULK_SECONDS
        told = await self._connection.ask("POST", path, body, seconds=seconds)
        if told["_shards"]["failed"]:
            raise ShardAway("A part of the search index does not answer.")
        return told

    async def _put(self, entrance: str, body: bytes, refresh: str) -> dict[int, str]:
        """Why some documents are not in."""
        told = await self._connection.ask(
            "POST",
            f"/{entrance}/_bulk",
            body,
            seconds=BULK_SECONDS,
            require_alias="true",
            refresh=refresh,
            filter_path=ANSWER,
        )
        return refused_of(told)

    async def _health(self) -> Health:
        version = (await self._ask("GET", "/"))["version"]["number"]
        customers = await self.count()
        cluster = await self._ask("GET", f"/_cluster/health/{self._indices.ours}")
        said = f"OpenSearch {version}, nodes: {cluster['number_of_nodes']}, {cluster['status']}"
        if tuple(map(int, version.split(".")[:2])) < OLDEST:
            return Health(
                False, False, customers, f"{said} is too old: {OLDEST[0]}.{OLDEST[1]} or newer is needed."
            )
        if not await self._indices.is_complete():
            return Health(True, True, customers, f"The index is new or of another version. {said}.")
        return Health(cluster["status"] != "red", False, customers, said)

    async def _ask(self, method: str, path: str, body: Any = None) -> Any:
        return await self._connection.ask(method, path, body, seconds=OTHER_SECONDS)

    async def _refresh(self, generation: str | None) -> None:
        await self._ask("POST", f"/{generation or self._indices.ours}/_refresh")

    async def _made(self, work: Callable[[], Awaitable[T]], generation: str | None = None) -> T:
        """What the work gives, on an index that is made where there is none, once all parts have nodes."""
        for rest in RESTS:
            try:
                return await work()
            except IndexMissing:
                if generation is not None:
                    raise
                await self._indices.make_first()
            except ShardAway:
                await asyncio.sleep(rest)
        return await work()


def _candidate(hit: dict[str, Any]) -> Candidate:
    *score, key = hit["sort"]
    names = tuple(hit["_source"]["name"])
    return Candidate(int(hit["_id"]), round(score[0]) if score else 0, key + SHIFT, names)


def _mark(hit: dict[str, Any]) -> Mark:
    fields = hit["fields"]
    return Mark(int(hit["_id"]), fields["revision"][0], fields["content"][0])


def _facets(told: dict[str, Any]) -> Facets:
    return Facets(**{name: _facet(told[name]["buckets"]) for name in FACETS})


def _facet(buckets: list[dict[str, Any]]) -> tuple[FacetCount, ...]:
    counts = [FacetCount(str(bucket["key"]), int(bucket["doc_count"])) for bucket in buckets]
    return tuple(sorted(counts, key=lambda facet: (-facet.count, facet.value)))
