"""Products, tags and staff: lists kept by their codes, whoever brings them."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table, select, text

from master.session import Transaction
from master.tables.base import table
from master.tables.branches import StaffRow
from master.tables.policies import ProductRow
from master.tables.tags import TagCategoryRow, TagRow
from master.writes.own_phones import keep_own_phones
from master.writes.sourced.rows import Applied, Batch, Outcome, SourcedRow, lacking
from master.writes.sourced.scalars import given_columns
from master.writes.sourced.statements import insert_many, rows_in, update_each

products, tags, categories = table(ProductRow), table(TagRow), table(TagCategoryRow)
staff = table(StaffRow)


def apply_products(tx: Transaction, rows: Sequence[SourcedRow]) -> Batch:
    """Make and change products by their codes, which differ."""
    return _apply(tx, products, rows, {"name": "name", "line": "line"}, ("name", "line"))


def apply_tags(tx: Transaction, rows: Sequence[SourcedRow]) -> Batch:
    """Make and change tags by their codes, which differ; a new category is made with them."""
    ids = _category_ids(tx, [row.values["category"] for row in rows if row.values.get("category")])
    placed = [
        SourcedRow(row.key, {**row.values, "category": ids[row.values["category"]]})
        if row.values.get("category")
        else row
        for row in rows
    ]
    columns = {"name": "name", "category": "category_id", "description": "description"}
    return _apply(tx, tags, placed, columns, ("name", "category"))


def apply_staff(tx: Transaction, rows: Sequence[SourcedRow]) -> Batch:
    """Make and change members of staff by their codes, which differ; branch: an id."""
    columns = {"name": "name", "branch": "branch_id", "phone": "phones"}
    batch = _apply(tx, staff, rows, columns, ("name",))
    if any("phone" in row.values for row in rows):
        keep_own_phones(tx)
    return batch


def _apply(
    tx: Transaction,
    target: Table,
    rows: Sequence[SourcedRow],
    columns: Mapping[str, str],
    needed: tuple[str, ...],
) -> Batch:
    statement = select(target).order_by(target.c.id).with_for_update()
    there = {row.code: row for row in rows_in(tx, statement, target.c.code, [row.key for row in rows])}
    batch = Batch()
    new = []
    changes = {}
    for row in rows:
        present = there.get(row.key)
        missing = next((field for field in needed if row.values.get(field) is None), None)
        if present is not None:
            changes[present.id] = changed_columns(row.values, present, columns, needed)
            outcome = Outcome.CHANGED if changes[present.id] else Outcome.UNCHANGED
            batch.applied[row.key] = Applied(outcome, present.id)
        elif missing:
            batch.applied[row.key] = lacking(missing)
        else:
            new.append({"code": row.key, **given_columns(row.values, columns)})
            batch.applied[row.key] = Applied(Outcome.ADDED)
    update_each(tx, target, changes)
    insert_many(tx, target, new, {"recorded_at": tx.at})
    return batch


def changed_columns(
    values: Mapping[str, Any], present: Any, columns: Mapping[str, str], needed: tuple[str, ...]
) -> dict[str, Any]:
    """The columns whose given values differ from the present ones; what is needed is never emptied."""
    found = {}
    for field, column in columns.items():
        given = field in values and (values[field] is not None or field not in needed)
        if given and values[field] != getattr(present, column):
            found[column] = values[field]
    return found


def _category_ids(tx: Transaction, names: Sequence[str]) -> dict[str, int]:
    """The ids of these categories; unknown ones are made."""
    if names:
        new = text("INSERT INTO tag_categories (name) VALUES (:name) ON CONFLICT (name) DO NOTHING")
        tx.execute(new, [{"name": name} for name in sorted(set(names))])
    statement = select(categories.c.name, categories.c.id)
    return {row.name: row.id for row in rows_in(tx, statement, categories.c.name, names)}
