"""Relations of accepted suggestions: made and ended with them; sources may speak of the same rows."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from sqlalchemy import insert, select, update

from master.session import Transaction
from master.tables.base import table
from master.tables.codes import RelationKind, SuggestionStatus
from master.tables.relations import RelationRow, RelativeSuggestionRow
from master.writes.relation_rows import as_said, is_either, sides, sides_of

relations, suggestions = table(RelationRow), table(RelativeSuggestionRow)


def relate(tx: Transaction, suggestion: Any, kind: RelationKind, since: date | None) -> None:
    """Both sides; where a source says them already, its rows are the suggestion's too, with its dates.

    kind: what the other one is to the one.
    """
    both = sides(suggestion.one_id, suggestion.other_id, kind)
    by = {"suggestion_id": suggestion.id, "recorded_by": tx.actor.name}
    lasting = (relations.c.ended_at.is_(None), relations.c.until.is_(None))
    there = select(relations).where(both[0].is_row(), *lasting).order_by(relations.c.id)
    known = tx.execute(there.limit(1)).one_or_none()
    if known is None:
        its = {"since": since, "recorded_at": tx.at, **by}
        tx.execute(insert(relations), [{**side._asdict(), **its} for side in both])
        return
    own_kind = relations.c.source_kind.is_not_distinct_from(known.source_kind)
    its_alone = (relations.c.source_id.is_not(None), relations.c.suggestion_id.is_(None))
    tx.execute(update(relations).where(is_either(both), own_kind, *lasting, *its_alone).values(by))


def unrelate(tx: Transaction, suggestion: int, customers: Collection[int]) -> None:
    """End the rows that it made between these. Those that a source speaks of, or that another accepted
    suggestion rests on, are theirs now."""
    its = (relations.c.suggestion_id == suggestion, relations.c.ended_at.is_(None))
    between = (relations.c.customer_id.in_(customers), relations.c.other_id.in_(customers))
    for row in tx.execute(select(relations).where(*between, *its)).all():
        said, by = as_said(tx, row), _as_accepted(tx, row)
        values = {"ended_at": tx.at}
        if said is not None or by is not None:
            values = {**(said or {}), **(by or {"suggestion_id": None, "recorded_by": None})}
        tx.execute(update(relations).where(relations.c.id == row.id).values(values))


def _as_accepted(tx: Transaction, row: Any) -> Mapping[str, Any] | None:
    """By which other accepted suggestion it is known: of two who are one customer now both may have been
    accepted, and the row of one was ended then."""
    found = (
        select(relations.c.suggestion_id, relations.c.recorded_by)
        .join(suggestions, suggestions.c.id == relations.c.suggestion_id)
        .where(sides_of(row)[0].is_row(), suggestions.c.id != row.suggestion_id)
        .where(suggestions.c.status == SuggestionStatus.ACCEPTED)
        .order_by(suggestions.c.id)
    )
    other = tx.execute(found.limit(1)).one_or_none()
    return None if other is None else other._asdict()
