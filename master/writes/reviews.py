"""Review tasks: proposed by the rules, and told apart."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select, update

from master.reads.apart import Apart, apart
from master.session import Transaction
from master.tables.base import table
from master.tables.codes import ReviewAnswer, ReviewStatus
from master.tables.reviews import MatchRulesRow, ReviewTaskRow
from master.writes.proposals import Pair, propose_pairs
from matching.judged_again import priority_of
from matching.kept_rules import name_of, written
from matching.rules import Rules

tasks, kept_rules = table(ReviewTaskRow), table(MatchRulesRow)


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
    """How many are new, opened again for somebody has changed, and known; rules: by their name."""
    wanted = {each.pair: each.columns(tx, rules) for each in proposals}
    return propose_pairs(tx, tasks, wanted, OPEN_AGAIN, ("odds", "rules"))


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


def held_apart(tx: Transaction, ids: Sequence[int]) -> Apart:
    """Who of these are two by what people say; nobody says more of them until the transaction ends."""
    between = select(tasks.c.id).where(tasks.c.one_id.in_(ids), tasks.c.other_id.in_(ids))
    tx.execute(between.order_by(tasks.c.id).with_for_update())
    return apart(tx.connection, ids)
