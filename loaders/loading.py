"""Loads by key, read in waves: whatever is asked for at the same depth of a query is read together."""

import asyncio
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from loaders.batches import Answers, Ask, Moments, answers, nothing
from loaders.reader import Reader
from loaders.relations import PLAIN, Arguments, Relation
from master.access import Viewer

# Turns of the event loop without a new load after which a query waits for nothing else: a resumed resolver
# reaches its fields' loads within three.
QUIET_TURNS = 8

Wave = dict[Ask, dict[Hashable, asyncio.Future[Any]]]


@dataclass(eq=False)
class Loaders:
    """The loads of one request: each (question, key) is read once, and one statement answers all its keys.

    A wave starts when nothing is being read and the query has come to rest, so the number of statements
    goes by the query's shape, never by the number of rows or by which answer came first.
    """

    reader: Reader
    viewer: Viewer
    moments: Moments
    _known: dict[tuple[Ask, Hashable], asyncio.Future[Any]] = field(default_factory=dict)
    _waiting: Wave = field(default_factory=dict)
    _loads: int = 0
    _reading: asyncio.Task[None] | None = None

    def load(
        self, relation: Relation, key: Hashable, arguments: Arguments = PLAIN, *, counted: bool = False
    ) -> asyncio.Future[Any]:
        """The row, rows, page, value or count of the relation for this key. Raises Forbidden."""
        self.viewer.require(relation.rows.permission)
        ask = Ask(relation, arguments, counted)
        future = self._known.get((ask, key))
        if future is None:
            future = asyncio.get_running_loop().create_future()
            self._known[ask, key] = future
            self._waiting.setdefault(ask, {})[key] = future
            self._loads += 1
            if self._reading is None:
                self._reading = asyncio.create_task(self._waves())
        # A field that fails makes graphql-core cancel its siblings: others may wait for the same future.
        return asyncio.shield(future)

    async def close(self) -> None:
        """Nothing more is read; whoever still waits is cancelled."""
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.wait([self._reading])
        for future in self._known.values():
            if future.done() and not future.cancelled():
                future.exception()  # seen: nobody is left to be told
            future.cancel()

    async def _waves(self) -> None:
        await self._rest()
        while self._waiting:
            wave, self._waiting = self._waiting, {}
            _deal(wave, await self._answers(wave))
            await self._rest()
        self._reading = None

    async def _answers(self, wave: Wave) -> "list[Answers | Exception]":
        try:
            return await self.reader.run(lambda connection: self._read(connection, wave))
        except Exception as error:  # no connection: whoever waits is told
            return [error] * len(wave)

    async def _rest(self) -> None:
        """Until the query waits for nothing but what is asked for here."""
        loads, quiet = self._loads, 0
        while quiet < QUIET_TURNS:
            await asyncio.sleep(0)
            quiet = quiet + 1 if loads == self._loads else 0
            loads = self._loads

    def _read(self, connection: Connection, wave: Wave) -> "list[Answers | Exception]":
        return [self._answer(connection, ask, list(keys)) for ask, keys in wave.items()]

    def _answer(self, connection: Connection, ask: Ask, keys: Sequence[Hashable]) -> "Answers | Exception":
        try:
            return answers(connection, ask, keys, self.moments)
        except Exception as error:
            return error


def _deal(wave: Wave, given: "list[Answers | Exception]") -> None:
    for (ask, futures), answer in zip(wave.items(), given, strict=True):
        for key, future in futures.items():
            if isinstance(answer, Exception):
                future.set_exception(answer)
            else:
                future.set_result(answer[key] if key in answer else nothing(ask))
