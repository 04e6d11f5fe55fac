"""Compares master and index, range by range: what is missing, stale or orphaned, and has it mended."""

import asyncio
from dataclasses import dataclass, field
from functools import partial

from sqlalchemy import select

from indexing.documents.customers import content_mark
from indexing.documents.reading import read_what_can
from indexing.engines.port import Mark, SearchEngine
from indexing.keyed import KeyedTerms
from master import queue, upkeep
from master.audit import note
from master.deadlocks import untangled
from master.session import Actor, Master, Transaction
from master.tables.base import table
from master.tables.changes import IndexQueueRow
from master.tables.customers import CustomerRow

customers, waiting = table(CustomerRow), table(IndexQueueRow)

PAGE = 20_000  # customers of the master and of the index in memory at once
MENDED_AT_ONCE = 500
EVERY = 200  # of so many customers one's document is made again and compared; another one each day
LAST_ID = 2**63 - 1
CHECK = Actor("index check")


@dataclass
class Drift:
    """Customers missing in the index, there in another state, or there and no longer in the master.

    Those that wait in the queue are not counted: the index knows that it is behind on them. Each comes with
    the revision that the index holds of it; of a missing one with that at which the index remembers it as
    deleted, or 0. read: how many documents were made and compared.
    """

    compared: int = 0
    read: int = 0
    missing: dict[int, int] = field(default_factory=dict)
    stale: dict[int, int] = field(default_factory=dict)
    orphans: dict[int, int] = field(default_factory=dict)

    @property
    def is_clean(self) -> bool:
        return not (self.missing or self.stale or self.orphans)

    @property
    def revisions(self) -> dict[int, int]:
        """All of them, with what the index holds."""
        return {**self.missing, **self.stale, **self.orphans}

    def __str__(self) -> str:
        return f"{len(self.missing)} missing, {len(self.stale)} stale, {len(self.orphans)} orphans"

    def add(self, other: "Drift") -> None:
        self.compared += other.compared
        self.read += other.read
        self.missing |= other.missing
        self.stale |= other.stale
        self.orphans |= other.orphans

    def keep(self, other: "Drift") -> None:
        """Only what the other one found as well."""
        self.missing = {id: held for id, held in self.missing.items() if id in other.missing}
        self.stale = {id: held for id, held in self.stale.items() if other.stale.get(id) == held}
        self.orphans = {id: held for id, held in self.orphans.items() if other.orphans.get(id) == held}


@dataclass(frozen=True)
class _Range:
    """What the master has between two ids: revisions, and who waits in the queue."""

    high: int
    revisions: dict[int, int]
    waiting: set[int]


async def check(
    master: Master, engine: SearchEngine, *, generation: str | None = None, every: int = EVERY
) -> Drift:
    """Walk both by id, a page of each in memory. Revisions are compared of all, documents of one in `every`.

    generation: one that does not serve; who waits in the queue then counts as well.

    A range in which something is found is looked at again: what changed between the two looks was no drift.
    """
    found, low = Drift(), 0
    while low <= LAST_ID:
        drift, behind = await _compare(master, engine, generation, low, every)
        if not drift.is_clean:
            drift.keep((await _compare(master, engine, generation, low, every))[0])
            drift.missing |= await engine.buried(list(drift.missing), generation=generation)
        found.add(drift)
        low = behind
    return found


async def _compare(
    master: Master, engine: SearchEngine, generation: str | None, low: int, every: int
) -> tuple[Drift, int]:
    """What differs from an id on, and the id behind the last one compared."""
    # The master first: whatever does not wait now is in the index already, in this state or a later one.
    there = await asyncio.to_thread(_range, master, low)
    marks = await engine.marks(low, PAGE, generation=generation)
    high = min(there.high, marks[-1].id if len(marks) == PAGE else LAST_ID)
    held = {mark.id: mark for mark in marks if mark.id <= high}
    # Who waits will be put into the index that serves; of another one nobody knows that it is behind.
    excused = there.waiting if generation is None else set[int]()
    settled = {id: r for id, r in there.revisions.items() if id <= high and id not in excused}
    drift = Drift(
        compared=len(settled),
        missing={id: 0 for id in settled if id not in held},
        stale={id: held[id].revision for id, r in settled.items() if id in held and held[id].revision != r},
        orphans={
            id: mark.revision for id, mark in held.items() if id not in there.revisions and id not in excused
        },
    )
    await asyncio.to_thread(_compare_documents, master, drift, settled, held, every)
    return drift, high + 1


def _range(master: Master, low: int) -> _Range:
    wanted = select(customers.c.id, customers.c.revision).where(customers.c.id >= low)
    with master.reading() as connection:
        rows = connection.execute(wanted.order_by(customers.c.id).limit(PAGE)).all()
        high = rows[-1].id if len(rows) == PAGE else LAST_ID
        queued = select(waiting.c.customer_id).where(
            waiting.c.customer_id >= low, waiting.c.customer_id <= high
        )
        return _Range(high, {row.id: row.revision for row in rows}, set(connection.scalars(queued)))


def _compare_documents(
    master: Master, drift: Drift, settled: dict[int, int], held: dict[int, Mark], every: int
) -> None:
    """Make some documents again: stale is also what has the right revision and another content."""
    key = KeyedTerms(master.keys).mark_key
    turn = master.clock.today().toordinal() % every
    chosen = [id for id, r in settled.items() if id % every == turn and id in held and held[id].revision == r]
    for start in range(0, len(chosen), MENDED_AT_ONCE):
        with master.reading() as connection:
            # Documents depend on the clock and on changes that are still spreading: they are not queued yet.
            if upkeep.has_upkeep(connection, master.clock.now()):
                return
            readings, _ = read_what_can(connection, chosen[start : start + MENDED_AT_ONCE], master.clock)
        for reading in readings:
            document, mark = reading.document, held[reading.document.id]
            drift.read += 1
            if document.revision == mark.revision and content_mark(document, key) != mark.content:
                drift.stale[document.id] = mark.revision


def repair(master: Master, drift: Drift) -> None:
    """Queue what differs: the worker puts in what is missing or stale, and takes orphans out."""
    differing = sorted(drift.revisions.items())
    for start in range(0, len(differing), MENDED_AT_ONCE):
        untangled(partial(_queue_again, master, dict(differing[start : start + MENDED_AT_ONCE])))


def _queue_again(master: Master, some: dict[int, int]) -> None:
    with master.transaction(CHECK, "the index had drifted") as tx:
        note(tx, "index.repair", "index", details={"customers": len(some)})
        upkeep.raise_above(tx, _above(tx, some))
        queue.again(tx, some)


def _above(tx: Transaction, held: dict[int, int]) -> dict[int, int]:
    """Those of whom the index holds a later revision than the master has: it would refuse the present one."""
    now = tx.execute(select(customers.c.id, customers.c.revision).where(customers.c.id.in_(held)))
    return {row.id: held[row.id] for row in now if held[row.id] > row.revision}
