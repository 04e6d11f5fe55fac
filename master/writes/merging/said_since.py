"""What the source systems of a customer say that they did not say yet when a merge began."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from master.sealing import seal_for
from master.session import Transaction
from master.tables.base import table
from master.tables.history import HISTORY
from master.tables.sources import SourceRecordRow
from master.writes.merging.ledger import noted
from master.writes.merging.trees import Step, Tree
from master.writes.sourced.golden import COLUMNS, value_in_column
from master.writes.sourced.items import DOCUMENTS, FIELDS, POINTS, said_documents, said_points
from master.writes.sourced.rows import Said
from master.writes.sourced.said import parsed
from master.writes.sourced.statements import rows_in

records = table(SourceRecordRow)
old_records = HISTORY[records.name]

# A row as records have it: table, source, and what it says (children.alike, as far as a source says it).
Thing = tuple[Any, ...]

SAID = frozenset({*COLUMNS, *FIELDS, "documents", "tags"})


@dataclass(frozen=True)
class SourceSaid:
    """What a record of a customer said when the merge began, and what it says now."""

    source_id: int
    record_id: int
    customer: int
    before: Said
    now: Said


@dataclass(frozen=True)
class SaidByBoth:
    """The records of the restored customer (its) and of the survivor (own)."""

    restored: int
    its: Sequence[SourceSaid]
    own: Sequence[SourceSaid]


def said_by_both(tx: Transaction, tree: Tree, restored: int) -> SaidByBoth:
    """Once each has its records back."""
    step = tree.way[0]
    return SaidByBoth(restored, _said_since(tx, restored, step), _said_since(tx, tree.survivor, step))


def things_said(tx: Transaction, records: Sequence[SourceSaid]) -> set[Thing]:
    """What these say now of documents, contact points and tags."""
    return _things(tx, ((each.source_id, each.now) for each in records))


def said_meanwhile(tx: Transaction, tree: Tree, both: SaidByBoth) -> set[Thing]:
    """What these said at any time since the merge, or those who came to the survivor as one of the others."""
    entries = noted(tx, tree.standing, records.name, ["customer_id"])
    ids = {entry.row_id for entry in entries} | {each.record_id for each in (*both.its, *both.own)}
    last = tree.way[0].last_ids.get(old_records.name, 0)
    said = set[tuple[int, str]]()
    for kept in (records, old_records):
        wanted = select(kept.c.source_id, kept.c.content).where(kept.c.kind == "customers")
        if kept is old_records:
            wanted = wanted.where(kept.c.history_id > last)
        said |= {(row.source_id, row.content) for row in rows_in(tx, wanted, kept.c.id, ids)}
    return _things(tx, ((source, parsed(content)) for source, content in said))


def _things(tx: Transaction, said: Iterable[tuple[int, Said]]) -> set[Thing]:
    """By source."""
    found: set[Thing] = set()
    digests = {shape: seal_for(tx.master.keys, shape.purpose).digest for shape in (DOCUMENTS, POINTS)}
    for source, its in said:
        for shape, digest in digests.items():
            found |= {(shape.target.name, source, kind, digest(normal)) for kind, normal in shape.said(its)}
        found |= {("customer_tags", source, tag) for tag in its.get("tags") or ()}
    return found


def _said_since(tx: Transaction, customer: int, step: Step) -> list[SourceSaid]:
    """Of each record of the customer, in the order in which they came."""
    its = select(records).where(records.c.kind == "customers", records.c.customer_id == customer)
    rows = tx.execute(its.order_by(records.c.received_at, records.c.id)).all()
    old = _old_contents(tx, [row.id for row in rows], step)
    return [
        SourceSaid(row.source_id, row.id, customer, parsed(old.get(row.id, row.content)), parsed(row.content))
        for row in rows
    ]


def _old_contents(tx: Transaction, ids: Sequence[int], step: Step) -> dict[int, str]:
    """What records that have changed since said when the merge began."""
    found: dict[int, str] = {}
    last = step.last_ids.get(old_records.name)
    if last is not None:
        its = select(old_records.c.id, old_records.c.content).where(old_records.c.history_id > last)
        for row in rows_in(tx, its.order_by(old_records.c.history_id), old_records.c.id, ids):
            found.setdefault(row.id, row.content)
    return found


def value_of(said: Said, field: str) -> Any:
    """As the source gave it; None: it did not say."""
    if field == "documents":
        return tuple(said_documents(said))
    if field in FIELDS:
        return tuple(said_points(said, [field]))
    return value_in_column(field, said.get(field))
