"""Loads by key: a DataLoader for each question, whose batches are read in waves."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection
from strawberry.dataloader import DataLoader

from loaders.batches import Answers, Ask, Moments, answers, nothing
from loaders.reader import Reader
from loaders.relations import PLAIN, Arguments, Relation
from loaders.shown import Shown
from master.access import Viewer

# Turns of the event loop without a new load after which a query waits for nothing else: a resumed resolver
# reaches its fields' loads within three, and a DataLoader passes them on after two more.
QUIET_TURNS = 8

Keys = list[Hashable]


@dataclass(frozen=True)
class Batch:
    """What a DataLoader asks for, and where its answers go."""

    keys: Keys
    answered: asyncio.Future[list[Any]]


Wave = dict[Ask, list[Batch]]


@dataclass(eq=False)
class Loaders:
    """The loads of one request: each (question, key) is read once, and one statement answers all its keys.

    DataLoaders gather what is asked for in one turn of the event loop. Their batches are read together, in
    one visit to a thread, when nothing is being read and the query has come to rest: so the number of
    statements goes by the query's shape, never by the number of rows or by which answer came first
    (docs/decisions/0006).
    """

    reader: Reader
    viewer: Viewer
    moments: Moments
    shown: Shown = field(default_factory=Shown)
    _loaders: dict[Ask, DataLoader[Hashable, Any]] = field(default_factory=dict)
    _waiting: Wave = field(default_factory=dict)
    _unanswered: set[asyncio.Future[list[Any]]] = field(default_factory=set)
    _loads: int = 0
    _reading: asyncio.Task[None] | None = None

    def load(
        self, relation: Relation, key: Hashable, arguments: Arguments = PLAIN, *, counted: bool = False
    ) -> asyncio.Future[Any]:
        """The row, rows, page, value or count of the relation for this key. Raises Forbidden."""
        self.viewer.require(relation.rows.permission)
        ask = Ask(relation, arguments, counted, self.viewer.reach)
        loader = self._loaders.get(ask)
        if loader is None:
            loader = self._loaders[ask] = DataLoader(load_fn=self._passing_on(ask))
        self._loads += 1
        # A field that fails makes graphql-core cancel its siblings: others may wait for the same future.
        return asyncio.shield(loader.load(key))

    @property
    def is_busy(self) -> bool:
        """Whether something is asked for that was not answered."""
        return bool(self._unanswered)

    async def close(self) -> None:
        """Nothing more is read; whoever still waits is cancelled."""
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.wait([self._reading])
        for answered in self._unanswered:
            answered.cancel()

    def _passing_on(self, ask: Ask) -> Callable[[Keys], Awaitable[list[Any]]]:
        async def load(keys: Keys) -> list[Any]:
            answered: asyncio.Future[list[Any]] = asyncio.get_running_loop().create_future()
            self._waiting.setdefault(ask, []).append(Batch(keys, answered))
            self._unanswered.add(answered)
            answered.add_done_callback(self._unanswered.discard)
            self._loads += 1
            if self._reading is None:
                self._reading = asyncio.create_task(self._waves())
            return await answered

        return load

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
        keys = {ask: [key for batch in batches for key in batch.keys] for ask, batches in wave.items()}
        return [self._answer(connection, ask, keys[ask]) for ask in wave]

    def _answer(self, connection: Connection, ask: Ask, keys: Sequence[Hashable]) -> "Answers | Exception":
        try:
            answer = answers(connection, ask, keys, self.moments)
            self.shown.note(ask, answer.values(), self.viewer)
            return answer
        except Exception as error:
            return error


def _deal(wave: Wave, given: "list[Answers | Exception]") -> None:
    for (ask, batches), answer in zip(wave.items(), given, strict=True):
        for batch in batches:
            if batch.answered.done():
                continue
            if isinstance(answer, Exception):
                batch.answered.set_exception(answer)
            else:
                batch.answered.set_result(
                    [answer[key] if key in answer else nothing(ask) for key in batch.keys]
                )
