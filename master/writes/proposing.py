"""Pairs of customers that stewards are to look at, as they are found one by one."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from master.reads.records import records_of
from master.sealing import seal_for
from master.session import Transaction
from master.writes.reviews import Proposal, keep_rules, propose, tell_apart
from matching.columns import columns
from matching.normalized import normalized
from matching.placing import Likely, judged_pair
from matching.records import CustomerRecord
from matching.rules import Rules, shipped


@dataclass(frozen=True, slots=True)
class Alike:
    """A customer, and one that it may be."""

    customer: int
    other: Likely


def propose_alike(tx: Transaction, found: Sequence[Alike], rules: Rules) -> Counter[str]:
    """How many tasks are new, opened again, and known."""
    if not found:
        return Counter()
    ids = sorted({id for each in found for id in (each.customer, each.other.customer)})
    table = columns([normalized(record) for record in records_of(tx.connection, ids)])
    seen = {id: (table.kind(place), table.identity(place)) for place, id in enumerate(table.ids)}
    digest = seal_for(tx.master.keys, "review_tasks").digest
    proposals = []
    for each in found:
        one, other = sorted((each.customer, each.other.customer))
        identity = digest(" ".join((seen[one][1], seen[other][1])))
        its = each.other
        pair = Proposal((one, other), seen[one][0], its.verdict, its.odds, its.levels, 0.0, identity)
        proposals.append(pair)
    return propose(tx, proposals, keep_rules(tx, rules))


def keep_apart(tx: Transaction, two: Sequence[CustomerRecord], reason: str) -> None:
    """Whoever makes two customers of one says that they are two, as a steward does who decides a task."""
    table, rules = columns([normalized(record) for record in two]), shipped()
    one, other = sorted(two, key=lambda record: cast(int, record.id))
    pair = (cast(int, one.id), cast(int, other.id))
    judged = judged_pair(normalized(one), normalized(other), rules)
    identity = seal_for(tx.master.keys, "review_tasks").digest(
        " ".join(table.identity(table.ids.index(id)) for id in pair)
    )
    proposal = Proposal(pair, table.kind(0), judged.verdict, judged.odds, judged.levels, 0.0, identity)
    propose(tx, [proposal], keep_rules(tx, rules))
    tell_apart(tx, pair, reason)
