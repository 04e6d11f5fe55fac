"""Who stays merged says again what was left out because somebody said it who has gone."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set

from master.session import Transaction
from master.tables.children import MOVED, Moved
from master.writes.merging.giving_back import GivenBack
from master.writes.merging.ledger import Value, note_values, noted, read
from master.writes.merging.said_rows import SaidRow, said_rows
from master.writes.merging.trees import Tree
from master.writes.merging.withdrawing import undo_value

Left = Mapping[Moved, Sequence[SaidRow]]
Came = Mapping[int, Set[int]]  # by merge on the way, the rows that came by it


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
    came = _came(tx, tree, moved) if entries else {}
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
                # Who said the same has left, and a row that is open says it still: this one is open again
                # when the customers part whose these two are.
                alike = {each.key for each in rows if each.says == row.says and each.is_open}
                ended_at = read(moved.table.c.ended_at, entry.after)
                for merge in _where_they_part(tree, entry.merge_id, alike, came):
                    note_values(tx, merge, [Value(moved.name, row.key, "ended_at", None, ended_at)])
        elif _is_mark(moved, entry.field) and row.among in unmarked and row.key in open_keys:
            undo_value(tx, moved.table, moved.key, entry)
            unmarked.discard(row.among)


def _where_they_part(tree: Tree, merge: int, open_ones: Set[int], came: Came) -> Iterator[int]:
    """The merges to undo for a row that this merge ended to be without the open ones that say the same."""
    survivor, passed = tree.into[merge], [step.survivor for step in tree.way]
    above = tree.way[passed.index(survivor) + 1 :] if survivor in passed else ()
    yield from (step.merge for step in above if open_ones.isdisjoint(came[step.merge]))


def _came(tx: Transaction, tree: Tree, moved: Moved) -> Came:
    found: defaultdict[int, set[int]] = defaultdict(set)
    columns = [owner.column for owner in moved.owners]
    for entry in noted(tx, [step.merge for step in tree.way[1:]], moved.name, columns):
        found[entry.merge_id].add(entry.row_id)
    return found


def _is_mark(moved: Moved, field: str) -> bool:
    return moved.mark is not None and moved.mark.column == field
