"""The rows of one customer become another's with all their columns; what is said twice is said once."""

from dataclasses import dataclass

from sqlalchemy import update

from master.session import Transaction
from master.tables.children import Moved
from master.writes.merging.ledger import Value, note_moved, note_values, owned
from master.writes.merging.said_rows import said_rows


@dataclass(frozen=True)
class Count:
    """How many rows moved, and how many of these were ended, for the survivor says the same."""

    moved: int
    folded: int


def move(tx: Transaction, merge: int, moved: Moved, gone: int, survivor: int) -> Count:
    """Give the survivor what the other one had."""
    folded = _fold(tx, merge, moved, gone, survivor) if moved.alike else 0
    counts = []
    for owner in moved.owners:
        note_moved(tx, merge, moved, owner, (gone, survivor))
        change = update(moved.table).where(*owned(moved, owner, gone))
        counts.append(tx.execute(change.values({owner.column: survivor})).rowcount)
    return Count(counts[0], folded)


def _fold(tx: Transaction, merge: int, moved: Moved, gone: int, survivor: int) -> int:
    """End the rows that say what an open one of the survivor says; how many. Of a mark that one row alone may
    have, the survivor's stays."""
    rows = said_rows(tx, moved, (gone, survivor), {gone: survivor})
    coming = [row for row in rows if gone in row.owners]
    staying = [row for row in rows if gone not in row.owners]
    said, taken = {row.says for row in staying}, {row.among for row in staying if row.is_marked}
    twice = [row for row in coming if row.says in said]
    values = [Value(moved.name, row.key, "ended_at", None, tx.at) for row in twice]
    if moved.mark is not None:
        losing = [row for row in coming if row.is_marked and row.among in taken]
        values += [Value(moved.name, row.key, moved.mark.column, True, False) for row in losing]
    note_values(tx, merge, values)
    for each in values:
        change = update(moved.table).where(moved.table.c[moved.key] == each.row_id)
        tx.execute(change.values({each.field: each.after}))
    return len(twice)
