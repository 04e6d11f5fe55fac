"""New customers of a source, with all that hangs on them and is derived of them."""

from collections.abc import Mapping, Sequence
from typing import Any

from master import spelling
from master.session import Transaction
from master.tables.base import table
from master.tables.codes import BranchReason, CustomerKind, CustomerStatus
from master.tables.customers import CustomerBranchRow, CustomerRow
from master.writes.blocking_keys import add_keys
from master.writes.customers import customer_number
from master.writes.sourced.customer_tags import give_tags
from master.writes.sourced.directory import fed_branch
from master.writes.sourced.doubts import doubts_of
from master.writes.sourced.golden import COLUMNS
from master.writes.sourced.items import DOCUMENTS, POINTS, add_items
from master.writes.sourced.newcomers import Newcomer
from master.writes.sourced.records import Ledger
from master.writes.sourced.rows import Applied, Batch, Outcome
from master.writes.sourced.scalars import given_columns
from master.writes.sourced.statements import insert_many
from matching.normal import name_key

customers, belonging = table(CustomerRow), table(CustomerBranchRow)


def add_customers(ledger: Ledger, new: Sequence[Newcomer], batch: Batch) -> dict[str, int]:
    """The ids of the customers that these rows become, by their keys; each is new to its source."""
    made = insert_customers(ledger.tx, ledger.source_id, new)
    ledger.keep_new([(each.row, made[each.row.key], made[each.row.key]) for each in new])
    for each in new:
        values = each.row.values
        doubts = doubts_of(values, values.get("birth_date"), values.get("gender"))
        batch.applied[each.row.key] = Applied(Outcome.ADDED, made[each.row.key], doubts)
    return made


def insert_customers(tx: Transaction, source_id: int, new: Sequence[Newcomer]) -> dict[str, int]:
    """The same, without a word of the source's ledger."""
    if not new:
        return {}
    ids = spelling.next_ids(tx.connection, "customers", len(new))
    rows = [_new_customer(tx, id, each.row.values) for id, each in zip(ids, new, strict=True)]
    insert_many(tx, customers, rows, {"updated_at": tx.at, "recorded_at": tx.at})
    placed = list(zip(ids, new, strict=True))
    add_items(tx, DOCUMENTS, source_id, [(id, each.documents) for id, each in placed])
    add_items(tx, POINTS, source_id, [(id, each.points) for id, each in placed])
    give_tags(tx, source_id, {id: each.row.values.get("tags") or () for id, each in placed})
    # What `refresh` would make of them, without reading anything back.
    add_keys(tx, [(*key, id) for id, each in placed for key in each.keys])
    _join_branches(tx, source_id, {row["id"]: row["branch_id"] for row in rows})
    return {each.row.key: id for id, each in placed}


def _new_customer(tx: Transaction, id: int, values: dict[str, Any]) -> dict[str, Any]:
    """name_key and status are set here too, so that deriving them finds nothing to change."""
    given = given_columns(values, COLUMNS)
    return {
        **given,
        "id": id,
        "number": customer_number(id),
        "kind": given["kind"] or CustomerKind.PERSON,
        "status": given["status_by_hand"] or CustomerStatus.PROSPECT,
        "name_key": name_key(given["name"]),
        "created_at": given["created_at"] or tx.at,
    }


def _join_branches(tx: Transaction, source_id: int, homes: Mapping[int, int | None]) -> None:
    """homes: by customer."""
    fed = fed_branch(tx, source_id)
    branches = [(id, home, BranchReason.HOME) for id, home in homes.items() if home is not None]
    if fed is not None:
        branches += [(id, fed, BranchReason.SOURCE) for id in homes]
    names = belonging.columns.keys()
    insert_many(tx, belonging, [dict(zip(names, row, strict=True)) for row in branches])
