"""Who stays merged says again what was left out because somebody said it who has gone."""

from collections.abc import Mapping, Sequence

from master.session import Transaction
from master.tables.children import MOVED, Moved
from master.writes.merging.giving_back import GivenBack
from master.writes.merging.ledger import noted
from master.writes.merging.said_rows import SaidRow, said_rows
from master.writes.merging.trees import Tree
from master.writes.merging.withdrawing import undo_value

Left = Mapping[Moved, Sequence[SaidRow]]


def left(tx: Transaction, tree: Tree, back: GivenBack) -> Left:
    """What the survivor said by the rows that went back, to be asked before these become what they were."""
    as_one = {back.restored: tree.survivor}
    return {
        moved: [
            row for row in said_rows(tx, moved, [back.restored], as_one) if row.key in back.rows[moved.name]
        ]
        for moved in MOVED
        if moved.alike and back.rows[moved.name]
    }


def settle(tx: Transaction, tree: Tree, left: Left) -> None:
    """Open rows again that were ended beside one that has left, and give them back a mark that it had."""
    for moved, went in left.items():
        _settle(tx, tree, moved, went)


def _settle(tx: Transaction, tree: Tree, moved: Moved, went: Sequence[SaidRow]) -> None:
    # What was ended before the one that has left came was not ended beside it.
    entries = noted(tx, [merge for merge in tree.others if merge > tree.merge], moved.name, moved.values)
    rows = said_rows(tx, moved, [tree.survivor], ended={entry.row_id for entry in entries})
    open_keys = {row.key for row in rows if row.is_open}
    unsaid = {row.says for row in went} - {row.says for row in rows if row.is_open}
    unmarked = {row.among for row in went if row.is_marked}
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
        elif _is_mark(moved, entry.field) and row.among in unmarked and row.key in open_keys:
            undo_value(tx, moved.table, moved.key, entry)
            unmarked.discard(row.among)


def _is_mark(moved: Moved, field: str) -> bool:
    return moved.mark is not None and moved.mark.column == field
