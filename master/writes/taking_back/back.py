"""Takes a batch back: what one transaction took in at a time, the newest first, each in a transaction of its
own that also notes how far this came."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import Connection, func, select, update

from master.audit import note
from master.deadlocks import untangled
from master.errors import Conflict, NotFound
from master.session import Actor, Master, Transaction
from master.tables.base import table
from master.tables.codes import LEFT_BECAUSE, IncomingOutcome, TakenBack
from master.tables.sources import ImportRunRow, IncomingRecordRow
from master.writes.sourced.statements import update_each
from master.writes.taking_back.codes import take_back_codes, take_back_staff
from master.writes.taking_back.deeds import TakingIn
from master.writes.taking_back.groups import Line
from master.writes.taking_back.scopes import MAKING_STAFF, OF_ALL
from master.writes.taking_back.undoing import take_back_records

batches, incoming = table(ImportRunRow), table(IncomingRecordRow)

LAST = 2**63 - 1  # behind every id
REHEARSED = "rehearsal"
FORGOTTEN = (
    "Some records of this batch are no longer kept as they came, so that it can not be taken back any more:"
    " correct its customers, or split off what it linked."
)
NO_EFFECT = (IncomingOutcome.REFUSED, IncomingOutcome.STALE)

Counts = Mapping[TakenBack, int]


@dataclass(frozen=True)
class Step:
    """below: the id of a record; those from there on are done. counts: of these, by what became of them."""

    below: int
    is_done: bool
    counts: Counts


def take_back(
    master: Master, actor: Actor, batch_id: int, reason: str, tell: Callable[[Step], None] = lambda step: None
) -> Counts:
    """All of a batch that is left of it; what became of its records by now. Killed, it goes on where it was.

    tell: is told of each step. Raises NotFound and Conflict.
    """
    step = Step(LAST, False, {})
    while not step.is_done:
        step = untangled(partial(_step, master, actor, batch_id, reason, step.below))
        tell(step)
    with master.reading() as connection:
        return counts_of(connection, batch_id)


def rehearsed_take_back(master: Master, actor: Actor, batch_id: int) -> Counts:
    """What would become of its records, in one transaction that leaves everything as it was."""

    def act(tx: Transaction) -> Counts:
        step = Step(LAST, False, {})
        while not step.is_done:
            step = take_back_next(tx, batch_id, REHEARSED, step.below)
        return counts_of(tx.connection, batch_id)

    return master.rehearsed(actor, act)


def counts_of(connection: Connection, batch_id: int) -> Counts:
    """What became of taking its records back; of those that nobody has tried, nothing."""
    counted = select(incoming.c.taken_back, func.count().label("records")).where(
        incoming.c.batch_id == batch_id, incoming.c.taken_back.is_not(None)
    )
    rows = connection.execute(counted.group_by(incoming.c.taken_back))
    return {TakenBack(row.taken_back): row.records for row in rows}


def _step(master: Master, actor: Actor, batch_id: int, reason: str, below: int) -> Step:
    with master.transaction(actor, reason) as tx:
        return take_back_next(tx, batch_id, reason, below)


def take_back_next(tx: Transaction, batch_id: int, reason: str, below: int = LAST) -> Step:
    """Take back what one transaction took in of the batch: the last that is left, of records with ids lower
    than this. What was left of a batch is tried again. Raises NotFound, and Conflict where nothing was left.
    """
    batch = _begun(tx, batch_id, reason)
    mine = (incoming.c.batch_id == batch_id, incoming.c.taken_back.is_(None))
    newest = incoming.c.id.desc()
    place = select(incoming.c.id, incoming.c.tx, incoming.c.received_at)
    last = tx.execute(place.where(*mine, incoming.c.id < below).order_by(newest).limit(1)).one_or_none()
    if last is None:
        _finish(tx, batch)
        return Step(0, True, {})
    others = (*mine, incoming.c.id < last.id, incoming.c.tx != last.tx)
    before = tx.connection.scalar(select(incoming.c.id).where(*others).order_by(newest).limit(1)) or 0
    its = (*mine, incoming.c.id > before, incoming.c.id <= last.id)
    columns = (incoming.c.id, incoming.c.source_key, incoming.c.outcome)
    rows = tx.execute(select(*columns).where(*its).order_by(incoming.c.id)).all()
    taking_in = TakingIn(batch.id, last.tx, last.received_at, batch.source_id)
    told = _take_back(tx, taking_in, batch.kind, rows)
    update_each(tx, incoming, {id: {"taken_back": became} for id, became in told.items()})
    counts = Counter(told.values())
    details = {"kind": batch.kind, **{became.value: count for became, count in counts.items()}}
    note(tx, "import.take_back", "import", batch_id, details=details)
    return Step(before + 1, False, counts)


def _begun(tx: Transaction, batch_id: int, reason: str) -> Any:
    """The batch, held; from now on nothing more of it is taken in, and it tells that it goes back."""
    held = select(batches).where(batches.c.id == batch_id).with_for_update()
    batch = tx.execute(held).one_or_none()
    if batch is None:
        raise NotFound("There is no batch with this id.", ["id"])
    if batch.forgotten_at is not None:
        raise Conflict(FORGOTTEN, ["id"])
    if batch.taken_back_at is not None and not _try_again(tx, batch_id):
        raise Conflict("This batch was taken back already.", ["id"])
    if batch.taking_back_at is None or batch.taken_back_at is not None:
        began = {"taking_back_at": tx.at, "taken_back_by": tx.actor.name, "taken_back_reason": reason}
        began |= {"finished_at": batch.finished_at or tx.at, "taken_back_at": None}
        tx.execute(update(batches).where(batches.c.id == batch_id).values(began))
    return batch


def _try_again(tx: Transaction, batch_id: int) -> bool:
    """Whether something of a batch was left when it was taken back: it may go by now."""
    left = (incoming.c.batch_id == batch_id, incoming.c.taken_back.in_(tuple(LEFT_BECAUSE)))
    return tx.execute(update(incoming).where(*left).values(taken_back=None)).rowcount > 0


def _take_back(tx: Transaction, taking_in: TakingIn, kind: str, rows: Sequence[Any]) -> dict[int, TakenBack]:
    lines = [
        Line(row.id, row.source_key)
        for row in rows
        if row.source_key is not None and row.outcome not in NO_EFFECT
    ]
    act = take_back_codes if kind in OF_ALL else take_back_records
    told = dict.fromkeys((row.id for row in rows), TakenBack.NOTHING) | act(tx, taking_in, kind, lines)
    if kind in MAKING_STAFF:
        take_back_staff(tx, taking_in)
    return told


def _finish(tx: Transaction, batch: Any) -> None:
    tx.execute(update(batches).where(batches.c.id == batch.id).values(taken_back_at=tx.at))
    note(tx, "import.taken_back", "import", batch.id, details={"kind": batch.kind})
