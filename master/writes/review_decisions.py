"""What stewards do with review tasks: take them, say whether two customers are one, and take that back."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from master.access import customers_in_sight
from master.audit import note_all
from master.errors import Conflict, NotFound
from master.reads.reviews import TASKS, by_name
from master.session import Transaction
from master.sight import bound, reach_of
from master.tables.base import table
from master.tables.codes import ReviewAnswer, ReviewStatus
from master.tables.reviews import ReviewTaskRow
from master.tables.tokens import ApiTokenRow
from master.writes import checks
from master.writes.merging.guards import locked_customers
from master.writes.merging.merge import Merging, merge_customers
from master.writes.merging.unmerge import unmerge_customer
from master.writes.reviews import OPEN_AGAIN

tasks, tokens = table(ReviewTaskRow), table(ApiTokenRow)

CLAIMED_FOR = timedelta(minutes=15)
UNDONE_WITHIN = timedelta(days=30)

PATH = ("tasks",)


@dataclass(frozen=True)
class Decision:
    """What a steward says of a task's pair, and why.

    survivor: who of the two stays where they are one, None: the older; version: what the caller read of it.
    """

    task: int
    answer: ReviewAnswer
    reason: str
    survivor: int | None = None
    version: int | None = None


def claim(tx: Transaction, task: int) -> None:
    """Keep others from deciding it for a while. Raises NotFound; Conflict where somebody else is at it."""
    row = _free(tx, task)
    until = tx.at + CLAIMED_FOR
    _change(tx, row, "claim", {"claimed_by": tx.actor.name, "claimed_until": until})


def release(tx: Transaction, task: int) -> None:
    """Leave it to others. Raises NotFound, and Conflict where somebody else is at it."""
    _change(tx, _free(tx, task), "release", {"claimed_by": None, "claimed_until": None})


def assign(tx: Transaction, task: int, to: str | None) -> None:
    """Say who is to decide it, by the name of a token; None: nobody. Raises NotFound and Conflict."""
    held = select(tokens.c.id).where(tokens.c.name == to, tokens.c.revoked_at.is_(None))
    if to is not None and tx.execute(held).first() is None:
        raise NotFound("No token has this name: give the name of a steward's.", ["to"])
    _change(tx, _open(tx, task), "assign", {"assignee": to})


def decide(tx: Transaction, wanted: Decision) -> None:
    """Who are the same are merged at once. Raises NotFound, Conflict where somebody else has decided it or is
    at it, and what merging raises."""
    row = _seen(tx, wanted.task)
    if wanted.answer is ReviewAnswer.SAME and row.status is ReviewStatus.OPEN:
        # Held before the task is, as whoever merges them does: else each would wait for the other.
        locked_customers(tx, {row.one_id: PATH, row.other_id: PATH})
    row = _free(tx, wanted.task)
    said = {"answer": wanted.answer, "reason": checks.line(wanted.reason, ["reason"])}
    by = {"decided_by": tx.actor.name, "decided_at": tx.at}
    _change(tx, row, "decide", {"status": ReviewStatus.DECIDED, **said, **by})
    if wanted.answer is ReviewAnswer.SAME:
        done = merge_customers(tx, _merging(row, wanted))
        tx.execute(update(tasks).where(tasks.c.id == row.id).values(merge_id=done.merges[0]))


def _merging(row: Any, wanted: Decision) -> Merging:
    both = {row.one_id, row.other_id}
    survivor = row.one_id if wanted.survivor is None else wanted.survivor
    if survivor not in both:
        raise NotFound("This is neither of the two of the task.", ["survivor"])
    return Merging(survivor, tuple(both - {survivor}), wanted.reason, wanted.version)


def undo(tx: Transaction, task: int, reason: str) -> None:
    """Open a task again that was decided in the last 30 days; who were merged by that are two again.

    Raises NotFound, Conflict, and what unmerging raises.
    """
    row = _seen(tx, task)
    if row.merge_id is not None:
        unmerge_customer(tx, row.merge_id, reason)
    row = _locked(tx, task)
    if row.status is not ReviewStatus.DECIDED:
        raise Conflict("Nobody has decided this.", PATH)
    if row.decided_at < tx.at - UNDONE_WITHIN:
        raise Conflict(
            f"This was decided more than {UNDONE_WITHIN.days} days ago. A merge is undone by unmergeCustomer,"
            " at any time.",
            PATH,
        )
    checks.line(reason, ["reason"])
    _change(tx, row, "undo", OPEN_AGAIN)


def _change(tx: Transaction, row: Any, action: str, values: dict[str, Any]) -> None:
    tx.execute(update(tasks).where(tasks.c.id == row.id).values(values))
    answer = values.get("answer") or row.answer
    details = {} if answer is None else {"answer": answer}
    both = sorted({row.one_now, row.other_now})
    note_all(tx, f"review.{action}", "review", [(row.id, customer) for customer in both], details=details)


def _free(tx: Transaction, task: int) -> Any:
    """Open, and nobody else is at it."""
    row = _open(tx, task)
    if row.claimed_by not in (None, tx.actor.name) and row.claimed_until > tx.at:
        who, until = by_name(tx.connection, row.claimed_by), f"{row.claimed_until:%Y-%m-%dT%H:%MZ}"
        raise Conflict(f"{who} is at this until {until}: take another one.", PATH)
    return row


def _open(tx: Transaction, task: int) -> Any:
    row = _locked(tx, task)
    if row.status is ReviewStatus.DECIDED:
        who = by_name(tx.connection, row.decided_by)
        raise Conflict(f"{who} has decided this: {row.answer}. Undo that first.", PATH)
    if row.status is ReviewStatus.WITHDRAWN:
        raise Conflict(
            "The rules do not propose this pair any more, or one of the two is another one now.", PATH
        )
    return row


def _locked(tx: Transaction, task: int) -> Any:
    """The task as it is when nobody else can change it any more."""
    tx.execute(select(tasks.c.id).where(tasks.c.id == task).with_for_update())
    return _seen(tx, task)


def _seen(tx: Transaction, task: int) -> Any:
    """Raises NotFound where one of the two is out of sight: then there is no such task."""
    reach, found = reach_of(tx.actor.sight), TASKS.where(tasks.c.id == task).subquery()
    both = (customers_in_sight(found.c.one_now, reach), customers_in_sight(found.c.other_now, reach))
    row = tx.execute(select(found).where(*both).params(bound(tx.actor.sight))).one_or_none()
    if row is None:
        raise NotFound("There is no review task with this id.", PATH)
    return row
