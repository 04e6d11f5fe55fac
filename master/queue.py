"""The index queue: customers whose search documents are behind, claimed in batches by many workers."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    and_,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    text,
    type_coerce,
    update,
)
from sqlalchemy.sql.dml import ReturningUpdate

from master.audit import note
from master.session import Transaction
from master.spelling import in_numbers, numbers_of, utc_now
from master.tables.base import table
from master.tables.changes import IndexCheckRow, IndexQueueRow
from master.tables.customers import CustomerRow
from master.tables.types import Instant
from master.wire import ask

customers, queue, checks = table(CustomerRow), table(IndexQueueRow), table(IndexCheckRow)

MOST_ATTEMPTS = 10  # then a customer is set aside: `kehu outbox --dead`
FIRST_WAIT = timedelta(seconds=1)  # doubled with each attempt: ten take about 17 minutes
CLAIMED_FOR = timedelta(seconds=15)  # a batch takes half a second; a killed worker's is free after this

# What every batch asks stands here, and is prepared once.
DATABASE_TIME = select(type_coerce(utc_now(), queue.c.claimed_until.type))
READY = and_(
    queue.c.dead_at.is_(None),
    or_(queue.c.not_before.is_(None), queue.c.not_before <= bindparam("now", type_=Instant())),
    or_(queue.c.claimed_until.is_(None), queue.c.claimed_until <= bindparam("moment", type_=Instant())),
)
WANTED = and_(READY, queue.c.wanted_at.is_not(None))
THESE = in_numbers(queue.c.customer_id, bindparam("ids"))
ANY_READY = select(queue.c.customer_id).where(READY).limit(1)
ANY_WANTED = select(queue.c.customer_id).where(WANTED).limit(1)
HELD = (
    select(queue.c.customer_id, queue.c.attempts)
    .where(THESE, queue.c.claimed_by == bindparam("claim"))
    .order_by(queue.c.customer_id)
    .with_for_update(skip_locked=True)
)
TAKE_OUT = delete(queue).where(THESE)
UP_TO = select(queue.c.customer_id).where(THESE, queue.c.revision <= bindparam("reached"))
FREE = UP_TO.with_for_update(skip_locked=True).cte("free")
TAKE_OUT_UP_TO = delete(queue).where(queue.c.customer_id.in_(select(FREE.c.customer_id)))
ASKED_FOR = and_(READY, queue.c.customer_id == bindparam("customer"), queue.c.wanted_at.is_(None))
NOT_YET = select(queue.c.customer_id).where(ASKED_FOR).with_for_update(skip_locked=True).cte("not_yet")
SAID = {"wanted_at": bindparam("now", type_=Instant())}
WANT = update(queue).where(queue.c.customer_id.in_(select(NOT_YET.c.customer_id))).values(SAID)
LET_GO = update(queue).where(THESE).values(claimed_by=None, claimed_until=None)


def _taking(ready: ColumnElement[bool]) -> ReturningUpdate[Any]:
    first = select(queue.c.customer_id).where(ready).order_by(queue.c.queued_at, queue.c.customer_id)
    most = bindparam("most", type_=Integer())
    chosen = first.limit(most).with_for_update(skip_locked=True).cte("chosen")
    change = update(queue).where(queue.c.customer_id.in_(select(chosen.c.customer_id)))
    claimed = {"claimed_by": bindparam("claim"), "claimed_until": bindparam("until", type_=Instant())}
    return change.values(claimed).returning(queue.c.customer_id, queue.c.revision, queue.c.trace)


TAKE, TAKE_WANTED = _taking(READY), _taking(WANTED)


@dataclass(frozen=True)
class Claim:
    """The customers that one worker is at, with the revisions to reach; of deleted ones, their last.

    causes: the traces of the changes that queued them.
    """

    name: str
    revisions: dict[int, int]
    is_wanted: bool
    causes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Found:
    """What checks compared and found, in all."""

    compared: int = 0
    missing: int = 0
    stale: int = 0
    orphans: int = 0


@dataclass(frozen=True)
class Backlog:
    """How far the index is behind; found: by all checks so far, the last one of which began at checked_at."""

    pending: int
    dead: int
    oldest: datetime | None
    found: Found = Found()
    checked_at: datetime | None = None


def is_waiting(connection: Connection, now: datetime) -> bool:
    """Whether there is a customer to claim."""
    return bool(ask(connection, ANY_READY, _moments(connection, now)))


def is_wanted(connection: Connection, now: datetime) -> bool:
    """Whether a search waits for a customer that can be claimed."""
    return bool(ask(connection, ANY_WANTED, _moments(connection, now)))


def claim(tx: Transaction, most: int) -> Claim:
    """The customers to index next, longest waiting first, those that searches wait for before all others.

    Others are neither held up nor waited for. Who is killed at it loses the claim after CLAIMED_FOR.
    """
    moments = _moments(tx.connection, tx.at)
    taken = {**moments, "claim": tx.id, "until": moments["moment"] + CLAIMED_FOR}
    wanted = {row.customer_id: row for row in tx.ask(TAKE_WANTED, {**taken, "most": most})}
    left = most - len(wanted)
    rest = {row.customer_id: row for row in tx.ask(TAKE, {**taken, "most": left})} if left else {}
    found = {**wanted, **rest}
    causes = dict.fromkeys(row.trace for row in found.values() if row.trace is not None)
    revisions = {id: row.revision for id, row in found.items()}
    return Claim(tx.id, revisions, is_wanted=bool(wanted), causes=tuple(causes))


def _moments(connection: Connection, now: datetime) -> dict[str, Any]:
    """now: by the hub's clock; moment: by the database's."""
    return {"now": now, "moment": _database_time(connection)}


def _database_time(connection: Connection) -> datetime:
    """One clock for the claims of workers on several machines, and one that a sandbox does not stop."""
    ((now,),) = ask(connection, DATABASE_TIME, {})
    return cast(datetime, now)


def claim_again(tx: Transaction, claim: Claim, ids: Sequence[int]) -> None:
    """Keep customers of a claim that the holder itself has just changed in this transaction."""
    until = _database_time(tx.connection) + CLAIMED_FOR
    change = update(queue).where(queue.c.customer_id.in_(ids), queue.c.claimed_by.is_(None))
    rows = tx.execute(
        change.values(claimed_by=claim.name, claimed_until=until).returning(
            queue.c.customer_id, queue.c.revision
        )
    )
    claim.revisions.update({row.customer_id: row.revision for row in rows})


def finish(tx: Transaction, claim: Claim, done: Mapping[int, int], failed: Mapping[int, str]) -> set[int]:
    """Take out what is done, put off what failed, and let go of the rest; the ids that were still claimed.

    done: the revisions that are in the index now. A customer changed meanwhile is no longer claimed, and
    stays. One that another worker took out while this one was at it, longer than a claim lasts, is queued
    again: the index may have taken an old state of it for new.
    """
    held = _held(tx, claim)
    put_off = {id: reason for id, reason in failed.items() if id in held}
    out = [id for id in held if id in done]
    if out:
        tx.tell(TAKE_OUT, [{"ids": numbers_of(out)}])
    for id, reason in put_off.items():
        _put_off(tx, id, held[id], reason)
    _let_go(tx, [id for id in held if id not in done and id not in put_off])
    _queue(tx, {id: revision for id, revision in done.items() if id not in held}, "NOTHING")
    return set(held)


def _held(tx: Transaction, claim: Claim) -> dict[int, int]:
    """Attempts by id, of those that are still claimed; left out are those that somebody is changing."""
    rows = tx.ask(HELD, {"ids": numbers_of(claim.revisions), "claim": claim.name})
    return {row.customer_id: row.attempts for row in rows}


def _let_go(tx: Transaction, ids: Sequence[int]) -> None:
    if ids:
        tx.tell(LET_GO, [{"ids": numbers_of(ids)}])


def again(tx: Transaction, revisions: Mapping[int, int]) -> None:
    """Queue customers, also those that a worker is at; revisions: of those that are gone, their last."""
    _queue(tx, revisions, "UPDATE SET claimed_by = NULL, claimed_until = NULL")


def _queue(tx: Transaction, revisions: Mapping[int, int], waits_anyway: str) -> None:
    if revisions:
        rows = [{"id": id, "revision": revision, "at": tx.at} for id, revision in revisions.items()]
        row = "INSERT INTO index_queue (customer_id, revision, queued_at) VALUES (:id, :revision, :at)"
        told = text(f"{row} ON CONFLICT (customer_id) DO {waits_anyway}")
        tx.execute(told.bindparams(bindparam("at", type_=queue.c.queued_at.type)), rows)


def release(tx: Transaction, claim: Claim) -> None:
    """Let others have what is still claimed: a batch that could not be finished."""
    _let_go(tx, list(_held(tx, claim)))


def release_all(tx: Transaction) -> None:
    """End the claims of those who were killed: for the one who knows that nobody else is at work."""
    tx.execute(
        update(queue).where(queue.c.claimed_by.is_not(None)).values(claimed_by=None, claimed_until=None)
    )


def want(tx: Transaction, customer_id: int) -> None:
    """Have a customer indexed before others: a search waits for it.

    One that a worker is at is let alone: the worker would not see it while this transaction holds it, and
    leave it in the queue until the claim ends.
    """
    tx.tell(WANT, [{**_moments(tx.connection, tx.at), "customer": customer_id}])


def backlog(connection: Connection) -> Backlog:
    alive = queue.c.dead_at.is_(None)
    row = connection.execute(
        select(
            func.count().filter(alive).label("pending"),
            func.count().filter(queue.c.dead_at.is_not(None)).label("dead"),
            func.min(queue.c.queued_at).filter(alive).label("oldest"),
        )
    ).one()
    sums = [func.coalesce(func.sum(checks.c[each.name]), 0) for each in fields(Found)]
    *found, checked_at = connection.execute(select(*sums, func.max(checks.c.at))).one()
    return Backlog(row.pending, row.dead, row.oldest, Found(*map(int, found)), checked_at)


def note_check(tx: Transaction, found: Found) -> None:
    tx.execute(insert(checks), [{"at": tx.at, **asdict(found)}])


def set_aside(connection: Connection) -> Sequence[Any]:
    """(customer_id, number, attempts, error, dead_at) of those that could not be indexed."""
    wanted = select(queue.c.customer_id, customers.c.number, queue.c.attempts, queue.c.error, queue.c.dead_at)
    joined = wanted.outerjoin_from(queue, customers, customers.c.id == queue.c.customer_id)
    return connection.execute(joined.where(queue.c.dead_at.is_not(None)).order_by(queue.c.customer_id)).all()


def done(tx: Transaction, indexed: Mapping[int, int]) -> None:
    """Take customers out that are indexed at this revision or a later one; changed since, they stay."""
    alike: defaultdict[int, list[int]] = defaultdict(list)
    for id, revision in indexed.items():
        alike[revision].append(id)
    tx.tell(TAKE_OUT_UP_TO, [{"ids": numbers_of(ids), "reached": reached} for reached, ids in alike.items()])


def _put_off(tx: Transaction, customer_id: int, attempts: int, reason: str) -> None:
    """Try again later; after MOST_ATTEMPTS set the customer aside."""
    last = attempts + 1 >= MOST_ATTEMPTS
    values = {
        "attempts": attempts + 1,
        "error": reason[:500],
        "not_before": tx.at + FIRST_WAIT * 2**attempts,
        "dead_at": tx.at if last else None,
        "claimed_by": None,
        "claimed_until": None,
    }
    tx.execute(update(queue).where(queue.c.customer_id == customer_id).values(values))


def retry_dead(tx: Transaction, ids: Sequence[int] | None = None) -> int:
    """Queue again what was set aside, all or these; how many."""
    again = {"dead_at": None, "attempts": 0, "not_before": None, "error": None}
    count = tx.execute(update(queue).where(*_dead(ids)).values(again)).rowcount
    note(tx, "index.retry", "index", details={"customers": count})
    return count


def discard_dead(tx: Transaction, ids: Sequence[int]) -> int:
    """Give up these that were set aside; how many. The index keeps what it holds of them."""
    count = tx.execute(delete(queue).where(*_dead(ids))).rowcount
    for id in ids:
        note(tx, "index.discard", "customer", id)
    return count


def _dead(ids: Sequence[int] | None) -> tuple[ColumnElement[bool], ...]:
    those = () if ids is None else (queue.c.customer_id.in_(ids),)
    return (queue.c.dead_at.is_not(None), *those)
