"""The tree of branches, kept by their codes, whoever brings it: parents may come before or after."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from master import spelling
from master.session import Transaction
from master.tables.base import table
from master.tables.branches import BranchRow
from master.writes.own_phones import keep_own_phones
from master.writes.sourced.codes import changed_columns
from master.writes.sourced.rows import Applied, Batch, Outcome, Remark, SourcedRow, lacking
from master.writes.sourced.statements import insert_many, update_each

branches = table(BranchRow)

NO_SUCH_PARENT = Applied(
    Outcome.REFUSED, None, (Remark("parent", "UNKNOWN_CODE", "There is no branch with this code."),)
)
BELOW_ITSELF = Applied(
    Outcome.REFUSED, None, (Remark("parent", "INVALID", "The branch would stand below itself."),)
)


def apply_branches(tx: Transaction, rows: Sequence[SourcedRow]) -> Batch:
    """Make and change branches by their codes, which differ; parent: a code, of another row or in the hub."""
    there = {row.code: row for row in tx.execute(select(branches).with_for_update())}
    batch = Batch(_refused(rows, there))
    standing = [row for row in rows if row.key not in batch.applied]
    new = [row for row in _parents_first(standing) if row.key not in there]
    ids = {code: row.id for code, row in there.items()}
    ids |= zip((row.key for row in new), _next_ids(tx, len(new)), strict=True)
    changes = {}
    for row in standing:
        values = dict(row.values)
        if "parent" in values:
            values["parent"] = ids[values["parent"]] if values["parent"] else None
        if row.key in there:
            columns = {"name": "name", "parent": "parent_id", "phone": "phones"}
            changes[ids[row.key]] = changed_columns(values, there[row.key], columns, ("name",))
            outcome = Outcome.CHANGED if changes[ids[row.key]] else Outcome.UNCHANGED
            batch.applied[row.key] = Applied(outcome, ids[row.key])
        else:
            batch.applied[row.key] = Applied(Outcome.ADDED, ids[row.key])
    _insert(tx, new, ids)
    update_each(tx, branches, changes)
    if any("phone" in row.values for row in standing):
        keep_own_phones(tx)
    return batch


def _next_ids(tx: Transaction, count: int) -> list[int]:
    return spelling.next_ids(tx.connection, "branches", count) if count else []


def _insert(tx: Transaction, new: Sequence[SourcedRow], ids: Mapping[str, int]) -> None:
    rows = [
        {
            "id": ids[row.key],
            "code": row.key,
            "name": row.values["name"],
            "parent_id": ids[row.values["parent"]] if row.values.get("parent") else None,
            "phones": row.values.get("phone"),
        }
        for row in new
    ]
    insert_many(tx, branches, rows, {"recorded_at": tx.at})


def _refused(rows: Sequence[SourcedRow], there: Mapping[str, Any]) -> dict[str, Applied]:
    """Rows without a name, and those whose parent is nowhere or is (below) the branch itself."""
    code_of = {row.id: code for code, row in there.items()}
    refused = {
        row.key: lacking("name") for row in rows if row.key not in there and not row.values.get("name")
    }
    while True:
        parents = {code: code_of.get(row.parent_id) for code, row in there.items()}
        left = [row for row in rows if row.key not in refused]
        parents |= {row.key: row.values.get("parent", parents.get(row.key)) or None for row in left}
        more = {}
        for row in left:
            parent = parents[row.key]
            if parent is not None and parent not in parents:
                more[row.key] = NO_SUCH_PARENT
            elif row.values.get("parent") and _comes_back(row.key, parents):
                more[row.key] = BELOW_ITSELF
        if not more:
            return refused
        refused |= more


def _comes_back(code: str, parents: Mapping[str, str | None]) -> bool:
    """Whether going up from a branch leads to it again."""
    seen = {code}
    above = parents.get(code)
    while above is not None and above not in seen:
        seen.add(above)
        above = parents.get(above)
    return above == code


def _parents_first(rows: Sequence[SourcedRow]) -> list[SourcedRow]:
    """The rows, each after its parent's where both are among them."""
    waiting = {row.key: row for row in rows}
    found: list[SourcedRow] = []
    while waiting:
        ready = [row for row in waiting.values() if row.values.get("parent") not in waiting]
        found += ready
        for row in ready:
            del waiting[row.key]
    return found
