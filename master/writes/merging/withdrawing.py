"""Values that a merge changed become what they were, where nobody has changed them since."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Table, select, update

from master.session import Transaction
from master.tables.base import table
from master.tables.children import MOVED, Moved
from master.tables.customers import CustomerRow
from master.tables.merges import MergedCustomerRow
from master.writes.merging.giving_back import GivenBack
from master.writes.merging.ledger import noted, read, told
from master.writes.merging.own_values import ALL, COMPARED, fill_gaps_of_merged
from master.writes.merging.said_rows import said_rows
from master.writes.merging.trees import Tree

customers, merged = table(CustomerRow), table(MergedCustomerRow)


def withdraw(tx: Transaction, tree: Tree, back: GivenBack) -> set[str]:
    """The columns in which the survivor says nothing any more. Of rows that went back what merges further up
    have changed is withdrawn too: there they were others' rows."""
    upper = [step.merge for step in tree.way]
    for moved in MOVED:
        if not moved.values:
            continue
        outdone = _outdone(tx, moved, back)
        for entry in reversed(noted(tx, upper, moved.name, moved.values)):
            is_its = entry.merge_id == tree.merge or entry.row_id in back.rows[moved.name]
            if is_its and (entry.field, entry.row_id) not in outdone:
                undo_value(tx, moved.table, moved.key, entry)
    return _withdraw_own(tx, tree, upper, back.restored)


def _outdone(tx: Transaction, moved: Moved, back: GivenBack) -> set[tuple[str, int]]:
    """Rows that do not get their mark back: one that came after the merge has it."""
    if moved.mark is None or not back.later[moved.name]:
        return set()
    rows = said_rows(tx, moved, [back.restored], ended=back.rows[moved.name])
    taken = {row.among for row in rows if row.is_marked and row.is_open and row.key in back.later[moved.name]}
    return {(moved.mark.column, row.key) for row in rows if row.among in taken}


def _withdraw_own(tx: Transaction, tree: Tree, upper: Sequence[int], restored: int) -> set[str]:
    """What the restored customer had lent to whom it went into, and that one to whom it went itself. What
    they do not know any more others may tell, who went into the same."""
    entries = noted(tx, upper, customers.name, list(COMPARED.values()))
    lent = {(entry.field, entry.after) for entry in entries if entry.merge_id == tree.merge}
    open_again: defaultdict[int, set[str]] = defaultdict(set)
    for entry in reversed(entries):
        if (entry.field, entry.after) in lent:
            target = customers if entry.row_id == tree.survivor else merged
            if undo_value(tx, target, "id", entry):
                open_again[entry.row_id].add(entry.field)
    for step in tree.way[:-1]:
        columns = open_again[step.survivor].intersection(ALL)
        if columns:
            fill_gaps_of_merged(tx, step.survivor, columns, restored)
    return open_again[tree.survivor]


def undo_value(tx: Transaction, target: Table, key: str, entry: Row[Any]) -> bool:
    """Whether the column had still the value that the merge gave it."""
    column, its = target.c[entry.field], target.c[key] == entry.row_id
    row = tx.execute(select(column).where(its)).one_or_none()
    if row is None or told(row[0]) != entry.after:
        return False
    tx.execute(update(target).where(its).values({entry.field: read(column, entry.before)}))
    return True
