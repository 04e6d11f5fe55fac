"""Rows that came after a merge: they go where their source system has its customer, or somebody says so."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, null, select, update

from master.session import Transaction
from master.tables.base import table
from master.tables.children import MOVED, Moved, Owner
from master.tables.policies import PolicyRow
from master.tables.sources import SourceRecordRow
from master.writes.merging.giving_back import GivenBack, moves_of
from master.writes.merging.ledger import noted, owned, told
from master.writes.merging.trees import Tree
from master.writes.sourced.statements import rows_in

policies, records = table(PolicyRow), table(SourceRecordRow)

BY_HAND = "It came after the merge, and no source system says whose it is."
BY_BOTH = "It came after the merge from a source system that knows both customers."
BY_NEITHER = "It came after the merge from a source system that knows neither customer."


@dataclass(frozen=True)
class Undecided:
    """A row that stays with the survivor; id: what people know it by (children.Later)."""

    table: str
    id: int
    reason: str


@dataclass(frozen=True)
class _Feeds:
    """The source systems (ids) that have a key of each of both."""

    survivor: frozenset[int]
    restored: frozenset[int]

    def place(self, source: int | None) -> str | None:
        """Why nobody can say whose it is; None: they can."""
        if source is None:
            return BY_HAND
        knows_survivor, knows_restored = source in self.survivor, source in self.restored
        if knows_survivor and knows_restored:
            return BY_BOTH
        return None if knows_survivor or knows_restored else BY_NEITHER


def place_later(tx: Transaction, tree: Tree, back: GivenBack) -> list[Undecided]:
    """Those that could not be placed."""
    feeds = _Feeds(_sources_of(tx, tree.survivor), _sources_of(tx, back.restored))
    undecided: dict[tuple[str, int], Undecided] = {}
    for moved in MOVED:
        for owner in moved.owners if moved.later is not None else ():
            its = []
            for row in _later(tx, tree, moved, owner):
                if (reason := feeds.place(row.source)) is not None:
                    if owner is moved.owners[0]:  # a relation's other side is told of by the first
                        undecided.setdefault((moved.name, row.told), Undecided(moved.name, row.told, reason))
                elif row.source in feeds.restored:
                    its.append(row.key)
            _give(tx, moved, owner, its, back)
    for moved in MOVED:
        _follow(tx, moved, back)
    return list(undecided.values())


def _sources_of(tx: Transaction, customer: int) -> frozenset[int]:
    wanted = select(records.c.source_id).where(
        records.c.customer_id == customer, records.c.kind == "customers"
    )
    return frozenset(tx.execute(wanted).scalars())


def _later(tx: Transaction, tree: Tree, moved: Moved, owner: Owner) -> Iterator[Row[Any]]:
    """(key, told, source) of the survivor's rows that came while both were one."""
    target = moved.table
    first = tree.way[0].last_ids.get(moved.name, 0)
    rows = _with_source(moved).where(*owned(moved, owner, tree.survivor), target.c[moved.key] > first)
    found = tx.execute(rows.order_by(target.c[moved.key])).all()
    moves = moves_of(noted(tx, tree.others, moved.name, [owner.column])) if found else {}
    for row in found:
        if row.key > _last_id_before(tree, moved, moves.get(row.key, ())):
            yield row


def _last_id_before(tree: Tree, moved: Moved, moves: Sequence[Row[Any]]) -> float:
    """The last key there was when the restored customer came to where this row was first."""
    if not moves:
        return tree.way[-1].last_ids.get(moved.name, 0)
    for step, above in zip(tree.way, tree.way[1:], strict=False):
        if above.merge == moves[0].merge_id and moves[0].before == told(step.survivor):
            return step.last_ids.get(moved.name, 0)
    return float("inf")  # somebody else brought it


def _with_source(moved: Moved) -> Any:
    target, later = moved.table, moved.later
    assert later is not None  # noqa: S101  asked only of tables with such rows
    columns = [target.c[moved.key].label("key"), target.c[later.told_by].label("told")]
    if later.by_policy:
        joined = target.join(policies, policies.c.id == target.c.policy_id)
        return select(*columns, policies.c.source_id.label("source")).select_from(joined)
    source = target.c.source_id if "source_id" in target.c else null()
    return select(*columns, source.label("source"))


def _give(tx: Transaction, moved: Moved, owner: Owner, keys: Sequence[int], back: GivenBack) -> None:
    target = moved.table
    for key in keys:
        change = update(target).where(target.c[moved.key] == key)
        tx.execute(change.values({owner.column: back.restored}))
    back.later[moved.name] |= set(keys)
    back.rows[moved.name] |= set(keys)


def _follow(tx: Transaction, moved: Moved, back: GivenBack) -> None:
    """What belongs to one of these rows goes with it."""
    below = moved.below
    if below is None or not back.later[below.table]:
        return
    target = moved.table
    wanted = select(target.c[moved.key].label("key"))
    if below.only is not None:
        wanted = wanted.where(target.c[below.only[0]] == below.only[1])
    found = rows_in(tx, wanted, target.c[below.column], sorted(back.later[below.table]))
    _give(tx, moved, moved.owners[0], [row.key for row in found], back)
