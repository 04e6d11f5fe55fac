"""Rows that came after a merge: they go where their source system has its customer, or somebody says so."""

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, null, select, update

from master.session import Transaction
from master.tables.base import table
from master.tables.children import MOVED, Moved, Owner
from master.tables.policies import PolicyRow
from master.writes.merging.giving_back import GivenBack, moves_of
from master.writes.merging.ledger import owned, told
from master.writes.merging.said_since import SaidByBoth, Thing, things_said
from master.writes.merging.trees import Tree
from master.writes.sourced.statements import rows_in

policies = table(PolicyRow)

# How many of the columns in which rows are alike a source's record of a customer says, by table.
SAID_BY_RECORDS = {"identity_documents": 2, "contact_points": 2, "customer_tags": 1}

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
    """The source systems (ids) that have a key of each of both, and the things that they say of each."""

    survivor: frozenset[int]
    restored: frozenset[int]
    said_of_survivor: Set[Thing]
    said_of_restored: Set[Thing]

    def place(self, source: int | None, thing: Thing) -> tuple[bool, str | None]:
        """Whether it is the restored one's, or why nobody can say whose it is."""
        if source is None:
            return False, BY_HAND
        knows_survivor, knows_restored = source in self.survivor, source in self.restored
        if not (knows_survivor or knows_restored):
            return False, BY_NEITHER
        if knows_survivor and knows_restored and thing not in self.said_of_survivor:
            is_its = thing in self.said_of_restored
            return is_its, None if is_its else BY_BOTH
        return not knows_survivor, None


def place_later(tx: Transaction, tree: Tree, back: GivenBack, said: SaidByBoth) -> list[Undecided]:
    """Those that could not be placed."""
    feeds = _Feeds(
        frozenset(each.source_id for each in said.own),
        frozenset(each.source_id for each in said.its),
        things_said(tx, said.own),
        things_said(tx, said.its),
    )
    undecided: dict[tuple[str, int], Undecided] = {}
    for moved in MOVED:
        for owner in moved.owners if moved.later is not None else ():
            its = []
            for row in _later(tx, tree, moved, owner):
                is_its, reason = feeds.place(row.source, thing_of(moved, row))
                if reason is not None:
                    if owner is moved.owners[0]:  # a relation's other side is told of by the first
                        undecided.setdefault((moved.name, row.told), Undecided(moved.name, row.told, reason))
                elif is_its:
                    its.append(row.key)
            _give(tx, moved, owner, its, back)
    for moved in MOVED:
        _follow(tx, moved, back)
    return list(undecided.values())


def _later(tx: Transaction, tree: Tree, moved: Moved, owner: Owner) -> Iterator[Row[Any]]:
    """(key, told, source) of the survivor's rows that came while both were one."""
    target = moved.table
    first = tree.way[0].last_ids.get(moved.name, 0)
    rows = with_source(moved).where(*owned(moved, owner, tree.survivor), target.c[moved.key] > first)
    found = tx.execute(rows.order_by(target.c[moved.key])).all()
    moves = moves_of(tx, tree, tree.others, moved, owner) if found else {}
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


def with_source(moved: Moved) -> Any:
    """(key, told, source) of rows, and what they say."""
    target, later = moved.table, moved.later
    assert later is not None  # noqa: S101  asked only of tables with such rows
    says = [target.c[name].label(f"says_{name}") for name in moved.alike]
    columns = [target.c[moved.key].label("key"), target.c[later.told_by].label("told"), *says]
    if later.by_policy:
        joined = target.join(policies, policies.c.id == target.c.policy_id)
        return select(*columns, policies.c.source_id.label("source")).select_from(joined)
    source = target.c.source_id if "source_id" in target.c else null()
    return select(*columns, source.label("source"))


def thing_of(moved: Moved, row: Row[Any]) -> Thing:
    """A row of with_source, as records have it."""
    said = [getattr(row, f"says_{name}") for name in moved.alike[: SAID_BY_RECORDS.get(moved.name, 0)]]
    return (moved.name, row.source, *(bytes(each) if isinstance(each, memoryview) else each for each in said))


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
