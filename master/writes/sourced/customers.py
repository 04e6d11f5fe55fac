"""Customers as a source has them."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from master import spelling
from master.errors import Conflict
from master.session import Transaction
from master.tables.base import table
from master.tables.codes import CustomerKind, CustomerStatus
from master.tables.customers import CustomerRow
from master.writes.customers import customer_number
from master.writes.sourced.customer_tags import TagsChange, change_tags, give_tags
from master.writes.sourced.doubtful_documents import mend_doubts
from master.writes.sourced.doubts import POINT_FIELDS, doubts_of
from master.writes.sourced.first_derived import derive_first
from master.writes.sourced.golden import COLUMNS, columns_now, keep_former_names
from master.writes.sourced.items import (
    DOCUMENTS,
    POINTS,
    ItemsChange,
    add_items,
    change_items,
    document_items,
    point_items,
    said_documents,
    said_points,
)
from master.writes.sourced.persons import PersonChecks
from master.writes.sourced.records import Change, Ledger
from master.writes.sourced.rows import (
    Applied,
    Batch,
    Outcome,
    Said,
    SourcedDocument,
    SourcedRow,
    lacking,
    sourced_document,
)
from master.writes.sourced.scalars import given_columns
from master.writes.sourced.statements import insert_many, rows_in, update_each, waves
from matching.normal import name_key

customers = table(CustomerRow)

IDENTIFYING = frozenset({"birth_date", "gender", "documents"})


def apply_customers(tx: Transaction, source_id: int, rows: Sequence[SourcedRow]) -> Batch:
    """Make and change customers by their source keys, which differ."""
    ledger = Ledger(tx, source_id, "customers")
    persons = PersonChecks(tx.master.clock.day_of(tx.at))

    def complete(row: SourcedRow, before: Said) -> SourcedRow:
        return _with_last_type(persons.checked_beside(row, before), before)

    found = ledger.compare([persons.checked(row) for row in rows], complete)
    batch = Batch()
    for row in found.new:
        if not row.values.get("name"):
            batch.applied[row.key] = lacking("name")
    _add(ledger, [row for row in found.new if row.key not in batch.applied], batch)
    # Of two keys that mean one customer the second finds what the first has changed.
    for wave in waves(found.changed, lambda change: change.entity_id):
        _change(ledger, wave, batch)
    for row, id in found.unchanged:
        doubts = doubts_of(row.values, row.values.get("birth_date"), row.values.get("gender"))
        batch.applied[row.key] = Applied(Outcome.UNCHANGED, id, doubts)
    for row, id in found.stale:
        batch.applied[row.key] = Applied(Outcome.STALE, id)
    persons.tell(batch)
    return batch


def _with_last_type(row: SourcedRow, before: Said) -> SourcedRow:
    """A number whose type the row does not say keeps the type that the source said last."""
    last = said_documents(before)
    given = row.values.get("documents") or ()
    if not last or not any(each.assumed for each in given):
        return row
    return SourcedRow(
        row.key, {**row.values, "documents": tuple(map(_typed_as(last[0]), given))}, row.updated_at
    )


def _typed_as(last: SourcedDocument) -> Any:
    def typed(given: SourcedDocument) -> SourcedDocument:
        if not given.assumed:
            return given
        return sourced_document(last.type, given.number, last.source_type, primary=given.primary)

    return typed


def _add(ledger: Ledger, rows: Sequence[SourcedRow], batch: Batch) -> None:
    if not rows:
        return
    tx, source_id = ledger.tx, ledger.source_id
    new = list(zip(spelling.next_ids(tx.connection, "customers", len(rows)), rows, strict=True))
    rows_made = [_new_customer(tx, id, row.values) for id, row in new]
    insert_many(tx, customers, rows_made, {"updated_at": tx.at, "recorded_at": tx.at})
    documents, points, tags = [], [], {}
    for id, row in new:
        values = row.values
        person = (values.get("birth_date"), values.get("gender"))
        documents.append((id, document_items(values.get("documents") or (), *person)))
        given = [point for field in POINT_FIELDS for point in values.get(field) or ()]
        points.append((id, point_items(given)))
        tags[id] = values.get("tags") or ()
        batch.applied[row.key] = Applied(Outcome.ADDED, id, doubts_of(values, *person))
    add_items(tx, DOCUMENTS, source_id, documents)
    add_items(tx, POINTS, source_id, points)
    give_tags(tx, source_id, tags)
    ledger.keep_new([(row, id, id) for id, row in new])
    derive_first(tx, source_id, rows_made, documents, points)


def _new_customer(tx: Transaction, id: int, values: dict[str, Any]) -> dict[str, Any]:
    """name_key and status are set here too, so that deriving them finds nothing to change."""
    given = given_columns(values, COLUMNS)
    return {
        **given,
        "id": id,
        "number": customer_number(id),
        "kind": given["kind"] or CustomerKind.PERSON,
        "status": given["status_by_hand"] or CustomerStatus.PROSPECT,
        "name_key": name_key(given["name"]),
        "created_at": given["created_at"] or tx.at,
    }


def _change(ledger: Ledger, changes: Sequence[Change], batch: Batch) -> None:
    """Changes of different customers."""
    known = change_customers(ledger.tx, ledger.source_id, changes)
    ledger.keep_changed(changes)
    for change in changes:
        now = known[change.entity_id]
        doubts = doubts_of(change.row.values, now["birth_date"], now["gender"])
        batch.applied[change.row.key] = Applied(
            Outcome.CHANGED, change.entity_id, doubts, tuple(sorted(change.fields))
        )
        batch.touched.add(change.entity_id)


def change_customers(tx: Transaction, source_id: int, changes: Sequence[Change]) -> dict[int, dict[str, Any]]:
    """Do to different customers what a source's records say; by id what is known of them then, by column."""
    columns = [customers.c.id, *(customers.c[name] for name in COLUMNS.values())]
    statement = select(*columns).with_for_update().order_by(customers.c.id)
    ids = [change.entity_id for change in changes]
    present = {row.id: row for row in rows_in(tx, statement, customers.c.id, ids)}
    if present.keys() != set(ids):
        raise Conflict("A customer was merged at this very moment: send what its source says again.")
    change_items(tx, DOCUMENTS, source_id, [_documents(c) for c in changes if "documents" in c.fields])
    updates = columns_now(tx, source_id, changes, present)
    update_each(tx, customers, updates)
    keep_former_names(tx, {id: present[id].name for id, values in updates.items() if "name" in values})
    change_items(tx, POINTS, source_id, [_points(c) for c in changes if c.fields.intersection(POINT_FIELDS)])
    change_tags(tx, source_id, [_tags(change) for change in changes if "tags" in change.fields])
    mend_doubts(tx, [change.entity_id for change in changes if change.fields & IDENTIFYING])
    return {id: {**present[id]._mapping, **updates[id]} for id in ids}


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
