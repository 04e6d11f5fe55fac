"""A relation's two rows, one a side, and what sources say of it."""

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, or_, select

from master.session import Transaction
from master.tables.base import table
from master.tables.codes import INVERSE, RelationKind
from master.tables.relations import RelationRow
from master.tables.sources import SourceRecordRow
from master.writes.sourced.said import parsed

relations, records = table(RelationRow), table(SourceRecordRow)

DATES = ("since", "until")


class Side(NamedTuple):
    """kind: what the other one is to the customer."""

    customer_id: int
    other_id: int
    kind: RelationKind

    def is_row(self) -> ColumnElement[bool]:
        """Of a row of relations: it tells this."""
        return and_(*(relations.c[name] == value for name, value in self._asdict().items()))


def sides(customer: int, other: int, kind: RelationKind) -> tuple[Side, Side]:
    """What the other one is to the customer, and the reverse."""
    return Side(customer, other, kind), Side(other, customer, INVERSE[kind])


def sides_of(row: Any) -> tuple[Side, Side]:
    """A row of relations, and the one beside it."""
    return sides(row.customer_id, row.other_id, row.kind)


def is_either(both: tuple[Side, Side]) -> ColumnElement[bool]:
    return or_(*(side.is_row() for side in both))


def as_said(tx: Transaction, row: Any) -> Mapping[str, Any] | None:
    """The columns of one that a source speaks of, from whichever side, as the last one said it.

    Also where its record names a row that was ended as two were merged, for this one said the same.
    """
    own_kind = relations.c.source_kind.is_not_distinct_from(row.source_kind)
    said = (
        select(records.c.source_id, records.c.content)
        .join(relations, and_(records.c.kind == "relations", records.c.entity_id == relations.c.id))
        .where(is_either(sides_of(row)), own_kind)
        .order_by(records.c.received_at.desc(), records.c.id.desc())
    )
    last = tx.execute(said.limit(1)).one_or_none()
    if last is None:
        return None
    known = parsed(last.content)
    dates = {name: date.fromisoformat(known[name]) if name in known else None for name in DATES}
    return {"source_id": last.source_id, **dates}
