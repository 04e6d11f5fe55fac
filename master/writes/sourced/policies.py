"""Policies as a source has them, with the people on them."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from master import spelling
from master.session import Transaction
from master.tables.base import table
from master.tables.codes import PolicyStatus
from master.tables.policies import DEFAULT_CURRENCY, PolicyRow
from master.writes.sourced.parties import PARTY_FIELDS, add_parties, change_parties, customers_on
from master.writes.sourced.records import Change, Ledger
from master.writes.sourced.rows import Applied, Batch, Outcome, Remark, SourcedRow, lacking
from master.writes.sourced.scalars import given_columns, new_columns
from master.writes.sourced.statements import insert_many, rows_in, update_each

policies = table(PolicyRow)

COLUMNS = {
    "product": "product_id",
    "status": "status",
    "source_status": "source_status",
    "effective_date": "effective_date",
    "expiry_date": "expiry_date",
    "annual_premium": "annual_premium",
    "sum_insured": "sum_insured",
    "currency": "currency",
    "branch": "branch_id",
}
NEEDED = ("product", "effective_date")
# What a new policy has where its source does not say: the value, and the remark on it.
ASSUMED = {
    "status": (PolicyStatus.OTHER, Remark("status", "KEPT_AS_OTHER", "")),
    "annual_premium": (Decimal(0), Remark("annual_premium", "KEPT_AS_ZERO", "")),
}
LASTING = frozenset({*NEEDED, *ASSUMED, "currency"})


def apply_policies(tx: Transaction, source_id: int, rows: Sequence[SourcedRow]) -> Batch:
    """Make and change policies by their numbers, which differ."""
    ledger = Ledger(tx, source_id, "policies")
    found = ledger.compare(rows)
    batch = Batch()
    for row in found.new:
        if missing := next((name for name in NEEDED if row.values.get(name) is None), None):
            batch.applied[row.key] = lacking(missing)
    _add(ledger, [row for row in found.new if row.key not in batch.applied], batch)
    _change(ledger, found.changed, batch)
    for row, id in found.unchanged:
        batch.applied[row.key] = Applied(Outcome.UNCHANGED, id)
    return batch


def _add(ledger: Ledger, rows: Sequence[SourcedRow], batch: Batch) -> None:
    if not rows:
        return
    tx = ledger.tx
    new = list(zip(spelling.next_ids(tx.connection, "policies", len(rows)), rows, strict=True))
    common = {"source_id": ledger.source_id, "recorded_at": tx.at}
    insert_many(tx, policies, [_new_policy(id, row) for id, row in new], common)
    add_parties(tx, [(id, field, row.values.get(field) or ()) for id, row in new for field in PARTY_FIELDS])
    ledger.keep_new([(row, id, None) for id, row in new])
    for id, row in new:
        assumed = tuple(remark for field, (_, remark) in ASSUMED.items() if row.values.get(field) is None)
        batch.applied[row.key] = Applied(Outcome.ADDED, id, assumed)
        batch.touched |= {
            party.customer_id for field in PARTY_FIELDS for party in row.values.get(field) or ()
        } - {None}


def _new_policy(id: int, row: SourcedRow) -> dict[str, Any]:
    given = given_columns(row.values, COLUMNS)
    assumed = {field: value for field, (value, _) in ASSUMED.items() if given[field] is None}
    return {
        **given,
        **assumed,
        "id": id,
        "number": row.key,
        "currency": given["currency"] or DEFAULT_CURRENCY,
    }


def _change(ledger: Ledger, changes: Sequence[Change], batch: Batch) -> None:
    if not changes:
        return
    tx = ledger.tx
    ids = [change.entity_id for change in changes]
    batch.touched |= customers_on(tx, ids)
    present = _present(tx, ids)
    updates = {
        change.entity_id: new_columns(change, present[change.entity_id], COLUMNS, LASTING)
        for change in changes
    }
    update_each(tx, policies, updates)
    change_parties(tx, changes)
    batch.touched |= customers_on(tx, ids)
    ledger.keep_changed(changes)
    for change in changes:
        batch.applied[change.row.key] = Applied(Outcome.CHANGED, change.entity_id)


def _present(tx: Transaction, ids: Sequence[int]) -> Mapping[int, Any]:
    statement = select(policies).order_by(policies.c.id).with_for_update()
    return {row.id: row for row in rows_in(tx, statement, policies.c.id, ids)}
