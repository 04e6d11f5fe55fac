"""What merges moved and changed: noted before it is done, and read again to undo it."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Date, Row, insert, literal, select

from master.clock import spelled
from master.session import Transaction
from master.tables.base import table
from master.tables.children import Moved, Owner
from master.tables.merges import MergeChangeRow
from master.tables.types import Instant

changes = table(MergeChangeRow)


@dataclass(frozen=True)
class Value:
    """A column of a row, as it was and as it became."""

    entity: str
    row_id: int
    field: str
    before: Any
    after: Any


def told(value: Any) -> str:
    """A value as the ledger keeps it: equal values are equal text."""
    if isinstance(value, datetime):
        return json.dumps(spelled(value))
    return json.dumps(value.isoformat() if isinstance(value, date) else value, ensure_ascii=False)


def read(column: Column[Any], text: str) -> Any:
    """The value of this column that the ledger keeps so."""
    value = json.loads(text)
    if value is not None and isinstance(column.type, Instant):
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if value is not None and isinstance(column.type, Date) else value


def owned(moved: Moved, owner: Owner, customer: int) -> list[ColumnElement[bool]]:
    """Whether a row is this customer's."""
    columns = moved.table.c
    only = [] if owner.only is None else [columns[owner.only[0]] == owner.only[1]]
    return [columns[owner.column] == customer, *only]


def note_moved(tx: Transaction, merge: int, moved: Moved, owner: Owner, whose: tuple[int, int]) -> None:
    """All rows of the first customer go to the second."""
    before, after = whose
    rows = select(
        literal(merge, changes.c.merge_id.type),
        literal(moved.name),
        moved.table.c[moved.key],
        literal(owner.column),
        literal(told(before)),
        literal(told(after)),
    ).where(*owned(moved, owner, before))
    columns = ["merge_id", "entity", "row_id", "field", "before", "after"]
    tx.execute(insert(changes).from_select(columns, rows))


def note_values(tx: Transaction, merge: int, values: Iterable[Value]) -> None:
    rows = [
        {
            "merge_id": merge,
            "entity": each.entity,
            "row_id": each.row_id,
            "field": each.field,
            "before": told(each.before),
            "after": told(each.after),
        }
        for each in values
    ]
    if rows:
        tx.execute(insert(changes), rows)


def noted(
    tx: Transaction, merges: Collection[int], entity: str, fields: Collection[str]
) -> Sequence[Row[Any]]:
    """The entries of these merges for these columns, oldest first."""
    wanted = select(changes).where(
        changes.c.merge_id.in_(merges), changes.c.entity == entity, changes.c.field.in_(fields)
    )
    return tx.execute(wanted.order_by(changes.c.id)).all()
