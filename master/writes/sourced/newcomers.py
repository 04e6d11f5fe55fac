"""A row by which a source tells of a customer for the first time: as it is compared, found and kept."""

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from master.reads.blocking_keys import Digest, Key, keys_of
from master.reads.records import record_of
from master.tables.codes import CustomerKind
from master.writes.sourced.doubts import POINT_FIELDS
from master.writes.sourced.items import DOCUMENTS, POINTS, Columns, document_items, point_items
from master.writes.sourced.items import Key as ItemKey
from master.writes.sourced.rows import SourcedRow
from matching.normalized import NormalRecord, normalized


@dataclass(frozen=True, slots=True)
class Newcomer:
    """documents, points: as they are kept. record: as it is compared; its id is the row's key. keys: by which
    it is found."""

    row: SourcedRow
    documents: dict[ItemKey, Columns]
    points: dict[ItemKey, Columns]
    record: NormalRecord
    keys: frozenset[Key]


def newcomer(row: SourcedRow, digest: Digest) -> Newcomer:
    """What `refresh` would make of the customer, if the row became one."""
    values = row.values
    documents = document_items(values.get("documents") or (), values.get("birth_date"), values.get("gender"))
    points = point_items([point for field in POINT_FIELDS for point in values.get(field) or ()])
    person = SimpleNamespace(
        id=row.key,
        name=values["name"],
        kind=values.get("kind") or CustomerKind.PERSON,
        gender=values.get("gender"),
        birth_date=values.get("birth_date"),
    )
    papers, reached = _rows(documents, DOCUMENTS.mark), _rows(points, POINTS.mark)
    record = normalized(record_of(person, (), papers, reached))
    return Newcomer(row, documents, points, record, frozenset(keys_of(record, digest)))


def _rows(items: dict[ItemKey, Columns], mark: str) -> list[Any]:
    """As they would be read: the one that is marked first."""
    return sorted(
        (SimpleNamespace(**each) for each in items.values()), key=lambda row: not getattr(row, mark)
    )
