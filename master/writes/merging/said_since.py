"""What the source systems of a customer say that they did not say yet when a merge began."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from sqlalchemy import select

from master.sealing import seal_for
from master.session import Transaction
from master.tables.base import table
from master.tables.customers import CustomerRow
from master.tables.history import HISTORY
from master.tables.sources import SourceRecordRow
from master.writes.merging.trees import Step, Tree
from master.writes.sourced.golden import COLUMNS, value_in_column
from master.writes.sourced.items import DOCUMENTS, FIELDS, POINTS, said_documents, said_points
from master.writes.sourced.records import Change
from master.writes.sourced.rows import Said, SourcedRow
from master.writes.sourced.said import parsed
from master.writes.sourced.statements import rows_in

customers, records = table(CustomerRow), table(SourceRecordRow)
old_customers, old_records = HISTORY[customers.name], HISTORY[records.name]

# A row as records have it: table, source, and what it says (children.alike, as far as a source says it).
Thing = tuple[Any, ...]

SAID = frozenset({*COLUMNS, *FIELDS, "documents", "tags"})


@dataclass(frozen=True)
class SourceSaid:
    """states: all that the record has said, from what it said when the merge began to what it says now."""

    source_id: int
    states: Sequence[Said]
    change: Change

    @property
    def before(self) -> Said:
        return self.states[0]

    @property
    def now(self) -> Said:
        return self.states[-1]

    def meant(self, field: str) -> list[Any]:
        """The values to which it has changed a field since, as JSON has them."""
        said = [state.get(field) for state in self.states]
        return [now for before, now in pairwise(said) if now != before]


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
    found: set[Thing] = set()
    for said in records:
        for shape in (DOCUMENTS, POINTS):
            digest = seal_for(tx.master.keys, shape.purpose).digest
            keys = shape.said(said.now)
            found |= {(shape.target.name, said.source_id, kind, digest(normal)) for kind, normal in keys}
        found |= {("customer_tags", said.source_id, tag) for tag in said.now.get("tags") or ()}
    return found


def _said_since(tx: Transaction, customer: int, step: Step) -> list[SourceSaid]:
    """Of each record of the customer, in the order in which they came."""
    its = select(records).where(records.c.kind == "customers", records.c.customer_id == customer)
    rows = tx.execute(its.order_by(records.c.received_at, records.c.id)).all()
    old = _old_contents(tx, [row.id for row in rows], step)
    return [_source_said(row, [*old[row.id], row.content]) for row in rows]


def states_since(tx: Transaction, step: Step) -> Sequence[Any]:
    """The old rows of the customer that somebody went into, from what it was then."""
    last = step.last_ids.get(old_customers.name)
    if last is None:
        return []
    its = (old_customers.c.id == step.survivor, old_customers.c.history_id > last)
    return tx.execute(select(old_customers).where(*its).order_by(old_customers.c.history_id)).all()


def _old_contents(tx: Transaction, ids: Sequence[int], step: Step) -> defaultdict[int, list[str]]:
    found: defaultdict[int, list[str]] = defaultdict(list)
    last = step.last_ids.get(old_records.name)
    if last is not None:
        its = select(old_records.c.id, old_records.c.content).where(old_records.c.history_id > last)
        for row in rows_in(tx, its.order_by(old_records.c.history_id), old_records.c.id, ids):
            found[row.id].append(row.content)
    return found


def _source_said(row: Any, contents: Sequence[str]) -> SourceSaid:
    states = list(map(parsed, contents))
    before, now = states[0], states[-1]
    fields = frozenset(field for field in SAID if before.get(field) != now.get(field))
    again = SourcedRow(row.source_key, {field: value_of(now, field) for field in fields})
    change = Change(again, row.id, row.customer_id, before, now, fields, row.source_updated_at)
    return SourceSaid(row.source_id, states, change)


def value_of(said: Said, field: str) -> Any:
    """As the source gave it; None: it did not say."""
    if field == "documents":
        return tuple(said_documents(said))
    if field in FIELDS:
        return tuple(said_points(said, [field]))
    return value_in_column(field, said.get(field))
