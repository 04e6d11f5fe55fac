"""What stewards do with review tasks: take them, say whether two customers are one, and take that back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import or_, select, update

from master.audit import note_all
from master.errors import Conflict, NotFound
from master.reads.reviews import TASKS, by_name
from master.roles import MERGE
from master.session import Transaction
from master.tables.base import table
from master.tables.codes import ReviewAnswer, ReviewStatus
from master.tables.reviews import ReviewTaskRow
from master.tables.tokens import ApiTokenRow
from master.writes import checks
from master.writes.merging.guards import locked_customers
from master.writes.merging.later import Undecided
from master.writes.merging.merge import Merging, merge_customers
from master.writes.merging.unmerge import unmerge_customer
from master.writes.proposals import pair_in_sight
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
    if to is not None and not _may_decide(tx, to):
        raise NotFound("No steward's token that is good today has this name.", ["to"])
    _change(tx, _open(tx, task), "assign", {"assignee": to})


def _may_decide(tx: Transaction, name: str) -> bool:
    """Whether somebody who may merge holds a token of this name."""
    expires = or_(tokens.c.expires_at.is_(None), tokens.c.expires_at > tx.at)
    good = select(tokens.c.role, tokens.c.scopes).where(
        tokens.c.name == name, tokens.c.revoked_at.is_(None), expires
    )
    able = {role for role, its in tx.master.roles.items() if MERGE in its.permissions}
    return any(
        row.role in able and (row.scopes is None or MERGE in row.scopes.split()) for row in tx.execute(good)
    )


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


def undo(tx: Transaction, task: int, reason: str) -> Sequence[Undecided]:
    """Open a task again that was decided in the last 30 days; who were merged by that are two again. Gives
    what came since and stays with the survivor.

    Raises NotFound, Conflict, and what unmerging raises.
    """
    checks.line(reason, ["reason"])
    seen = _seen(tx, task)
    _refuse_to_undo(tx, seen)
    # Before the task is held, as whoever merges does.
    undecided = [] if seen.merge_id is None else _unmerged(tx, seen.merge_id, reason)
    row = _locked(tx, task)
    _refuse_to_undo(tx, row)
    if row.merge_id is not None:
        raise Conflict("Somebody has decided this anew: look at it again.", PATH)
    _change(tx, row, "undo", OPEN_AGAIN, seen.answer)
    return undecided


def _unmerged(tx: Transaction, merge: int, reason: str) -> Sequence[Undecided]:
    """Refused as of the task: the caller has not named the merge."""
    try:
        return unmerge_customer(tx, merge, reason).undecided
    except (Conflict, NotFound) as refusal:
        raise type(refusal)(refusal.message, PATH) from refusal


def _refuse_to_undo(tx: Transaction, row: Any) -> None:
    if row.status is not ReviewStatus.DECIDED:
        raise Conflict("Nobody has decided this.", PATH)
    if row.decided_at < tx.at - UNDONE_WITHIN:
        raise Conflict(
            f"This was decided more than {UNDONE_WITHIN.days} days ago. A merge is undone by unmergeCustomer,"
            " at any time.",
            PATH,
        )


def _change(
    tx: Transaction, row: Any, action: str, values: dict[str, Any], answer: ReviewAnswer | None = None
) -> None:
    """answer: which one is noted, where it is not that of the values."""
    tx.execute(update(tasks).where(tasks.c.id == row.id).values(values))
    answer = answer or values.get("answer")
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
    row = pair_in_sight(tx, TASKS.where(tasks.c.id == task))
    if row is None:
        raise NotFound("There is no review task with this id.", PATH)
    return row
