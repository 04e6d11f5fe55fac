"""What the clock makes due, and changes that concern many: both touch customers, whom triggers then queue."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile

from sqlalchemy import Connection, bindparam, case, delete, func, or_, select, text, update

from master.session import Transaction
from master.tables.access import AccessEntryRow, AccessSubjectRow
from master.tables.base import table
from master.tables.changes import NOT_BY_A_COMMAND, DueRow, EventRow, IdempotencyKeyRow, WideChangeRow
from master.tables.customers import CustomerRow
from master.tables.dependencies import WIDE
from master.tables.sources import ImportRunRow, IncomingRecordRow

customers, events = table(CustomerRow), table(EventRow)
accesses, seen = table(AccessEntryRow), table(AccessSubjectRow)
due, wide, idempotency = table(DueRow), table(WideChangeRow), table(IdempotencyKeyRow)
batches, incoming = table(ImportRunRow), table(IncomingRecordRow)

CLOCK = "clock"  # the actor of what comes due or spreads by itself
CHUNK = 500  # customers queued at once for a wide change or a due instant
EVENTS_KEPT = timedelta(days=7)
KEYS_KEPT = timedelta(hours=24)
ENTRIES_AT_ONCE = 200  # of the access log, of up to 1,000 customers each
RECORDS_AT_ONCE = 1000


@dataclass(frozen=True)
class Keeping:
    """For how long what grows without end is kept; records: as they came, None: for good."""

    accesses: timedelta = timedelta(days=365)  # the Cybersecurity Law asks for six months at least
    records: timedelta | None = None


def touch(tx: Transaction, ids: Iterable[int]) -> None:
    """Raise the customers' revisions, so that the triggers queue them and note an event."""
    fresh = func.coalesce(customers.c.revised_in, "") != tx.id
    change = update(customers).where(customers.c.id.in_(list(ids)), fresh)
    tx.execute(change.values(revision=customers.c.revision + 1, revised_in=tx.id, updated_at=tx.at))


def raise_above(tx: Transaction, revisions: Mapping[int, int]) -> None:
    """Give customers a revision above these, which something that follows the master holds of them."""
    change = update(customers).where(customers.c.id == bindparam("customer"))
    higher = case((customers.c.revision > bindparam("held"), customers.c.revision), else_=bindparam("held"))
    values = change.values(revision=higher + 1, revised_in=tx.id, updated_at=tx.at)
    rows = [{"customer": id, "held": revision} for id, revision in revisions.items()]
    if rows:
        tx.execute(values, rows)


def has_upkeep(connection: Connection, now: datetime) -> bool:
    """Whether a wide change waits or something has fallen due."""
    fallen = select(due.c.customer_id).where(due.c.at <= now)
    return bool(connection.scalar(select(or_(fallen.exists(), select(wide.c.id).exists()))))


def fall_due(tx: Transaction) -> list[int]:
    """The customers whom the clock has changed since, touched; at most CHUNK."""
    wanted = select(due.c.customer_id).where(due.c.at <= tx.at).distinct().limit(CHUNK)
    ids = list(tx.connection.scalars(wanted))
    if ids:
        tx.execute(delete(due).where(due.c.at <= tx.at, due.c.customer_id.in_(ids)))
        touch(tx, ids)
    return ids


def schedule(tx: Transaction, instants: Mapping[int, Iterable[datetime]]) -> None:
    """Replace what falls due for these customers."""
    if not instants:
        return
    tx.execute(delete(due).where(due.c.customer_id.in_(list(instants))))
    rows = [{"id": id, "at": at} for id, each in instants.items() for at in sorted(set(each))]
    if rows:
        told = text("INSERT INTO due (customer_id, at) VALUES (:id, :at) ON CONFLICT DO NOTHING")
        tx.execute(told.bindparams(bindparam("at", type_=due.c.at.type)), rows)


def spread(tx: Transaction) -> int:
    """Touch the next CHUNK of customers that the oldest wide change concerns; how many."""
    oldest = select(wide).order_by(wide.c.id).limit(1).with_for_update(skip_locked=True)
    change = tx.execute(oldest).one_or_none()
    if change is None:
        return 0
    concerned = next(each.customers for each in WIDE if each.table.name == change.subject)
    statement = text(
        f"SELECT DISTINCT customer_id FROM ({concerned}) AS concerned"  # noqa: S608  # our own table of dependencies
        " WHERE customer_id > :after ORDER BY customer_id LIMIT :most"
    )
    bound = {"row_id": change.row_id, "after": change.after_customer, "most": CHUNK}
    ids = list(tx.execute(statement, [bound]).scalars())
    if len(ids) < CHUNK:
        tx.execute(delete(wide).where(wide.c.id == change.id))
    else:
        tx.execute(update(wide).where(wide.c.id == change.id).values(after_customer=ids[-1]))
    touch(tx, ids)
    return len(ids)


def to_mend(connection: Connection, ids: Sequence[int]) -> list[int]:
    """Those whose derived columns may be stale: another client or the clock changed them."""
    # As text, for nothing else is taken for the condition of the index that holds these events alone.
    stale = select(events.c.customer_id).where(events.c.customer_id.in_(ids), text(f"({NOT_BY_A_COMMAND})"))
    return list(connection.scalars(stale.distinct()))


def forget(tx: Transaction, keeping: Keeping) -> bool:
    """Drop what is older than it is promised to be kept, some at a time; True when there may be more."""
    tx.execute(delete(events).where(events.c.at < tx.at - EVENTS_KEPT))
    tx.execute(delete(idempotency).where(idempotency.c.at < tx.at - KEYS_KEPT))
    has_more = _forget_accesses(tx, tx.at - keeping.accesses)
    return (keeping.records is not None and _forget_records(tx, tx.at - keeping.records)) | has_more


def _forget_accesses(tx: Transaction, before: datetime) -> bool:
    old = select(accesses.c.id).where(accesses.c.at < before).order_by(accesses.c.at)
    ids = list(tx.connection.scalars(old.limit(ENTRIES_AT_ONCE)))
    if ids:
        tx.execute(delete(seen).where(seen.c.entry_id.in_(ids)))
        tx.execute(delete(accesses).where(accesses.c.id.in_(ids)))
    return len(ids) == ENTRIES_AT_ONCE


def _forget_records(tx: Transaction, before: datetime) -> bool:
    """Their batches stay, with their counts, and tell that they can not be taken back any more. Behind those
    of a batch that is being taken back nothing goes: what came later tells what of it is to stay."""
    columns = (incoming.c.id, incoming.c.batch_id, incoming.c.received_at)
    oldest = tx.execute(select(*columns).order_by(incoming.c.id).limit(RECORDS_AT_ONCE)).all()
    old = list(takewhile(lambda row: row.received_at < before, oldest))
    stays_in = or_(batches.c.taking_back_at.is_(None), batches.c.taken_back_at.is_not(None))
    its = select(batches.c.id).where(batches.c.id.in_({row.batch_id for row in old}), stays_in)
    held = set(tx.execute(its.order_by(batches.c.id).with_for_update(skip_locked=True)).scalars())
    gone = [row.id for row in takewhile(lambda row: row.batch_id in held, old)]
    if gone:
        first_time = (
            batches.c.id.in_({row.batch_id for row in old[: len(gone)]}),
            batches.c.forgotten_at.is_(None),
        )
        tx.execute(update(batches).where(*first_time).values(forgotten_at=tx.at))
        tx.execute(delete(incoming).where(incoming.c.id.in_(gone)))
    return len(gone) == RECORDS_AT_ONCE
