"""A new index beside the serving one: make → fill → catch up → compare → swap. Readers notice nothing."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial

from sqlalchemy import select

from indexing.changes import Changes
from indexing.documents.reading import Reading, read_what_can
from indexing.drift import PAGE as MARKS
from indexing.drift import Drift, check
from indexing.engines.port import SearchEngine
from indexing.errors import DocumentsRefused
from indexing.filling import FillingFailed, Opener, fill
from master import queue
from master.deadlocks import untangled
from master.leases import leased
from master.onlookers import Onlooker, nobody
from master.session import Actor, Master
from master.tables.base import table
from master.tables.changes import IndexQueueRow
from master.tables.customers import CustomerRow

customers, waiting = table(CustomerRow), table(IndexQueueRow)

PAGE = 2000  # customers read and committed at once: about 20 MB of documents
TRIED = 50  # customers read before a rebuild begins
FEW = 500  # changed customers that may be left to the worker
TRIES = 3
LEASE = "index rebuild"  # two at once would each make the other's work old
REBUILD = Actor("index rebuild")


class RebuildFailed(Exception):
    """The new index does not hold what the master holds; the serving one is as it was."""


class NothingBefore(Exception):
    """There is no earlier index that could serve again."""


@dataclass(frozen=True)
class Rebuilt:
    """unreadable: customers that are left out, because their rows can not be read."""

    generation: str
    customers: int
    unreadable: int


async def _going_on(step: str) -> None:
    """Nobody stops here."""


@dataclass
class Succession:
    """Makes another generation serve in the place of the present one.

    opener: lets several processes fill it. reached: told after each step; tests stop there.
    """

    master: Master
    engine: SearchEngine
    opener: Opener | None = None
    progress: Onlooker = nobody
    reached: Callable[[str], Awaitable[None]] = _going_on
    failed: set[int] = field(default_factory=set)

    async def rebuild(self) -> Rebuilt:
        """Fill a new index from the master and let it serve. Raises RebuildFailed, and Leased."""
        async with self._alone():
            return await self._rebuild()

    async def rollback(self) -> Rebuilt:
        """Let the index that served before serve again, brought up to date first. Raises NothingBefore."""
        async with self._alone():
            return await self._rollback()

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        lease = leased(self.master, REBUILD, LEASE)
        await asyncio.to_thread(lease.__enter__)
        try:
            yield
        finally:
            await asyncio.to_thread(lease.__exit__, None, None, None)

    async def _rebuild(self) -> Rebuilt:
        await asyncio.to_thread(self._require_keys)
        generation = await self.engine.new_generation()
        try:
            await self.reached("made")
            changes = await asyncio.to_thread(Changes, self.master)
            self.failed = await fill(self.master, self.engine, generation, self.opener, self.progress)
            await self.reached("filled")
            await self._catch_up(generation, changes)
            await self.reached("caught up")
            await self._compare(generation, changes)
            await self.reached("compared")
            await self.engine.serve_generation(generation)
        except ExceptionGroup as group:
            await self.engine.drop_generation(generation)
            raise RebuildFailed(f"{_first_of(group)}: nothing was swapped") from group
        except (Exception, asyncio.CancelledError):
            await self.engine.drop_generation(generation)
            raise
        return await self._settle(generation, changes)

    def _require_keys(self) -> None:
        """Raises RebuildFailed where this process has not the master's keys: its index would be empty."""
        with self.master.reading() as connection:
            ids = list(connection.scalars(select(customers.c.id).order_by(customers.c.id).limit(TRIED)))
            readings, failed = read_what_can(connection, ids, self.master.clock)
        if len(failed) > len(readings):
            raise RebuildFailed("most customers can not be read: KEHU_KEYS must name this master's key file")

    async def _rollback(self) -> Rebuilt:
        serving, *others = await self.engine.generations()
        before = next((name for name in others if name < serving), None)
        if before is None:
            raise NothingBefore("there is no earlier index: it was dropped, or none was ever rebuilt")
        changes = await asyncio.to_thread(Changes, self.master)
        await self._compare(before, changes)
        await self.reached("compared")
        await self.engine.serve_generation(before)
        return await self._settle(before, changes)

    async def _settle(self, generation: str, changes: Changes) -> Rebuilt:
        """The new one serves: what was written into the old one meanwhile is queued for it."""
        await self.reached("served")
        await self._take_out_what_is_there()
        await asyncio.to_thread(self._queue_the_rest, changes)
        await self.reached("settled")
        return Rebuilt(generation, await self.engine.count(), len(self.failed))

    async def _catch_up(self, generation: str, changes: Changes) -> None:
        """Put in again what changed since the last look, until few have: those are queued in the end."""
        while changed := await asyncio.to_thread(changes.look):
            await self._renew(generation, changed)
            if len(changed) <= FEW:
                return

    async def _renew(self, generation: str, revisions: dict[int, int]) -> None:
        """revisions: of the deleted ones among these customers, their last."""
        ids = sorted(revisions)
        for start in range(0, len(ids), PAGE):
            page = ids[start : start + PAGE]
            readings = await asyncio.to_thread(self._read, page)
            there = {reading.document.id for reading in readings}
            gone = {id: revisions[id] for id in page if id not in there}
            try:
                documents = [reading.document for reading in readings]
                await self.engine.apply(documents, gone, generation=generation)
            except DocumentsRefused as refused:
                self.failed |= refused.reasons.keys()

    def _read(self, ids: list[int]) -> list[Reading]:
        with self.master.reading() as connection:
            readings, failed = read_what_can(connection, ids, self.master.clock)
        self.failed = (self.failed - set(ids)) | failed.keys()
        return readings

    async def _compare(self, generation: str, changes: Changes) -> None:
        """Raises RebuildFailed when the generation differs from the master, however often it is mended."""
        drift = Drift()
        for _ in range(TRIES):
            await self._catch_up(generation, changes)
            drift = await check(self.master, self.engine, generation=generation)
            changed = await asyncio.to_thread(changes.look)
            wrong = {id: revision for id, revision in drift.revisions.items() if id not in changed}
            await self._renew(generation, changed | wrong)
            if not wrong.keys() - self.failed:
                return
        raise RebuildFailed(f"the new index differs from the master ({drift}): nothing was swapped")

    async def _take_out_what_is_there(self) -> None:
        """Take customers out of the queue whom the index, now that it serves, holds as they are queued."""
        low = 0
        while marks := await self.engine.marks(low, MARKS):
            held = {mark.id: mark.revision for mark in marks}
            await asyncio.to_thread(self._done, held, low, marks[-1].id)
            low = marks[-1].id + 1

    def _done(self, held: dict[int, int], low: int, high: int) -> None:
        between = (waiting.c.customer_id >= low, waiting.c.customer_id <= high)
        with self.master.reading() as connection:
            queued = list(connection.scalars(select(waiting.c.customer_id).where(*between)))
        for start in range(0, len(queued), PAGE):
            with self.master.transaction(REBUILD) as tx:
                queue.done(tx, {id: held[id] for id in queued[start : start + PAGE] if id in held})

    def _queue_the_rest(self, changes: Changes) -> None:
        """For the worker to put in or set aside: what changed since the last look, and what can not be read.

        What commits from now on is queued anyway, and put into the index that serves.
        """
        rest = sorted({**dict.fromkeys(self.failed, 0), **changes.look()}.items())
        for start in range(0, len(rest), PAGE):
            untangled(partial(self._queue_again, dict(rest[start : start + PAGE])))

    def _queue_again(self, some: Mapping[int, int]) -> None:
        with self.master.transaction(REBUILD) as tx:
            queue.again(tx, some)


def _first_of(group: ExceptionGroup[Exception]) -> Exception:
    """What a group of processes failed of; anything but FillingFailed is a bug, and raised."""
    for error in group.exceptions:
        if not isinstance(error, FillingFailed):
            raise error
    return group.exceptions[0]


async def rebuild(
    master: Master,
    engine: SearchEngine,
    progress: Onlooker = nobody,
    opener: Opener | None = None,
) -> Rebuilt:
    """Fill a new index from the master and let it serve; progress(done, all) is told now and then."""
    return await Succession(master, engine, opener, progress).rebuild()
