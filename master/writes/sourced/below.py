"""Contacts and leads as a source has them: one row each, below a customer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, select

from master import spelling
from master.session import Transaction
from master.tables.base import table
from master.tables.codes import LeadStage
from master.tables.contacts import ContactRow
from master.tables.leads import LeadRow
from master.tables.policies import DEFAULT_CURRENCY
from master.writes.sourced.records import Change, Ledger
from master.writes.sourced.rows import Applied, Batch, Outcome, SourcedRow, lacking
from master.writes.sourced.scalars import given_columns, new_columns
from master.writes.sourced.statements import insert_many, rows_in, update_each


@dataclass(frozen=True)
class Below:
    """A kind of thing below customers: its columns by field, what it can not be without, its defaults."""

    kind: str
    target: Table
    columns: Mapping[str, str]
    needed: tuple[str, ...]
    defaults: Mapping[str, Any]
    is_derived_from: bool  # whether anything derived of the customer hangs on it


CONTACTS = Below(
    "contacts",
    table(ContactRow),
    {
        "customer": "customer_id",
        "channel": "channel",
        "direction": "direction",
        "occurred_at": "occurred_at",
        "subject": "subject",
        "outcome": "outcome",
        "notes": "notes",
        "agent": "agent_id",
    },
    ("customer", "channel", "direction", "occurred_at", "subject"),
    {},
    is_derived_from=False,
)
LEADS = Below(
    "leads",
    table(LeadRow),
    {
        "customer": "customer_id",
        "title": "title",
        "stage": "stage",
        "product": "product_id",
        "owner": "owner_id",
        "score": "score",
        "expected_premium": "expected_premium",
        "due_at": "due_at",
    },
    ("customer", "title"),
    {"stage": LeadStage.NEW},
    is_derived_from=True,
)


def apply_contacts(tx: Transaction, source_id: int, rows: Sequence[SourcedRow]) -> Batch:
    """Make and change contacts by their source keys, which differ."""
    return _apply(Ledger(tx, source_id, "contacts"), CONTACTS, rows)


def apply_leads(tx: Transaction, source_id: int, rows: Sequence[SourcedRow]) -> Batch:
    """Make and change leads by their source keys, which differ."""
    return _apply(Ledger(tx, source_id, "leads"), LEADS, rows)


def _apply(ledger: Ledger, below: Below, rows: Sequence[SourcedRow]) -> Batch:
    found = ledger.compare(rows)
    batch = Batch()
    for row in found.new:
        if missing := next((name for name in below.needed if row.values.get(name) is None), None):
            batch.applied[row.key] = lacking(missing)
    _add(ledger, below, [row for row in found.new if row.key not in batch.applied], batch)
    _change(ledger, below, found.changed, batch)
    for row, id in found.unchanged:
        batch.applied[row.key] = Applied(Outcome.UNCHANGED, id)
    return batch


def _add(ledger: Ledger, below: Below, rows: Sequence[SourcedRow], batch: Batch) -> None:
    if not rows:
        return
    ids = spelling.next_ids(ledger.tx.connection, below.target.name, len(rows))
    new = list(zip(ids, rows, strict=True))
    common = {"source_id": ledger.source_id, "recorded_at": ledger.tx.at}
    insert_many(ledger.tx, below.target, [_new_row(ledger, below, id, row) for id, row in new], common)
    ledger.keep_new([(row, id, None) for id, row in new])
    for id, row in new:
        batch.applied[row.key] = Applied(Outcome.ADDED, id)
        if below.is_derived_from:
            batch.touched.add(row.values["customer"])


def _new_row(ledger: Ledger, below: Below, id: int, row: SourcedRow) -> dict[str, Any]:
    values = given_columns(row.values, below.columns)
    values |= {name: default for name, default in below.defaults.items() if values[name] is None}
    values |= {"id": id, "source_key": row.key}
    if below is LEADS:
        values |= {"created_at": ledger.tx.at, **_currency(values["expected_premium"])}
    return values


def _change(ledger: Ledger, below: Below, changes: Sequence[Change], batch: Batch) -> None:
    target = below.target
    statement = select(target).order_by(target.c.id).with_for_update()
    ids = [change.entity_id for change in changes]
    present = {row.id: row for row in rows_in(ledger.tx, statement, target.c.id, ids)}
    lasting = frozenset((*below.needed, *below.defaults))
    updates = {}
    for change in changes:
        row = present[change.entity_id]
        values = new_columns(change, row, below.columns, lasting)
        if "expected_premium" in values:
            values |= _currency(values["expected_premium"])
        updates[row.id] = values
        batch.applied[change.row.key] = Applied(Outcome.CHANGED, row.id)
        if below.is_derived_from:
            batch.touched |= {row.customer_id, values.get("customer_id", row.customer_id)}
    update_each(ledger.tx, target, updates)
    ledger.keep_changed(changes)


def _currency(premium: Any) -> dict[str, Any]:
    return {"currency": None if premium is None else DEFAULT_CURRENCY}
