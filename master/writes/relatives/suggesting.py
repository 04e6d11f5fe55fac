"""Pairs that may be relatives, suggested to stewards; known ones are opened again where somebody changed."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from master.session import Transaction
from master.tables.base import table
from master.tables.codes import SuggestionStatus
from master.tables.relations import RelativeSuggestionRow
from master.writes.proposals import Pair, propose_pairs

suggestions = table(RelativeSuggestionRow)

# What makes a suggestion one that nobody has decided.
OPEN_AGAIN = {
    "status": SuggestionStatus.OPEN,
    **dict.fromkeys(("reason", "decided_by", "decided_at", "household_id")),
}


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A pair that may be of one household: levels and older as matching/relatives.py has them, odds in log2;
    identity: a digest of all that is compared of both."""

    pair: Pair
    levels: str
    older: int
    odds: float
    identity: bytes


def suggest_relatives(tx: Transaction, found: Sequence[Suggestion]) -> Counter[str]:
    """How many are new, opened again for somebody has changed, and known."""
    wanted = {
        each.pair: {
            "levels": each.levels,
            "older": each.older,
            "odds": each.odds,
            "priority": round(each.odds * 100),
            "identity": each.identity,
            "proposed_at": tx.at,
        }
        for each in found
    }
    return propose_pairs(tx, suggestions, wanted, OPEN_AGAIN, ("levels", "older"))
