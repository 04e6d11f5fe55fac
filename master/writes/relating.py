"""Two who are related by an accepted suggestion: the relation's rows, which sources may speak of too."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from sqlalchemy import and_, insert, or_, select, update

from master.session import Transaction
from master.tables.base import table
from master.tables.codes import INVERSE, RelationKind, SuggestionStatus
from master.tables.relations import RelationRow, RelativeSuggestionRow
from master.tables.sources import SourceRecordRow
from master.writes.sourced.said import parsed

relations, records = table(RelationRow), table(SourceRecordRow)
suggestions = table(RelativeSuggestionRow)

DATES = ("since", "until")


def relate(tx: Transaction, suggestion: Any, kind: RelationKind, since: date | None) -> None:
    """Both sides; where a source says them already, its rows are the suggestion's too, with its dates.

    kind: what the other one is to the one.
    """
    sides = (
        (suggestion.one_id, suggestion.other_id, kind),
        (suggestion.other_id, suggestion.one_id, INVERSE[kind]),
    )
    by = {"suggestion_id": suggestion.id, "recorded_by": tx.actor.name}
    lasting = (relations.c.ended_at.is_(None), relations.c.until.is_(None))
    there = select(relations).where(_on(sides[0]), *lasting).order_by(relations.c.id)
    known = tx.execute(there.limit(1)).one_or_none()
    if known is None:
        columns = ("customer_id", "other_id", "kind")
        its = {"since": since, "recorded_at": tx.at, **by}
        tx.execute(insert(relations), [dict(zip(columns, side, strict=True)) | its for side in sides])
        return
    own_kind = relations.c.source_kind.is_not_distinct_from(known.source_kind)
    its_alone = (relations.c.source_id.is_not(None), relations.c.suggestion_id.is_(None))
    tx.execute(update(relations).where(or_(*map(_on, sides)), own_kind, *lasting, *its_alone).values(by))


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


def as_said(tx: Transaction, row: Any) -> Mapping[str, Any] | None:
    """The columns of one that a source speaks of, from whichever side, as the last one said it.

    Also where its record names a row that was ended as two were merged, for this one said the same.
    """
    sides = (
        (row.customer_id, row.other_id, row.kind),
        (row.other_id, row.customer_id, INVERSE[row.kind]),
    )
    own_kind = relations.c.source_kind.is_not_distinct_from(row.source_kind)
    said = (
        select(records.c.source_id, records.c.content)
        .join(relations, and_(records.c.kind == "relations", records.c.entity_id == relations.c.id))
        .where(or_(*map(_on, sides)), own_kind)
        .order_by(records.c.received_at.desc(), records.c.id.desc())
    )
    last = tx.execute(said.limit(1)).one_or_none()
    if last is None:
        return None
    known = parsed(last.content)
    dates = {name: date.fromisoformat(known[name]) if name in known else None for name in DATES}
    return {"source_id": last.source_id, **dates}


def _as_accepted(tx: Transaction, row: Any) -> Mapping[str, Any] | None:
    """By which other accepted suggestion it is known: of two who are one customer now both may have been
    accepted, and the row of one was ended then."""
    side = (row.customer_id, row.other_id, row.kind)
    found = (
        select(relations.c.suggestion_id, relations.c.recorded_by)
        .join(suggestions, suggestions.c.id == relations.c.suggestion_id)
        .where(_on(side), suggestions.c.id != row.suggestion_id)
        .where(suggestions.c.status == SuggestionStatus.ACCEPTED)
        .order_by(suggestions.c.id)
    )
    other = tx.execute(found.limit(1)).one_or_none()
    return None if other is None else other._asdict()


def _on(side: tuple[int, int, RelationKind]) -> Any:
    one, other, kind = side
    return and_(relations.c.customer_id == one, relations.c.other_id == other, relations.c.kind == kind)
