"""Review tasks: proposed by the rules, decided by stewards, and withdrawn where nothing proposes them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from master.audit import note
from master.errors import Conflict, NotFound
from master.session import Transaction
from master.tables.base import table
from master.tables.codes import ReviewAnswer, ReviewStatus
from master.tables.reviews import ReviewTaskRow
from master.writes import checks
from master.writes.sourced.statements import insert_many, rows_in, update_each

tasks = table(ReviewTaskRow)

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A pair that may be one customer, and how the rules judged it; identity: a digest of what they saw."""

    pair: Pair
    verdict: str
    odds: float
    levels: str
    identity: bytes

    def columns(self, tx: Transaction, rules: str) -> dict[str, Any]:
        return {
            "verdict": self.verdict,
            "odds": self.odds,
            "levels": self.levels,
            "rules": rules,
            "identity": self.identity,
            "priority": round(self.odds * 100),
            "proposed_at": tx.at,
        }


def propose(tx: Transaction, proposals: Sequence[Proposal], rules: str) -> Counter[str]:
    """How many are new, opened again for somebody has changed, and known.

    What a steward said of a pair holds until what is compared of one of the two changes.
    """
    known = _known(tx, [each.pair for each in proposals])
    new, changes, done = [], {}, Counter[str]()
    for each in proposals:
        row, columns = known.get(each.pair), each.columns(tx, rules)
        if row is None:
            done["new"] += 1
            new.append({"one_id": each.pair[0], "other_id": each.pair[1], **columns})
        elif bytes(row.identity) != each.identity or row.status is ReviewStatus.WITHDRAWN:
            done["opened again"] += 1
            changes[row.id] = {**columns, **_OPEN}
        else:
            done["known"] += 1
            if row.status is ReviewStatus.OPEN and (row.odds, row.rules) != (each.odds, rules):
                changes[row.id] = columns
    insert_many(tx, tasks, new)
    update_each(tx, tasks, changes)
    return done


_OPEN = {
    "status": ReviewStatus.OPEN,
    **dict.fromkeys(("answer", "reason", "decided_by", "decided_at")),
}


def decide(tx: Transaction, pair: Pair, answer: ReviewAnswer, reason: str) -> None:
    """What a steward says of a pair. Raises NotFound, and Conflict where somebody has decided it before."""
    row = _task(tx, pair)
    if row.status is ReviewStatus.DECIDED:
        raise Conflict(f"{row.decided_by} has decided this: {row.answer}. Undo that first.", ["pair"])
    decided = {"answer": answer, "reason": checks.line(reason, ["reason"])}
    by = {"decided_by": tx.actor.name, "decided_at": tx.at}
    update_each(tx, tasks, {row.id: {"status": ReviewStatus.DECIDED, **decided, **by}})
    note(tx, "review.decide", "review", row.id, details={"answer": answer})


def undo(tx: Transaction, pair: Pair) -> None:
    """Open a pair again that somebody has decided. Raises NotFound and Conflict."""
    row = _task(tx, pair)
    if row.status is not ReviewStatus.DECIDED:
        raise Conflict("Nobody has decided this.", ["pair"])
    update_each(tx, tasks, {row.id: _OPEN})
    note(tx, "review.undo", "review", row.id, details={"answer": row.answer})


def _task(tx: Transaction, pair: Pair) -> Any:
    its = (tasks.c.one_id == min(pair), tasks.c.other_id == max(pair))
    row = tx.execute(select(tasks).where(*its).with_for_update()).one_or_none()
    if row is None:
        raise NotFound("The rules have not proposed this pair.", ["pair"])
    return row


def withdraw_others(tx: Transaction, proposed: Sequence[Pair]) -> int:
    """Take back what is open and not among these; how many."""
    kept = set(proposed)
    waiting = select(tasks.c.id, tasks.c.one_id, tasks.c.other_id).where(tasks.c.status == ReviewStatus.OPEN)
    gone = [row.id for row in tx.execute(waiting) if (row.one_id, row.other_id) not in kept]
    update_each(tx, tasks, {id: {"status": ReviewStatus.WITHDRAWN} for id in gone})
    return len(gone)


def _known(tx: Transaction, pairs: Sequence[Pair]) -> Mapping[Pair, Any]:
    rows = rows_in(tx, select(tasks).with_for_update(), tasks.c.one_id, [one for one, _ in pairs])
    return {(row.one_id, row.other_id): row for row in rows}
