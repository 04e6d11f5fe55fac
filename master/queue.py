"""What waits: customers for the index, what the clock makes due, and changes that concern many."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, or_, select, text, update

from master.audit import note
from master.session import Transaction
from master.tables.base import table
from master.tables.changes import DueRow, EventRow, IdempotencyKeyRow, IndexQueueRow, WideChangeRow
from master.tables.customers import CustomerRow
from master.tables.dependencies import WIDE

customers, queue, events = table(CustomerRow), table(IndexQueueRow), table(EventRow)
due, wide, idempotency = table(DueRow), table(WideChangeRow), table(IdempotencyKeyRow)

MOST_ATTEMPTS = 10  # then a customer is set aside: `kehu outbox --dead`
FIRST_WAIT = timedelta(seconds=1)  # doubled with each attempt: ten take about 17 minutes
CLOCK = "clock"  # the actor of what comes due or spreads by itself
CHUNK = 500  # customers queued at once for a wide change or a due instant
EVENTS_KEPT = timedelta(days=7)
KEYS_KEPT = timedelta(hours=24)


@dataclass(frozen=True)
class Backlog:
    """How far the index is behind."""

    pending: int
    dead: int
    oldest: datetime | None


def waiting(connection: Connection, now: datetime, most: int) -> list[int]:
    """The ids of customers to index next, longest waiting first; those set aside or backing off left out."""
    ready = or_(queue.c.not_before.is_(None), queue.c.not_before <= now)
    wanted = select(queue.c.customer_id).where(queue.c.dead_at.is_(None), ready)
    return list(connection.scalars(wanted.order_by(queue.c.queued_at, queue.c.customer_id).limit(most)))


def revisions(connection: Connection, ids: Sequence[int]) -> dict[int, int]:
    """Those of these customers that wait, with the revisions to reach; of deleted ones, their last."""
    rows = connection.execute(
        select(queue.c.customer_id, queue.c.revision).where(queue.c.customer_id.in_(ids))
    )
    return {row.customer_id: row.revision for row in rows}


def backlog(connection: Connection) -> Backlog:
    alive = queue.c.dead_at.is_(None)
    row = connection.execute(
        select(
            func.count().filter(alive).label("pending"),
            func.count().filter(queue.c.dead_at.is_not(None)).label("dead"),
            func.min(queue.c.queued_at).filter(alive).label("oldest"),
        )
    ).one()
    return Backlog(row.pending, row.dead, row.oldest)


def set_aside(connection: Connection) -> Sequence[Any]:
    """(customer_id, number, attempts, error, dead_at) of those that could not be indexed."""
    wanted = select(queue.c.customer_id, customers.c.number, queue.c.attempts, queue.c.error, queue.c.dead_at)
    joined = wanted.outerjoin_from(queue, customers, customers.c.id == queue.c.customer_id)
    return connection.execute(joined.where(queue.c.dead_at.is_not(None)).order_by(queue.c.customer_id)).all()


def done(tx: Transaction, indexed: Mapping[int, int]) -> None:
    """Take customers out that are indexed at this revision or a later one; changed since, they stay."""
    if indexed:
        same = (queue.c.customer_id == bindparam("customer"), queue.c.revision <= bindparam("reached"))
        rows = [{"customer": customer, "reached": revision} for customer, revision in indexed.items()]
        tx.execute(delete(queue).where(*same), rows)


def gone(tx: Transaction, ids: Sequence[int]) -> None:
    """Take out customers that the master no longer has; their numbers never come back."""
    if ids:
        tx.execute(delete(queue).where(queue.c.customer_id.in_(ids)))


def failed(tx: Transaction, customer_id: int, error: str) -> None:
    """Try again later; after MOST_ATTEMPTS set the customer aside."""
    attempts = tx.connection.scalar(select(queue.c.attempts).where(queue.c.customer_id == customer_id))
    if attempts is None:
        return
    last = attempts + 1 >= MOST_ATTEMPTS
    change = update(queue).where(queue.c.customer_id == customer_id)
    values = {
        "attempts": attempts + 1,
        "error": error[:500],
        "not_before": tx.at + FIRST_WAIT * 2**attempts,
        "dead_at": tx.at if last else None,
    }
    tx.execute(change.values(values))


def retry_dead(tx: Transaction) -> int:
    """Queue again what was set aside; how many."""
    note(tx, "index.retry", "index")
    again = {"dead_at": None, "attempts": 0, "not_before": None, "error": None}
    return tx.execute(update(queue).where(queue.c.dead_at.is_not(None)).values(again)).rowcount


def touch(tx: Transaction, ids: Iterable[int]) -> None:
    """Raise the customers' revisions, so that the triggers queue them and note an event."""
    fresh = func.coalesce(customers.c.revised_in, "") != tx.id
    change = update(customers).where(customers.c.id.in_(list(ids)), fresh)
    tx.execute(change.values(revision=customers.c.revision + 1, revised_in=tx.id, updated_at=tx.at))


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
    rows = [{"customer_id": id, "at": at} for id, each in instants.items() for at in sorted(set(each))]
    if rows:
        tx.execute(insert(due), rows)


def spread(tx: Transaction) -> int:
    """Touch the next CHUNK of customers that the oldest wide change concerns; how many."""
    change = tx.execute(select(wide).order_by(wide.c.id).limit(1)).one_or_none()
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
    actors = or_(events.c.actor.like("db:%"), events.c.actor == CLOCK)
    stale = select(events.c.customer_id).where(events.c.customer_id.in_(ids), actors)
    return list(connection.scalars(stale.distinct()))


def forget(tx: Transaction) -> None:
    """Drop events and idempotency keys that are older than they are promised to be kept."""
    tx.execute(delete(events).where(events.c.at < tx.at - EVENTS_KEPT))
    tx.execute(delete(idempotency).where(idempotency.c.at < tx.at - KEYS_KEPT))
