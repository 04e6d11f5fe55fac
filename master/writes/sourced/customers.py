"""Customers as a source has them."""

from collections.abc import Sequence
from typing import Any

from master.reads.blocking_keys import key_digest
from master.session import Transaction
from master.writes.derived import refresh
from master.writes.sourced.adding import add_customers
from master.writes.sourced.changing import change_customers
from master.writes.sourced.doubts import doubts_of
from master.writes.sourced.items import said_documents
from master.writes.sourced.newcomers import Newcomer, newcomer
from master.writes.sourced.persons import PersonChecks
from master.writes.sourced.placing import Matching, place_new, take_turn
from master.writes.sourced.records import Change, Comparison, Ledger
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
from master.writes.sourced.statements import waves


def apply_customers(
    tx: Transaction, source_id: int, rows: Sequence[SourcedRow], matching: Matching | None = None
) -> Batch:
    """Make and change customers by their source keys, which differ. matching: new keys may mean customers who
    are there; None: each becomes a customer of its own."""
    ledger = Ledger(tx, source_id, "customers")
    persons = PersonChecks(tx.master.clock.day_of(tx.at))

    def complete(row: SourcedRow, before: Said) -> SourcedRow:
        return _with_last_type(persons.checked_beside(row, before), before)

    found = ledger.compare([persons.checked(row) for row in rows], complete)
    batch = Batch()
    new = _new(tx, found, batch)
    if matching is not None and not matching.is_trial:
        take_turn(tx, new)
    # Of two keys that mean one customer the second finds what the first has changed.
    for wave in waves(found.changed, lambda change: change.entity_id):
        _change(ledger, wave, batch)
    if matching is None:
        add_customers(ledger, new, batch)
    elif new:
        # Whoever comes is looked for among customers as they are now.
        refresh(tx, batch.touched)
        batch.touched.clear()
        place_new(ledger, new, matching, batch)
    for row, id in found.unchanged:
        doubts = doubts_of(row.values, row.values.get("birth_date"), row.values.get("gender"))
        batch.applied[row.key] = Applied(Outcome.UNCHANGED, id, doubts)
    for row, id in found.stale:
        batch.applied[row.key] = Applied(Outcome.STALE, id)
    persons.tell(batch)
    return batch


def _new(tx: Transaction, found: Comparison, batch: Batch) -> list[Newcomer]:
    """The new rows that can be taken in."""
    for row in found.new:
        if not row.values.get("name"):
            batch.applied[row.key] = lacking("name")
    digest = key_digest(tx.master.keys)
    return [newcomer(row, digest) for row in found.new if row.key not in batch.applied]


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


def _change(ledger: Ledger, changes: Sequence[Change], batch: Batch) -> None:
    """Changes of different customers."""
    changed = change_customers(ledger.tx, ledger.source_id, changes)
    ledger.keep_changed(changes)
    for change in changes:
        now = changed.known[change.entity_id]
        doubts = doubts_of(change.row.values, now["birth_date"], now["gender"])
        batch.applied[change.row.key] = Applied(
            Outcome.CHANGED, change.entity_id, doubts, tuple(sorted(change.fields))
        )
    batch.touched |= changed.touched
