"""Review tasks: proposed by the rules, and withdrawn where nothing proposes them any more."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select, update

from master.reads.apart import Apart, apart
from master.session import Transaction
from master.tables.base import table
from master.tables.codes import ReviewAnswer, ReviewStatus
from master.tables.customers import CustomerRow
from master.tables.reviews import MatchRulesRow, ReviewTaskRow
from master.writes.sourced.statements import insert_many, rows_in, update_each
from matching.judged_again import priority_of
from matching.kept_rules import name_of, written
from matching.rules import Rules

customers, tasks, kept_rules = table(CustomerRow), table(ReviewTaskRow), table(MatchRulesRow)

AT_ONCE = 1_000  # tasks named in one statement

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A pair that may be one customer, and how the rules judged it; identity: a digest of what they saw."""

    pair: Pair
    kind: str
    verdict: str
    odds: float
    levels: str
    rarity: float
    identity: bytes

    def columns(self, tx: Transaction, rules: str) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "verdict": self.verdict,
            "odds": self.odds,
            "levels": self.levels,
            "rarity": self.rarity,
            "rules": rules,
            "identity": self.identity,
            "priority": priority_of(self.odds),
            "proposed_at": tx.at,
        }


def keep_rules(tx: Transaction, rules: Rules) -> str:
    """The name by which these rules are kept from now on."""
    name = name_of(rules)
    if tx.execute(select(kept_rules.c.name).where(kept_rules.c.name == name)).first() is None:
        row = {"name": name, "rules": written(rules), "kept_at": tx.at}
        tx.execute(insert(kept_rules), [row])
    return name


def propose(tx: Transaction, proposals: Sequence[Proposal], rules: str) -> Counter[str]:
    """How many are new, opened again for somebody has changed, and known; rules: by their name.

    What a steward said of a pair holds until what is compared of one of the two changes. Left out are pairs
    of which one is no customer any more.
    """
    there = _held(tx, {id for each in proposals for id in each.pair})
    proposals = [each for each in proposals if there.issuperset(each.pair)]
    known = _known(tx, [each.pair for each in proposals])
    new, changes, done = [], {}, Counter[str]()
    for each in proposals:
        row, columns = known.get(each.pair), each.columns(tx, rules)
        if row is None:
            done["new"] += 1
            new.append({"one_id": each.pair[0], "other_id": each.pair[1], **columns})
        elif bytes(row.identity) != each.identity or row.status is ReviewStatus.WITHDRAWN:
            done["opened again"] += 1
            changes[row.id] = {**columns, **OPEN_AGAIN}
        else:
            done["known"] += 1
            if row.status is ReviewStatus.OPEN and (row.odds, row.rules) != (each.odds, rules):
                changes[row.id] = columns
    insert_many(tx, tasks, new)
    update_each(tx, tasks, changes)
    return done


# What makes a task one that nobody is at; whose it is to decide it stays.
OPEN_AGAIN = {
    "status": ReviewStatus.OPEN,
    **dict.fromkeys(
        ("claimed_by", "claimed_until", "answer", "reason", "decided_by", "decided_at", "merge_id")
    ),
}


def tell_apart(tx: Transaction, pair: Pair, reason: str) -> None:
    """Who undoes a merge says that they are two, where there is a task of the pair."""
    its = (tasks.c.one_id == min(pair), tasks.c.other_id == max(pair))
    said = {"status": ReviewStatus.DECIDED, "answer": ReviewAnswer.DIFFERENT, "reason": reason}
    by = {"decided_by": tx.actor.name, "decided_at": tx.at, "merge_id": None}
    tx.execute(update(tasks).where(*its).values(**said, **by))


def withdraw_others(tx: Transaction, proposed: Sequence[Pair]) -> int:
    """Take back what is open and not among these; how many."""
    kept = set(proposed)
    waiting = select(tasks.c.id, tasks.c.one_id, tasks.c.other_id).where(tasks.c.status == ReviewStatus.OPEN)
    gone = [row.id for row in tx.execute(waiting) if (row.one_id, row.other_id) not in kept]
    withdrawn = 0
    for start in range(0, len(gone), AT_ONCE):
        # Still open: a steward may have decided one since it was read.
        its = (tasks.c.id.in_(gone[start : start + AT_ONCE]), tasks.c.status == ReviewStatus.OPEN)
        withdrawn += tx.execute(update(tasks).where(*its).values(status=ReviewStatus.WITHDRAWN)).rowcount
    return withdrawn


def held_apart(tx: Transaction, ids: Sequence[int]) -> Apart:
    """Who of these are two by what people say; nobody says more of them until the transaction ends."""
    between = select(tasks.c.id).where(tasks.c.one_id.in_(ids), tasks.c.other_id.in_(ids))
    tx.execute(between.order_by(tasks.c.id).with_for_update())
    return apart(tx.connection, ids)


def _held(tx: Transaction, ids: Collection[int]) -> set[int]:
    """Those of these that are customers, and are until the transaction ends."""
    wanted = select(customers.c.id).order_by(customers.c.id).with_for_update(read=True, key_share=True)
    return {row.id for row in rows_in(tx, wanted, customers.c.id, sorted(ids))}


def _known(tx: Transaction, pairs: Sequence[Pair]) -> Mapping[Pair, Any]:
    rows = rows_in(tx, select(tasks).with_for_update(), tasks.c.one_id, [one for one, _ in pairs])
    return {(row.one_id, row.other_id): row for row in rows}
