"""A new index beside the serving one: make → fill → catch up → compare → swap. Readers notice nothing."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import func, select

from indexing.documents.reading import Reading, read_what_can
from indexing.engines.port import SearchEngine
from master import queue, upkeep
from master.session import Actor, Master
from master.tables.base import table
from master.tables.changes import EventRow
from master.tables.customers import CustomerRow

customers, events = table(CustomerRow), table(EventRow)

PAGE = 2000  # customers read and committed at once: about 20 MB of documents
REBUILD = Actor("index rebuild")


class RebuildFailed(Exception):
    """The new index does not hold what the master holds; the serving one is as it was."""


@dataclass(frozen=True)
class Rebuilt:
    """unreadable: customers that are left out, because their rows can not be read."""

    generation: str
    customers: int
    unreadable: int


def _silent(done: int, total: int) -> None:
    """Tells nobody."""


async def rebuild(
    master: Master, engine: SearchEngine, progress: Callable[[int, int], None] = _silent
) -> Rebuilt:
    """Fill a new index from the master and let it serve; progress(done, all) is told after each page."""
    return await _Rebuild(master, engine, progress).run()


@dataclass(frozen=True)
class _Page:
    ids: list[int]
    readings: list[Reading]


class _Rebuild:
    def __init__(self, master: Master, engine: SearchEngine, progress: Callable[[int, int], None]) -> None:
        self.master, self.engine, self.progress = master, engine, progress
        self.generation = ""
        self.seen_event = 0
        self.failed: set[int] = set()

    async def run(self) -> Rebuilt:
        self.generation = await self.engine.new_generation()
        self.seen_event = await asyncio.to_thread(self._last_event)
        await self._fill()
        await self._catch_up()
        await self._compare()
        await self.engine.serve_generation(self.generation)
        await self._settle()
        await asyncio.to_thread(self._touch_the_rest)
        return Rebuilt(self.generation, await self.engine.count(), len(self.failed))

    async def _fill(self) -> None:
        total = await asyncio.to_thread(self._count)
        done = 0
        page = await asyncio.to_thread(self._page, 0)
        while page.ids:
            # The next page is read while this one is put in: database and engine let go of the interpreter.
            reading = asyncio.create_task(asyncio.to_thread(self._page, page.ids[-1]))
            await self._put(page.readings, {})
            done += len(page.ids)
            self.progress(done, max(done, total))
            page = await reading

    async def _catch_up(self) -> None:
        """Put in again what changed since the fill began, until nothing more has."""
        while changed := await asyncio.to_thread(self._changed):
            page = await asyncio.to_thread(self._read, sorted(changed))
            there = {reading.document.id for reading in page.readings}
            gone = {id: revision for id, revision in changed.items() if id not in there}
            await self._put(page.readings, gone)

    async def _settle(self) -> None:
        """Take customers out of the queue whom the index, now that it serves, holds as they are queued."""
        held: dict[int, int] = {}
        async for entry in self.engine.entries():
            held[entry.id] = entry.revision
            if len(held) == PAGE:
                await asyncio.to_thread(self._done, held)
                held = {}
        await asyncio.to_thread(self._done, held)

    def _done(self, held: dict[int, int]) -> None:
        with self.master.transaction(REBUILD) as tx:
            queue.done(tx, held)

    async def _compare(self) -> None:
        """Raises RebuildFailed when the counts differ and nothing has changed meanwhile that explains it."""
        for _ in range(3):
            held, wanted = await self._held(), await asyncio.to_thread(self._count) - len(self.failed)
            if held == wanted:
                return
            await self._catch_up()
        raise RebuildFailed(f"the new index holds {held} customers, the master {wanted}: nothing was swapped")

    async def _held(self) -> int:
        return await self.engine.count(generation=self.generation)

    async def _put(self, readings: list[Reading], gone: dict[int, int]) -> None:
        documents = [reading.document for reading in readings]
        await self.engine.apply(documents, gone, generation=self.generation)

    def _count(self) -> int:
        with self.master.reading() as connection:
            return connection.scalar(select(func.count()).select_from(customers)) or 0

    def _page(self, after: int) -> _Page:
        with self.master.reading() as connection:
            wanted = select(customers.c.id).where(customers.c.id > after).order_by(customers.c.id).limit(PAGE)
            ids = list(connection.scalars(wanted))
        return self._read(ids)

    def _read(self, ids: list[int]) -> _Page:
        with self.master.reading() as connection:
            readings, failed = read_what_can(connection, ids, self.master.clock)
        self.failed = (self.failed - set(ids)) | failed.keys()
        return _Page(ids, readings)

    def _last_event(self) -> int:
        with self.master.reading() as connection:
            return connection.scalar(select(func.max(events.c.id))) or 0

    def _touch_the_rest(self) -> None:
        """A new revision for what the new index lacks: for the worker to put in, or to set aside.

        That is what changed between the last look and the swap, and what can not be read.
        """
        rest = set(self.failed)
        while changed := self._changed():
            rest.update(changed)
        with self.master.transaction(REBUILD) as tx:
            upkeep.touch(tx, sorted(rest))

    def _changed(self) -> dict[int, int]:
        """The next customers that have an event after the last one seen, with their last revisions."""
        with self.master.reading() as connection:
            after = events.c.id > self.seen_event
            rows = connection.execute(
                select(events.c.id, events.c.customer_id, events.c.revision)
                .where(after)
                .order_by(events.c.id)
                .limit(PAGE)
            ).all()
        if rows:
            self.seen_event = rows[-1].id
        return {row.customer_id: row.revision for row in rows}
