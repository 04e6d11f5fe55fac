"""Lists below a customer, documents and contact points: what a source adds to them and takes away."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Table, select

from master.sealing import seal_for
from master.session import Transaction
from master.tables.base import table
from master.tables.codes import ContactPointKind, DocumentType, Gender
from master.tables.customers import ContactPointRow, IdentityDocumentRow
from master.tables.sources import SourceRecordRow
from master.writes.sourced.beside import said_beside
from master.writes.sourced.doubts import document_doubt
from master.writes.sourced.rows import Said, SourcedDocument, SourcedPoint, sourced_document, sourced_point
from master.writes.sourced.statements import end_each, grouped, insert_many, rows_in, update_each

records = table(SourceRecordRow)

Key = tuple[str, str]  # kind or type, and normal form
Columns = dict[str, Any]

FIELDS = {
    "mobile": ContactPointKind.MOBILE,
    "landline": ContactPointKind.LANDLINE,
    "email": ContactPointKind.EMAIL,
    "wechat": ContactPointKind.WECHAT,
    "address": ContactPointKind.ADDRESS,
}


@dataclass(frozen=True)
class Shape:
    """A table of such things: where kind and digest are, and the mark that one row alone may have.

    said: what a source's record says of them.
    """

    target: Table
    kind: str
    index: str
    purpose: str
    mark: str
    mark_is_by_kind: bool
    said: Callable[[Said], Mapping[Key, Columns]]


@dataclass(frozen=True, slots=True)
class ItemsChange:
    """What a source's record said last of a customer's things and says now: columns by kind and normal
    form."""

    record_id: int
    customer_id: int
    before: Mapping[Key, Columns]
    now: Mapping[Key, Columns]

    @property
    def dropped(self) -> set[Key]:
        return self.before.keys() - self.now.keys()


def document_items(
    given: Sequence[SourcedDocument], birth: date | None = None, gender: Gender | None = None
) -> dict[Key, Columns]:
    found: dict[Key, Columns] = {}
    for each in given:
        columns = {
            "type": each.type,
            "source_type": each.source_type,
            "number": each.number,
            "number_index": each.reading.normal,
            "primary": each.primary and not any(other["primary"] for other in found.values()),
            "doubt": document_doubt(each, birth, gender),
        }
        found.setdefault((each.type, each.reading.normal), columns)
    return found


def point_items(given: Sequence[SourcedPoint]) -> dict[Key, Columns]:
    found: dict[Key, Columns] = {}
    for each in given:
        taken = any(other["preferred"] for key, other in found.items() if key[0] == each.kind)
        columns = {
            "kind": each.kind,
            "value": each.value,
            "value_index": each.reading.normal,
            "preferred": each.preferred and not taken,
            "doubt": each.reading.doubt,
        }
        found.setdefault((each.kind, each.reading.normal), columns)
    return found


def said_documents(said: Said) -> list[SourcedDocument]:
    """The documents that a source said."""
    return [
        sourced_document(DocumentType(type), number, source_type, primary=primary)
        for type, number, source_type, primary in said.get("documents") or ()
    ]


def said_points(said: Said, fields: Sequence[str]) -> list[SourcedPoint]:
    """The contact points that a source said in these fields."""
    return [
        sourced_point(FIELDS[field], value, preferred)
        for field in fields
        for value, preferred in said.get(field) or ()
    ]


DOCUMENTS = Shape(
    table(IdentityDocumentRow),
    "type",
    "number_index",
    "documents",
    "primary",
    False,
    lambda said: document_items(said_documents(said)),
)
POINTS = Shape(
    table(ContactPointRow),
    "kind",
    "value_index",
    "contact_points",
    "preferred",
    True,
    lambda said: point_items(said_points(said, tuple(FIELDS))),
)


def add_items(
    tx: Transaction, shape: Shape, source_id: int, new: Sequence[tuple[int, Mapping[Key, Columns]]]
) -> None:
    """Insert the things of new customers."""
    rows = [
        {"customer_id": customer_id, **columns} for customer_id, items in new for columns in items.values()
    ]
    insert_many(tx, shape.target, rows, {"source_id": source_id, "recorded_at": tx.at})


def change_items(tx: Transaction, shape: Shape, source_id: int, changes: Sequence[ItemsChange]) -> set[int]:
    """Add what the source has come to say, and end what it says no longer where the row is its own: of
    different customers; those of whom rows have changed.

    What a customer has from elsewhere is neither repeated nor ended. A row that another source says too
    becomes that one's.
    """
    target = shape.target
    names = ("id", "customer_id", "source_id", shape.kind, shape.index, shape.mark)
    statement = select(*(target.c[name] for name in names)).where(target.c.ended_at.is_(None))
    ids = [change.customer_id for change in changes]
    there = grouped(rows_in(tx, statement, target.c.customer_id, ids), "customer_id")
    plan = _Plan(shape, source_id, seal_for(tx.master.keys, shape.purpose).digest)
    dropping = {each.customer_id: each.record_id for each in changes if each.dropped}
    beside = said_beside(tx, dropping)
    for change in changes:
        said = beside.get(change.customer_id, ())
        plan.add(change, _sayers(shape, source_id, said), there.get(change.customer_id, []))
    sayers = _said_as_rows(tx, shape, source_id, plan.ended)
    plan.hand_over({id: sayer for id, sayer in sayers.items() if id in plan.ended})
    update_each(tx, target, plan.updated)
    end_each(tx, target, plan.ended)
    add_items(tx, shape, source_id, plan.added)
    return plan.touched(there)


def _sayers(shape: Shape, source_id: int, said: Sequence[tuple[int, Said]]) -> dict[Key, int]:
    """Which source says a thing beside the record that changes: the same one, if it does."""
    found: dict[Key, int] = {}
    for source, each in sorted(said, key=lambda given: given[0] == source_id):
        found |= dict.fromkeys(shape.said(each), source)
    return found


def _said_as_rows(tx: Transaction, shape: Shape, source_id: int, ids: Iterable[int]) -> dict[int, int]:
    """The source that also says a row by a row of its own (import kind documents): the same one, if it
    does."""
    if shape is not DOCUMENTS:
        return {}
    statement = select(records.c.entity_id, records.c.source_id).where(records.c.kind == DOCUMENTS.purpose)
    rows = list(rows_in(tx, statement, records.c.entity_id, ids))
    return {row.entity_id: row.source_id for row in sorted(rows, key=lambda row: row.source_id == source_id)}


@dataclass
class _Plan:
    """What is to be done to a table."""

    shape: Shape
    source_id: int
    digest: Callable[[str], bytes]
    added: list[tuple[int, Mapping[Key, Columns]]] = field(default_factory=list)
    ended: set[int] = field(default_factory=set)
    updated: dict[int, Columns] = field(default_factory=dict)

    def add(self, change: ItemsChange, sayers: Mapping[Key, int], rows: Sequence[Any]) -> None:
        """Plan one customer's change; sayers: who says something else too; rows: those that are open."""
        there = {self._identity(row): row for row in reversed(rows)}
        added = {}
        for key, columns in change.now.items():
            row = there.get((key[0], self.digest(key[1])))
            if key not in change.before and row is None:
                added[key] = columns
            elif key in change.before and row is not None and row.source_id == self.source_id:
                self.updated[row.id] = _difference(change.before[key], columns)
        own = {key: there.get((key[0], self.digest(key[1]))) for key in change.dropped}
        dropped = {
            key: row.id for key, row in own.items() if row is not None and row.source_id == self.source_id
        }
        self.ended.update(dropped.values())
        self.hand_over({id: sayers[key] for key, id in dropped.items() if key in sayers})
        self.added.append((change.customer_id, added))
        self._unmark(rows, added)

    def touched(self, there: Mapping[int, Sequence[Any]]) -> set[int]:
        """Customers of whom rows change; there: all that they had, by customer."""
        changed = self.ended | {id for id, values in self.updated.items() if values}
        found = {id for id, rows in there.items() if any(row.id in changed for row in rows)}
        return found | {id for id, items in self.added if items}

    def hand_over(self, sayers: Mapping[int, int]) -> None:
        """These rows stay, for somebody says them still."""
        for id, source_id in sayers.items():
            self.ended.discard(id)
            if source_id != self.source_id:
                self.updated.setdefault(id, {})["source_id"] = source_id

    def _identity(self, row: Any) -> tuple[str, bytes]:
        return getattr(row, self.shape.kind), bytes(getattr(row, self.shape.index))

    def _unmark(self, rows: Sequence[Any], added: Mapping[Key, Columns]) -> None:
        """A new or newly marked row takes the mark from those that have it."""
        mark, kind = self.shape.mark, self.shape.kind
        takers = {columns[kind] for columns in added.values() if columns[mark]}
        takers |= {getattr(row, kind) for row in rows if self.updated.get(row.id, {}).get(mark)}
        for row in rows:
            taken = getattr(row, kind) in takers if self.shape.mark_is_by_kind else bool(takers)
            if taken and getattr(row, mark) and row.id not in self.ended:
                self.updated.setdefault(row.id, {})[mark] = False


def _difference(before: Columns, now: Columns) -> Columns:
    return {name: value for name, value in now.items() if name != "doubt" and value != before[name]}
