"""Customers changed by what a source's records have come to say of them, or say for the first time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from master.errors import Conflict
from master.session import Transaction
from master.tables.base import table
from master.tables.customers import CustomerRow
from master.writes.sourced.customer_tags import TagsChange, change_tags
from master.writes.sourced.doubtful_documents import mend_doubts
from master.writes.sourced.doubts import POINT_FIELDS
from master.writes.sourced.golden import COLUMNS, OF_PERSONS, columns_now, keep_former_names
from master.writes.sourced.items import (
    DOCUMENTS,
    POINTS,
    ItemsChange,
    change_items,
    document_items,
    point_items,
    said_documents,
    said_points,
)
from master.writes.sourced.records import Change
from master.writes.sourced.statements import rows_in, update_each

customers = table(CustomerRow)


@dataclass(frozen=True)
class Changed:
    """known: by customer what is known of it then, by column. touched: those whose columns, documents or
    contact points are not what they were, so that what follows from them may be stale."""

    known: dict[int, dict[str, Any]]
    touched: set[int]


def change_customers(tx: Transaction, source_id: int, changes: Sequence[Change]) -> Changed:
    """Do to different customers what a source's records say."""
    columns = [customers.c.id, *(customers.c[name] for name in COLUMNS.values())]
    statement = select(*columns).with_for_update().order_by(customers.c.id)
    ids = [change.entity_id for change in changes]
    present = {row.id: row for row in rows_in(tx, statement, customers.c.id, ids)}
    if present.keys() != set(ids):
        raise Conflict("A customer was merged at this very moment: send what its source says again.")
    papers = change_items(
        tx, DOCUMENTS, source_id, [_documents(c) for c in changes if "documents" in c.fields]
    )
    updates = columns_now(tx, source_id, changes, present)
    update_each(tx, customers, updates)
    keep_former_names(tx, {id: present[id].name for id, values in updates.items() if "name" in values})
    reached = change_items(
        tx, POINTS, source_id, [_points(c) for c in changes if c.fields.intersection(POINT_FIELDS)]
    )
    change_tags(tx, source_id, [_tags(change) for change in changes if "tags" in change.fields])
    mend_doubts(tx, papers | {id for id, values in updates.items() if OF_PERSONS.intersection(values)})
    return Changed(
        {id: {**present[id]._mapping, **updates[id]} for id in ids},
        papers | reached | {id for id, values in updates.items() if values},
    )


def _documents(change: Change) -> ItemsChange:
    before = document_items(said_documents(change.before))
    return ItemsChange(
        change.record_id, change.entity_id, before, document_items(change.row.values["documents"] or ())
    )


def _points(change: Change) -> ItemsChange:
    fields = [field for field in POINT_FIELDS if field in change.fields]
    now = [point for field in fields for point in change.row.values[field] or ()]
    before = point_items(said_points(change.before, fields))
    return ItemsChange(change.record_id, change.entity_id, before, point_items(now))


def _tags(change: Change) -> TagsChange:
    before = frozenset(change.before.get("tags") or ())
    return TagsChange(change.record_id, change.entity_id, before, frozenset(change.row.values["tags"] or ()))
