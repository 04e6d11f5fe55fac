"""What is derived of customers that a source has just made, written without reading anything back."""

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

from sqlalchemy import select

from master.reads.blocking_keys import key_digest
from master.reads.records import record_of
from master.session import Transaction
from master.tables.base import table
from master.tables.codes import BranchReason
from master.tables.customers import CustomerBranchRow
from master.tables.sources import SourceSystemRow
from master.writes.blocking_keys import add_keys, key_rows
from master.writes.sourced.items import DOCUMENTS, POINTS, Columns, Key
from master.writes.sourced.statements import insert_many

belonging, sources = table(CustomerBranchRow), table(SourceSystemRow)

Items = Sequence[tuple[int, Mapping[Key, Columns]]]


def derive_first(
    tx: Transaction, source_id: int, people: Sequence[Columns], documents: Items, points: Items
) -> None:
    """Blocking keys and branches of new customers, as `refresh` makes them; people: their columns."""
    papers, reached = _rows(documents, DOCUMENTS.mark), _rows(points, POINTS.mark)
    records = [record_of(_row(each), (), papers[each["id"]], reached[each["id"]]) for each in people]
    add_keys(tx, key_rows(records, key_digest(tx.master.keys)))
    fed = tx.connection.scalar(select(sources.c.branch_id).where(sources.c.id == source_id))
    homes = {each["id"]: each["branch_id"] for each in people}
    branches = [(id, home, BranchReason.HOME) for id, home in homes.items() if home is not None]
    if fed is not None:
        branches += [(id, fed, BranchReason.SOURCE) for id in homes]
    names = belonging.columns.keys()
    insert_many(tx, belonging, [dict(zip(names, row, strict=True)) for row in branches])


def _rows(of: Items, mark: str) -> dict[int, list[Any]]:
    """As they would be read: the one that is marked first."""
    return {id: sorted(map(_row, items.values()), key=lambda row: not getattr(row, mark)) for id, items in of}


def _row(columns: Mapping[str, Any]) -> SimpleNamespace:
    return SimpleNamespace(**columns)
