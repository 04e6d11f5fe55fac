"""Two customers that were one say what their own source systems have said meanwhile, and not each other's."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import select, update

from master.sealing import seal_for
from master.session import Transaction
from master.tables.base import table
from master.tables.codes import OtherNameKind
from master.tables.customers import CustomerRow, OtherNameRow
from master.tables.merges import MergedCustomerRow
from master.tables.tags import CustomerTagRow
from master.writes.merging.later import Undecided
from master.writes.merging.own_values import FILLED
from master.writes.merging.said_rows import Likeness
from master.writes.merging.said_since import SaidByBoth, SourceSaid, states_since, value_of
from master.writes.merging.settling import Left
from master.writes.merging.trees import Tree
from master.writes.sourced.changing import change_customers
from master.writes.sourced.customer_tags import TagsChange, change_tags
from master.writes.sourced.golden import COLUMNS
from master.writes.sourced.items import DOCUMENTS, POINTS, ItemsChange, Shape, change_items
from master.writes.sourced.said import plain

customers, merged, former = table(CustomerRow), table(MergedCustomerRow), table(OtherNameRow)
given = table(CustomerTagRow)

BY_FIELD = tuple(COLUMNS.items())
DISAGREED = (
    "A source of the other customer changed {field} after the merge. What its own source says was taken,"
    " which is not what stood here before."
)


def say_again_of_restored(tx: Transaction, its: Sequence[SourceSaid]) -> None:
    """Do to the restored customer what its own records have come to say, as if it had never been away."""
    for said in its:
        if said.change.fields:
            change_customers(tx, said.source_id, [said.change])


def say_again_of_survivor(tx: Transaction, own: Sequence[SourceSaid], left: Left) -> None:
    """Its own records have come to say, or say no longer, what was said by a row that has left now: for it
    nothing was added then, or ended."""
    went = {moved.name: {row.says for row in rows if row.is_open} for moved, rows in left.items()}
    tags = {(tag, source) for tag, _, source, _ in went.get(given.name, ())}
    for said in own:
        if not said.change.fields:
            continue
        for shape in (DOCUMENTS, POINTS):
            _say_items(tx, said, shape, went.get(shape.target.name, set()))
        gone = {tag for tag, source in tags if source == said.source_id}
        before, now = (
            frozenset(gone.intersection(each.get("tags") or ())) for each in (said.before, said.now)
        )
        change = TagsChange(said.change.record_id, said.change.entity_id, before, now)
        change_tags(tx, said.source_id, [change])


def _say_items(tx: Transaction, said: SourceSaid, shape: Shape, gone: Collection[Likeness]) -> None:
    digest = seal_for(tx.master.keys, shape.purpose).digest
    before, now = (
        {key: columns for key, columns in shape.said(each).items() if (key[0], digest(key[1])) in gone}
        for each in (said.before, said.now)
    )
    dropped = {key: before[key] for key in before.keys() - now.keys()}
    new = {key: now[key] for key in now.keys() - before.keys()}
    if dropped or new:
        change = ItemsChange(said.change.record_id, said.change.entity_id, dropped, new)
        change_items(tx, shape, said.source_id, [change])


def take_back_said(tx: Transaction, tree: Tree, said: SaidByBoth, open_again: set[str]) -> list[Undecided]:
    """Values that records of the restored customer have given meanwhile to whom it went into become what
    they were, or what the survivor's own records say; where none of these says what was, the last that came.

    open_again: the columns in which the survivor says nothing any more; more may come to them.
    """
    lender = tx.execute(select(customers).where(customers.c.id == said.restored)).one()
    meant = {
        column: [value for each in said.its for value in each.meant(field)] for field, column in BY_FIELD
    }
    undecided: list[Undecided] = []
    for step in tree.way:
        is_survivor = step.survivor == tree.survivor
        target = customers if is_survivor else merged
        row = tx.execute(select(target).where(target.c.id == step.survivor)).one()
        states = [*states_since(tx, step), row]
        wanted = {name: _without(states, lender, name, meant[name]) for _, name in BY_FIELD}
        if is_survivor:
            theirs = {name for name in wanted if wanted[name] != getattr(row, name)} | open_again
            undecided = _prefer_own(tree.survivor, said.own, theirs, wanted)
            open_again |= {name for name in theirs if wanted[name] is None}
        changed = {name: value for name, value in wanted.items() if value != getattr(row, name)}
        if changed:
            tx.execute(update(target).where(target.c.id == step.survivor).values(changed))
        if is_survivor and "name" in changed:
            _forget_former(tx, tree.survivor, changed["name"])
    open_again.intersection_update(FILLED.values())
    return undecided


def _without(states: Sequence[Any], lender: Any, name: str, meant: Collection[Any]) -> Any:
    """The value now; if it is one that was meant for somebody else, the last that was not, nor lent by it."""
    values = [getattr(state, name) for state in states]
    if plain(values[-1]) not in meant:
        return values[-1]
    others = (*meant, plain(getattr(lender, name)))
    return next((value for value in reversed(values) if plain(value) not in others), values[0])


def _prefer_own(
    survivor: int, own: Sequence[SourceSaid], names: Collection[str], wanted: dict[str, Any]
) -> list[Undecided]:
    """Put into `wanted` what the survivor's records say of these columns; what stood before, where one says
    it, and else the last that came."""
    undecided = []
    for field, name in BY_FIELD:
        said = [value_of(each.now, field) for each in own if each.now.get(field) is not None]
        if name in names and said and wanted[name] not in said:
            if wanted[name] is not None:
                undecided.append(Undecided(customers.name, survivor, DISAGREED.format(field=field)))
            wanted[name] = said[-1]
    return undecided


def _forget_former(tx: Transaction, customer: int, name: str) -> None:
    """Who has its name back did not have it formerly."""
    its = (former.c.customer_id == customer, former.c.kind == OtherNameKind.FORMER, former.c.name == name)
    tx.execute(update(former).where(*its, former.c.ended_at.is_(None)).values(ended_at=tx.at))
