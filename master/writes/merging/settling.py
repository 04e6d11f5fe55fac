"""Who stays merged says again what was left out because somebody said it who has gone."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, select

from master.session import Transaction
from master.tables.base import table
from master.tables.children import MOVED, Moved
from master.tables.merges import MergeRow
from master.writes.merging.giving_back import GivenBack
from master.writes.merging.ledger import Value, note_values, noted, read
from master.writes.merging.said_rows import SaidRow, said_rows
from master.writes.merging.trees import Tree
from master.writes.merging.withdrawing import undo_value

merges = table(MergeRow)

Left = Mapping[Moved, Sequence[SaidRow]]


def left(tx: Transaction, tree: Tree, back: GivenBack) -> Left:
    """What the survivor said by the rows that went back, to be asked before these become what they were; by
    those too that were ended further up, beside others' rows."""
    as_one, above = {back.restored: tree.survivor}, [step.merge for step in tree.way[1:]]
    found = {}
    for moved in MOVED:
        went = back.rows[moved.name]
        if moved.alike and went:
            ended = {entry.row_id for entry in noted(tx, above, moved.name, ["ended_at"])}
            rows = said_rows(tx, moved, [back.restored], as_one, ended=ended & went)
            found[moved] = [row for row in rows if row.key in went]
    return found


def settle(tx: Transaction, tree: Tree, left: Left) -> None:
    """Open rows again that were ended beside one that has left, and give them back a mark that it had."""
    for moved, went in left.items():
        _settle(tx, tree, moved, went)


def _settle(tx: Transaction, tree: Tree, moved: Moved, went: Sequence[SaidRow]) -> None:
    # What was ended before the one that has left came was not ended beside it.
    entries = noted(tx, [merge for merge in tree.others if merge > tree.merge], moved.name, moved.values)
    rows = said_rows(tx, moved, [tree.survivor], ended={entry.row_id for entry in entries})
    open_keys = {row.key for row in rows if row.is_open}
    went_says = {row.says for row in went}
    unsaid = {row.says for row in went if row.is_open} - {row.says for row in rows if row.is_open}
    unmarked = {row.among for row in went if row.is_open and row.is_marked}
    unmarked -= {row.among for row in rows if row.is_open and row.is_marked}
    here = {row.key: row for row in rows}
    for entry in entries:
        row = here.get(entry.row_id)
        if row is None:
            continue
        if entry.field == "ended_at":
            if row.says in unsaid and undo_value(tx, moved.table, moved.key, entry):
                unsaid.discard(row.says)
                open_keys.add(row.key)
            elif row.says in went_says and row.key not in open_keys:
                _end_beside_others(tx, tree, moved, entry, [each for each in rows if each.says == row.says])
        elif _is_mark(moved, entry.field) and row.among in unmarked and row.key in open_keys:
            undo_value(tx, moved.table, moved.key, entry)
            unmarked.discard(row.among)


def _end_beside_others(
    tx: Transaction, tree: Tree, moved: Moved, entry: Row[Any], alike: Sequence[SaidRow]
) -> None:
    """Who said the same has left, and a row that is open says it still: when the customers part whose these
    two are, the ended one is open again."""
    survivor = tx.connection.scalar(select(merges.c.survivor_id).where(merges.c.id == entry.merge_id))
    passed = [step.survivor for step in tree.way]
    above = tree.way[passed.index(survivor) + 1 :] if survivor in passed else ()
    open_ones = {row.key for row in alike if row.is_open}
    columns = [owner.column for owner in moved.owners]
    ended = Value(moved.name, entry.row_id, "ended_at", None, read(moved.table.c.ended_at, entry.after))
    for step in above:
        came = {each.row_id for each in noted(tx, [step.merge], moved.name, columns)}
        if open_ones.isdisjoint(came):
            note_values(tx, step.merge, [ended])


def _is_mark(moved: Moved, field: str) -> bool:
    return moved.mark is not None and moved.mark.column == field
