"""Relations between a source's customers: each is two rows, one a side."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from master import spelling
from master.session import Transaction
from master.tables.base import table
from master.tables.codes import INVERSE, RelationKind
from master.tables.relations import RelationRow
from master.writes.sourced.records import Change, Ledger
from master.writes.sourced.rows import Applied, Batch, Outcome, SourcedRow
from master.writes.sourced.scalars import new_columns
from master.writes.sourced.statements import insert_many, rows_in, update_each

relations = table(RelationRow)

DATES = {"since": "since", "until": "until"}

Side = tuple[int, int, str, str | None]  # customer, other, kind, the source's own kind


def apply_relations(tx: Transaction, source_id: int, rows: Sequence[SourcedRow]) -> Batch:
    """values: from, to (ids), kind (what `to` is to `from`), source_kind, since, until."""
    ledger = Ledger(tx, source_id, "relations")
    found = ledger.compare(rows)
    batch = Batch()
    _add(ledger, found.new, batch)
    _change(tx, found.changed)
    ledger.keep_changed(found.changed)
    for change in found.changed:
        batch.applied[change.row.key] = Applied(Outcome.CHANGED, change.entity_id)
    for row, id in found.unchanged:
        batch.applied[row.key] = Applied(Outcome.UNCHANGED, id)
    return batch


def _sides(values: dict[str, Any]) -> tuple[Side, Side]:
    kind: RelationKind = values["kind"]
    own = values.get("source_kind")
    return (values["from"], values["to"], kind, own), (values["to"], values["from"], INVERSE[kind], own)


def _add(ledger: Ledger, rows: Sequence[SourcedRow], batch: Batch) -> None:
    """Insert those that are not there; told from the other side it is the same relation."""
    tx = ledger.tx
    there = _there(tx, [row.values["from"] for row in rows])
    new: dict[Side, SourcedRow] = {}
    for row in rows:
        for side in _sides(row.values):
            if side not in there:
                new.setdefault(side, row)
    ids = spelling.next_ids(tx.connection, "relations", len(new)) if new else []
    there |= dict(zip(new, ids, strict=True))
    inserted = [
        {
            "id": there[side],
            **dict(zip(("customer_id", "other_id", "kind", "source_kind"), side, strict=True)),
            "since": row.values.get("since"),
            "until": row.values.get("until"),
        }
        for side, row in new.items()
    ]
    insert_many(tx, relations, inserted, {"source_id": ledger.source_id, "recorded_at": tx.at})
    kept = [(row, there[_sides(row.values)[0]]) for row in rows]
    ledger.keep_new([(row, id, None) for row, id in kept])
    for row, id in kept:
        batch.applied[row.key] = Applied(Outcome.ADDED, id)


def _change(tx: Transaction, changes: Sequence[Change]) -> None:
    """New dates, on both sides."""
    there = _there(tx, [change.row.values["from"] for change in changes])
    statement = select(relations.c.id, relations.c.since, relations.c.until)
    present = {row.id: row for row in rows_in(tx, statement, relations.c.id, there.values())}
    updates = {}
    for change in changes:
        for side in _sides(change.row.values):
            if side in there:
                updates[there[side]] = new_columns(change, present[there[side]], DATES)
    update_each(tx, relations, updates)


def _there(tx: Transaction, customer_ids: Sequence[int]) -> dict[Side, int]:
    """The open rows of both sides of these customers' relations."""
    columns = ("id", "customer_id", "other_id", "kind", "source_kind")
    statement = select(*(relations.c[name] for name in columns)).where(relations.c.ended_at.is_(None))
    found: dict[Side, int] = {}
    for column in (relations.c.customer_id, relations.c.other_id):
        for row in rows_in(tx, statement, column, customer_ids):
            found[row.customer_id, row.other_id, row.kind, row.source_kind] = row.id
    return found
