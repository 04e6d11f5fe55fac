"""Compares master and index, customer by customer: what is missing, stale or orphaned, and mends it."""

from dataclasses import dataclass, field

from sqlalchemy import select

from indexing.engines.port import IndexEntry, SearchEngine
from master.audit import note
from master.session import Actor, Master
from master.tables.base import table
from master.tables.changes import IndexQueueRow
from master.tables.customers import CustomerRow
from master.upkeep import touch

customers, queue = table(CustomerRow), table(IndexQueueRow)

BATCH = 500
CHECK = Actor("index check")


@dataclass
class Drift:
    """Ids of customers: missing in the index, there in an older state, or there and no longer in the master.

    Customers that wait in the queue are not counted: the index knows that it is behind on them. Orphans come
    with the revisions that the index holds of them.
    """

    compared: int = 0
    missing: list[int] = field(default_factory=list)
    stale: list[int] = field(default_factory=list)
    orphans: dict[int, int] = field(default_factory=dict)

    @property
    def is_clean(self) -> bool:
        return not (self.missing or self.stale or self.orphans)


async def check(master: Master, engine: SearchEngine) -> Drift:
    """Walk both by id, side by side."""
    entries = {entry.id: entry async for entry in engine.entries()}
    with master.reading() as connection:
        waiting = set(connection.scalars(select(queue.c.customer_id)))
        rows = connection.execute(select(customers.c.id, customers.c.revision).order_by(customers.c.id))
        return _compared({row.id: row.revision for row in rows}, entries, waiting)


def _compared(revisions: dict[int, int], entries: dict[int, IndexEntry], waiting: set[int]) -> Drift:
    settled = {id: revision for id, revision in revisions.items() if id not in waiting}
    return Drift(
        compared=len(settled),
        missing=[id for id in settled if id not in entries],
        stale=[id for id, revision in settled.items() if id in entries and entries[id].revision != revision],
        orphans={
            id: entry.revision for id, entry in entries.items() if id not in revisions and id not in waiting
        },
    )


async def repair(master: Master, engine: SearchEngine, drift: Drift) -> None:
    """Queue again what is missing or stale, with a new revision, and take orphans out."""
    ids = sorted({*drift.missing, *drift.stale})
    for start in range(0, len(ids), BATCH):
        with master.transaction(CHECK, "the index had drifted") as tx:
            note(tx, "index.repair", "index", details={"customers": len(ids[start : start + BATCH])})
            touch(tx, ids[start : start + BATCH])
    if drift.orphans:
        await engine.apply([], drift.orphans)
