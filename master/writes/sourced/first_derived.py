"""What is derived of customers that a source has just made, written without reading anything back."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from master.session import Transaction
from master.tables.base import table
from master.tables.codes import BranchReason, MatchKeyKind
from master.tables.customers import CustomerBranchRow, MatchKeyRow
from master.tables.sources import SourceSystemRow
from master.writes.derived import KEYED_POINTS, match_digest
from master.writes.sourced.items import Columns, Key
from master.writes.sourced.statements import insert_many

match_keys, belonging, sources = table(MatchKeyRow), table(CustomerBranchRow), table(SourceSystemRow)

KEYED = {str(kind): key for kind, key in KEYED_POINTS.items()}
Items = Sequence[tuple[int, Mapping[Key, Columns]]]


def derive_first(
    tx: Transaction, source_id: int, homes: Mapping[int, int | None], documents: Items, points: Items
) -> None:
    """Match keys and branches of new customers (homes: their home branches), as `refresh` makes them."""
    digest = match_digest(tx)
    keys = {
        (customer_id, MatchKeyKind.DOCUMENT, digest(f"{type} {normal}"))
        for customer_id, items in documents
        for type, normal in items
    }
    keys |= {
        (customer_id, KEYED[kind], digest(normal))
        for customer_id, items in points
        for kind, normal in items
        if kind in KEYED
    }
    _insert(tx, match_keys, sorted(keys))
    fed = tx.connection.scalar(select(sources.c.branch_id).where(sources.c.id == source_id))
    branches = [(id, home, BranchReason.HOME) for id, home in homes.items() if home is not None]
    if fed is not None:
        branches += [(id, fed, BranchReason.SOURCE) for id in homes]
    _insert(tx, belonging, branches)


def _insert(tx: Transaction, target: Any, rows: Sequence[tuple[Any, ...]]) -> None:
    names = target.columns.keys()
    insert_many(tx, target, [dict(zip(names, row, strict=True)) for row in rows])
