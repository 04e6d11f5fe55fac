"""Identity documents that a source knows beside its customers' rows: many to a customer."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from master import spelling
from master.sealing import seal_for
from master.session import Transaction
from master.tables.base import table
from master.tables.customers import CustomerRow, IdentityDocumentRow
from master.writes.sourced.doubts import DOUBTFUL, document_doubt
from master.writes.sourced.items import document_items
from master.writes.sourced.records import Change, Ledger
from master.writes.sourced.rows import Applied, Batch, Outcome, Remark, SourcedDocument, SourcedRow
from master.writes.sourced.statements import insert_many, rows_in, update_each

customers, documents = table(CustomerRow), table(IdentityDocumentRow)

Key = tuple[int, str, bytes]  # customer, type, digest of the number's normal form


def document_key(tx: Transaction, customer_key: str, document: SourcedDocument) -> str:
    """The key of a document's record: a digest stands in it for the number."""
    digest = seal_for(tx.master.keys, "documents").digest(document.reading.normal)
    return f"{document.source_type or document.type} {digest.hex()} {customer_key}"


def apply_documents(tx: Transaction, source_id: int, rows: Sequence[SourcedRow]) -> Batch:
    """values: customer (id), document and, where the source says it, primary."""
    ledger = Ledger(tx, source_id, "documents")
    found = ledger.compare(rows)
    batch = Batch()
    _add(ledger, found.new, batch)
    for change in found.changed:
        batch.applied[change.row.key] = Applied(Outcome.CHANGED, change.entity_id)
        batch.touched.add(change.row.values["customer"])
    _mark(tx, found.changed)
    ledger.keep_changed(found.changed)
    for row, id in found.unchanged:
        batch.applied[row.key] = Applied(Outcome.UNCHANGED, id)
    _remark(tx, rows, batch)
    return batch


def _add(ledger: Ledger, rows: Sequence[SourcedRow], batch: Batch) -> None:
    """Insert those that their customers do not have; one that is there already becomes the source's too."""
    tx = ledger.tx
    there = _there(tx, [row.values["customer"] for row in rows])
    digest = seal_for(tx.master.keys, "documents").digest
    new: dict[Key, SourcedRow] = {}
    kept = []
    for row in rows:
        document: SourcedDocument = row.values["document"]
        key = (row.values["customer"], document.type, digest(document.reading.normal))
        if key not in there and key not in new:
            new[key] = row
        kept.append((row, key))
        batch.touched.add(key[0])
    ids = spelling.next_ids(tx.connection, "identity_documents", len(new)) if new else []
    there |= dict(zip(new, ids, strict=True))
    _insert(ledger, {there[key]: row for key, row in new.items()})
    marked = {there[key]: row for row, key in kept if row.values.get("primary")}
    _set_primary(tx, {id: row.values["customer"] for id, row in marked.items()})
    ledger.keep_new([(row, there[key], row.values["customer"]) for row, key in kept])
    for row, key in kept:
        batch.applied[row.key] = Applied(Outcome.ADDED, there[key])


def _insert(ledger: Ledger, new: dict[int, SourcedRow]) -> None:
    people = _people(ledger.tx, [row.values["customer"] for row in new.values()])
    rows = []
    for id, row in new.items():
        person = people[row.values["customer"]]
        items = document_items([row.values["document"]], person.birth_date, person.gender)
        (columns,) = items.values()
        columns |= {"id": id, "customer_id": person.id, "primary": False}
        rows.append(columns)
    insert_many(ledger.tx, documents, rows, {"source_id": ledger.source_id, "recorded_at": ledger.tx.at})


def _mark(tx: Transaction, changes: Sequence[Change]) -> None:
    """Primary ones that the source has come to call so, and those that it calls so no longer."""
    statement = select(documents.c.id).where(documents.c.ended_at.is_(None))
    there = {row.id for row in rows_in(tx, statement, documents.c.id, [each.entity_id for each in changes])}
    standing = [change for change in changes if change.entity_id in there and "primary" in change.fields]
    primary = [change for change in standing if change.row.values["primary"]]
    others = [change for change in standing if not change.row.values["primary"]]
    _set_primary(tx, {change.entity_id: change.row.values["customer"] for change in primary})
    update_each(tx, documents, {change.entity_id: {"primary": False} for change in others})


def _set_primary(tx: Transaction, chosen: dict[int, int]) -> None:
    """Make these documents (with their customers) primary, and no other one of the customers'."""
    statement = select(documents.c.id, documents.c.customer_id).where(
        documents.c.primary.is_(True), documents.c.ended_at.is_(None)
    )
    last = {customer: id for id, customer in chosen.items()}
    before = rows_in(tx, statement, documents.c.customer_id, last)
    changes = {row.id: {"primary": False} for row in before if last[row.customer_id] != row.id}
    update_each(tx, documents, changes | {id: {"primary": True} for id in last.values()})


def _there(tx: Transaction, customer_ids: Sequence[int]) -> dict[Key, int]:
    statement = select(
        documents.c.id, documents.c.customer_id, documents.c.type, documents.c.number_index
    ).where(documents.c.ended_at.is_(None))
    rows = rows_in(tx, statement, documents.c.customer_id, customer_ids)
    return {(row.customer_id, row.type, bytes(row.number_index)): row.id for row in rows}


def _people(tx: Transaction, ids: Sequence[int]) -> dict[int, Any]:
    statement = select(customers.c.id, customers.c.birth_date, customers.c.gender)
    return {row.id: row for row in rows_in(tx, statement, customers.c.id, ids)}


def _remark(tx: Transaction, rows: Sequence[SourcedRow], batch: Batch) -> None:
    """Say which of the documents are in doubt."""
    people = _people(tx, [row.values["customer"] for row in rows])
    for row in rows:
        person = people[row.values["customer"]]
        doubt = document_doubt(row.values["document"], person.birth_date, person.gender)
        if doubt:
            done = batch.applied[row.key]
            remark = Remark("number", DOUBTFUL, doubt)
            batch.applied[row.key] = Applied(done.outcome, done.entity_id, (remark,))
