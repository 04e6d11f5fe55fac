"""Pairs of customers that stewards are to look at, as they are found one by one."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from master.keys import Keys
from master.reads.records import records_of
from master.sealing import seal_for
from master.session import Transaction
from master.writes.reviews import Proposal, keep_rules, propose
from matching.columns import Columns, columns
from matching.normalized import normalized
from matching.placing import Likely
from matching.rules import Rules


@dataclass(frozen=True, slots=True)
class Alike:
    """A customer, and one that it may be."""

    customer: int
    other: Likely


def pair_identity(keys: Keys, records: Columns, one: int, other: int) -> bytes:
    """A digest of all that is compared of two records (places), the one with the lower id first."""
    both = sorted((one, other), key=lambda place: int(records.ids[place]))  # type: ignore[call-overload]
    return seal_for(keys, "review_tasks").digest(" ".join(map(records.identity, both)))


def propose_alike(tx: Transaction, found: Sequence[Alike], rules: Rules) -> Counter[str]:
    """How many tasks are new, opened again, and known."""
    if not found:
        return Counter()
    ids = sorted({id for each in found for id in (each.customer, each.other.customer)})
    table = columns([normalized(record) for record in records_of(tx.connection, ids)])
    at = {id: place for place, id in enumerate(table.ids)}
    proposals = []
    for each in found:
        one, other = sorted((each.customer, each.other.customer))
        identity = pair_identity(tx.master.keys, table, at[one], at[other])
        its = each.other
        kind = table.kind(at[one])
        proposals.append(Proposal((one, other), kind, its.verdict, its.odds, its.levels, 0.0, identity))
    return propose(tx, proposals, keep_rules(tx, rules))
