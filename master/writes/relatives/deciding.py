"""What stewards do with pairs that were suggested: accept them, refuse them, and take that back."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select, update

from master.audit import note_all
from master.errors import Conflict, NotFound
from master.reads.relatives import SUGGESTIONS
from master.reads.reviews import by_name
from master.session import Transaction
from master.tables.base import table
from master.tables.codes import RelationKind, SuggestionStatus
from master.tables.relations import RelativeSuggestionRow
from master.writes import checks
from master.writes.kept import KEEP, Kept
from master.writes.merging.guards import locked_customers
from master.writes.proposals import pair_in_sight
from master.writes.relatives.accepted_households import Housing, house, unhouse
from master.writes.relatives.accepted_relations import relate, unrelate
from master.writes.relatives.suggesting import OPEN_AGAIN
from matching.relatives import kinship

suggestions = table(RelativeSuggestionRow)

PATH = ("suggestions",)


@dataclass(frozen=True)
class Acceptance:
    """relation: what the other one is to the one, None: nothing that has a name, KEEP: what is suggested to
    whoever sees all but `hidden`. household: the id of theirs, None: whichever it is, or a new one.
    with_household: whether they are of one at all. since: the first day of both, None: not known."""

    suggestion: int
    relation: Kept[RelationKind | None] = KEEP
    with_household: bool = True
    household: int | None = None
    since: date | None = None
    hidden: Collection[str] = field(default=())


def accept(tx: Transaction, wanted: Acceptance) -> None:
    """Make the two relatives, and of one household. Raises NotFound, Conflict where somebody has decided it,
    and Invalid where the household has to be named."""
    seen = _seen(tx, wanted.suggestion)
    _refuse_decided(tx, seen)
    # Held before the suggestion is, as whoever merges them does: else each would wait for the other.
    rows = locked_customers(tx, {seen.one_id: PATH, seen.other_id: PATH})
    row = _open(tx, wanted.suggestion)
    suggested = kinship(_levels(row), row.older, wanted.hidden).kind
    relation = RelationKind(suggested) if suggested else None
    if wanted.relation is not KEEP:
        relation = wanted.relation
    if relation is not None:
        relate(tx, row, relation, wanted.since)
    household = None
    if wanted.with_household:
        one_is_head = relation is RelationKind.CHILD or (
            relation is not RelationKind.PARENT and row.older <= 0
        )
        both = (rows[row.one_id], rows[row.other_id])
        its = Housing(row.id, both, relation, one_is_head, wanted.since)
        household = house(tx, its, wanted.household)
    _decide(tx, row, {"status": SuggestionStatus.ACCEPTED, "household_id": household})


def refuse(tx: Transaction, suggestion: int, reason: str) -> None:
    """They are not suggested again until one of them changes. Raises NotFound and Conflict."""
    said = checks.line(reason, ["reason"])
    _decide(tx, _open(tx, suggestion), {"status": SuggestionStatus.REFUSED, "reason": said})


def undo(tx: Transaction, suggestion: int) -> None:
    """Open it again, unless one of the two is another one now; what came of it ends, unless a source says it
    too. Raises NotFound and Conflict."""
    row = _locked(tx, suggestion)
    if row.status not in (SuggestionStatus.ACCEPTED, SuggestionStatus.REFUSED):
        raise Conflict("Nobody has decided this.", PATH)
    both = {row.one_now, row.other_now}
    unrelate(tx, row.id, both)
    unhouse(tx, row.id, both)
    is_same_pair = (row.one_now, row.other_now) == (row.one_id, row.other_id)
    status = SuggestionStatus.OPEN if is_same_pair else SuggestionStatus.WITHDRAWN
    tx.execute(update(suggestions).where(suggestions.c.id == row.id).values({**OPEN_AGAIN, "status": status}))
    _note(tx, "undo", row)


def _levels(row: Any) -> list[int]:
    return [int(level) for level in row.levels.split(",")]


def _decide(tx: Transaction, row: Any, said: Mapping[str, Any]) -> None:
    by = {"decided_by": tx.actor.name, "decided_at": tx.at}
    tx.execute(update(suggestions).where(suggestions.c.id == row.id).values(**said, **by))
    _note(tx, {"ACCEPTED": "accept", "REFUSED": "refuse"}[said["status"]], row)


def _note(tx: Transaction, action: str, row: Any) -> None:
    both = sorted({row.one_now, row.other_now})
    note_all(tx, f"relatives.{action}", "relatives", [(row.id, customer) for customer in both])


def _open(tx: Transaction, suggestion: int) -> Any:
    """Held until the transaction ends. Raises NotFound, and Conflict for what was decided."""
    row = _locked(tx, suggestion)
    _refuse_decided(tx, row)
    return row


def _refuse_decided(tx: Transaction, row: Any) -> None:
    if row.status is SuggestionStatus.WITHDRAWN:
        raise Conflict("Nothing speaks for this pair any more, or one of the two is another one now.", PATH)
    if row.status is not SuggestionStatus.OPEN:
        who = by_name(tx.connection, row.decided_by)
        raise Conflict(f"{who} has decided this: {row.status}. Undo that first.", PATH)


def _locked(tx: Transaction, suggestion: int) -> Any:
    """The suggestion as it is when nobody else can change it any more."""
    tx.execute(select(suggestions.c.id).where(suggestions.c.id == suggestion).with_for_update())
    return _seen(tx, suggestion)


def _seen(tx: Transaction, suggestion: int) -> Any:
    """Raises NotFound where one of the two is out of sight: then there is no such suggestion."""
    row = pair_in_sight(tx, SUGGESTIONS.where(suggestions.c.id == suggestion))
    if row is None:
        raise NotFound("There is no suggestion with this id.", PATH)
    return row
