"""Rows that a merge changed become what they were, where nobody has changed them since."""

from typing import Any

from sqlalchemy import Row, Table, select, update

from master.session import Transaction
from master.tables.children import MOVED, Moved
from master.writes.merging.giving_back import GivenBack
from master.writes.merging.ledger import noted, read, told
from master.writes.merging.said_rows import said_rows
from master.writes.merging.trees import Tree


def withdraw(tx: Transaction, tree: Tree, back: GivenBack) -> None:
    """Of rows that went back, also what merges further up have changed: there they were others' rows. Rows
    that had left before are no longer changed."""
    upper = [step.merge for step in tree.way]
    for moved in MOVED:
        if not moved.values:
            continue
        outdone = _outdone(tx, moved, back)
        for entry in reversed(noted(tx, upper, moved.name, moved.values)):
            if entry.row_id in back.rows[moved.name] and (entry.field, entry.row_id) not in outdone:
                undo_value(tx, moved.table, moved.key, entry)


def _outdone(tx: Transaction, moved: Moved, back: GivenBack) -> set[tuple[str, int]]:
    """Rows that stay ended, or do not get their mark back: one that came after the merge says the same, or
    has the mark."""
    later = back.later[moved.name]
    if not later:
        return set()
    rows = said_rows(tx, moved, [back.restored], ended=back.rows[moved.name])
    newer = [row for row in rows if row.is_open and row.key in later]
    said, taken = {row.says for row in newer}, {row.among for row in newer if row.is_marked}
    outdone = {("ended_at", row.key) for row in rows if moved.alike and row.says in said}
    if moved.mark is not None:
        outdone |= {(moved.mark.column, row.key) for row in rows if row.among in taken}
    return outdone


def undo_value(tx: Transaction, target: Table, key: str, entry: Row[Any]) -> bool:
    """Whether the column had still the value that the merge gave it."""
    column, its = target.c[entry.field], target.c[key] == entry.row_id
    row = tx.execute(select(column).where(its)).one_or_none()
    if row is None or told(row[0]) != entry.after:
        return False
    tx.execute(update(target).where(its).values({entry.field: read(column, entry.before)}))
    return True
