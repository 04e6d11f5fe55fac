"""Rows that a merge moved go back to whose they were, unless something else has moved them since."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, select, update

from master.session import Transaction
from master.tables.children import MOVED, Moved, Owner
from master.writes.merging.ledger import changes, noted, owned, told
from master.writes.merging.trees import Tree


@dataclass
class GivenBack:
    """By table, the keys of the rows that went to the restored customer; later: those that came after the
    merge."""

    restored: int
    rows: defaultdict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    later: defaultdict[str, set[int]] = field(default_factory=lambda: defaultdict(set))


def give_back(tx: Transaction, tree: Tree, restored: int) -> GivenBack:
    """Each with all that has been done to it since."""
    back = GivenBack(restored)
    for moved in MOVED:
        for owner in moved.owners:
            back.rows[moved.name] |= _give_back(tx, tree, moved, owner, restored)
    return back


def _give_back(tx: Transaction, tree: Tree, moved: Moved, owner: Owner, restored: int) -> set[int]:
    key = moved.table.c[moved.key]
    ours = select(changes.c.row_id).where(
        changes.c.merge_id == tree.merge, changes.c.entity == moved.name, changes.c.field == owner.column
    )
    its = (*owned(moved, owner, tree.survivor), key.in_(ours))
    astray = _astray(tx, tree, moved, owner)
    if astray:
        its = (*its, key.not_in(astray))
    change = update(moved.table).where(*its).values({owner.column: restored})
    return set(tx.execute(change.returning(key)).scalars())


def _astray(tx: Transaction, tree: Tree, moved: Moved, owner: Owner) -> list[int]:
    """Rows of this merge that have left its survivor and came back by a later one, as somebody else's."""
    later = [merge for merge in tree.standing if merge > tree.merge]
    if not later:
        return []
    moves = moves_of(tx, tree, [tree.merge, *later], moved, owner)
    return [
        row
        for row, entries in moves.items()
        if entries[0].merge_id == tree.merge and not _is_unbroken(entries, told(tree.survivor))
    ]


def moves_of(
    tx: Transaction, tree: Tree, merges: Sequence[int], moved: Moved, owner: Owner
) -> Mapping[int, list[Row[Any]]]:
    """The moves of each row by these merges, oldest first; without those that a merge began which was undone
    since: by that, the row is back where it was."""
    found: defaultdict[int, list[Row[Any]]] = defaultdict(list)
    elsewhere: defaultdict[int, set[str]] = defaultdict(set)
    for entry in noted(tx, [*merges, *tree.away], moved.name, [owner.column]):
        if entry.merge_id in tree.away or entry.before in elsewhere[entry.row_id]:
            elsewhere[entry.row_id].add(entry.after)
        else:
            elsewhere[entry.row_id].clear()
            found[entry.row_id].append(entry)
    return found


def _is_unbroken(entries: Sequence[Row[Any]], survivor: str) -> bool:
    """Whether each move begins where the one before ended, and the last with the survivor."""
    ends = [entry.after for entry in entries]
    return [entry.before for entry in entries[1:]] == ends[:-1] and ends[-1] == survivor
