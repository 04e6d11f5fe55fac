"""Relations that sources tell of between their customers, from either side."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from master import spelling
from master.session import Transaction
from master.tables.base import table
from master.tables.relations import RelationRow
from master.writes.relation_rows import DATES, Side, sides, sides_of
from master.writes.sourced.records import Change, Ledger
from master.writes.sourced.rows import Applied, Batch, Outcome, SourcedRow
from master.writes.sourced.scalars import new_columns
from master.writes.sourced.statements import insert_many, rows_in, update_each

relations = table(RelationRow)

COLUMNS = {name: name for name in DATES}  # of each field

Told = tuple[Side, str | None]  # a side, and the source's own kind


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


def _told(values: dict[str, Any]) -> tuple[Told, Told]:
    one, other = sides(values["from"], values["to"], values["kind"])
    own = values.get("source_kind")
    return (one, own), (other, own)


def _add(ledger: Ledger, rows: Sequence[SourcedRow], batch: Batch) -> None:
    """Insert those that are not there; told from the other side it is the same relation."""
    tx = ledger.tx
    there = _there(tx, [row.values["from"] for row in rows])
    new: dict[Told, SourcedRow] = {}
    for row in rows:
        for told in _told(row.values):
            if told not in there:
                new.setdefault(told, row)
    ids = spelling.next_ids(tx.connection, "relations", len(new)) if new else []
    there |= dict(zip(new, ids, strict=True))
    inserted = [
        {
            "id": there[side, own],
            **side._asdict(),
            "source_kind": own,
            **{name: row.values.get(name) for name in DATES},
        }
        for (side, own), row in new.items()
    ]
    insert_many(tx, relations, inserted, {"source_id": ledger.source_id, "recorded_at": tx.at})
    kept = [(row, there[_told(row.values)[0]]) for row in rows]
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
        for told in _told(change.row.values):
            if told in there:
                updates[there[told]] = new_columns(change, present[there[told]], COLUMNS)
    update_each(tx, relations, updates)


def _there(tx: Transaction, customer_ids: Sequence[int]) -> dict[Told, int]:
    """The open rows of both sides of these customers' relations."""
    columns = ("id", "customer_id", "other_id", "kind", "source_kind")
    statement = select(*(relations.c[name] for name in columns)).where(relations.c.ended_at.is_(None))
    found: dict[Told, int] = {}
    for column in (relations.c.customer_id, relations.c.other_id):
        for row in rows_in(tx, statement, column, customer_ids):
            found[sides_of(row)[0], row.source_kind] = row.id
    return found
