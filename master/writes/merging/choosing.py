"""Values chosen of all that was said: by a merge of what both say, by an unmerge of what each says.

What stands is always what somebody says, if only an unknown hand: so it goes with who says it, and whatever
was merged and undone in between, the same values are chosen of the same words.
"""

from collections.abc import Collection, Mapping, Sequence, Set
from datetime import datetime
from typing import Any, cast

from sqlalchemy import select, update

from master.reads.sayings import OF_THE_HUB, Saying, said_now, said_of
from master.session import Transaction
from master.tables.base import table
from master.tables.codes import OtherNameKind
from master.tables.customers import CustomerRow, OtherNameRow
from master.writes.merging.ledger import Value, note_values
from master.writes.merging.trees import Tree
from master.writes.sourced.golden import (
    COLUMNS,
    LASTING,
    UNSAID,
    differing_columns,
    is_of_unknown_hand,
    keep_former_names,
    keep_unknown,
    open_claims,
    value_in_column,
)
from master.writes.sourced.said import plain
from master.writes.sourced.statements import update_each
from matching.survive import ranked

customers, former = table(CustomerRow), table(OtherNameRow)

# By their names in the API.
COMPARED = {
    "name": "name",
    "gender": "gender",
    "birthDate": "birth_date",
    "branch": "branch_id",
    "status": "status_by_hand",
}


def differing(one: Any, other: Any) -> list[str]:
    """Of which values both say something, and not the same: API names."""
    pairs = {name: (getattr(one, column), getattr(other, column)) for name, column in COMPARED.items()}
    return [name for name, (mine, its) in pairs.items() if None not in (mine, its) and mine != its]


def keep_unknown_words(tx: Transaction, ids: Sequence[int]) -> None:
    """What stands of these customers though nobody is known to have said it is kept as said by hand. The time
    at which the hub made them is kept where a source says another one: else it stays where it is."""
    said = _said_now(tx, ids)
    unsaid = OF_THE_HUB - {each.field for its in said.values() for each in its}
    for row in tx.execute(select(customers).where(customers.c.id.in_(ids)).order_by(customers.c.id)):
        for field, column in COLUMNS.items():
            present = plain(getattr(row, column))
            claims = open_claims(said.get(row.id, ()), field)
            if field not in unsaid and is_of_unknown_hand(field, present, claims):
                keep_unknown(tx, row.id, field, present)


def choose_of_both(tx: Transaction, merge: int, survivor: int) -> list[str]:
    """The API names of values that the survivor takes from the other one: its own it left open, or the rules
    put them behind. Where they put neither first, its own stay."""
    row = tx.execute(select(customers).where(customers.c.id == survivor)).one()
    taken = differing_columns(tx, row, _said_now(tx, [survivor]).get(survivor, ()))
    before = {column: getattr(row, column) for column in taken}
    values = [Value(customers.name, survivor, column, before[column], taken[column]) for column in taken]
    note_values(tx, merge, values)
    update_each(tx, customers, {survivor: taken})
    keep_former_names(tx, {survivor: row.name} if "name" in taken else {})
    return [name for name, column in COMPARED.items() if column in taken]


def _said_now(tx: Transaction, ids: Sequence[int]) -> Mapping[int, list[Saying]]:
    return said_now(tx.connection, dict.fromkeys(ids, COLUMNS.keys()))


def names_of(tx: Transaction, customer: int) -> Set[str]:
    """All that it was ever called, or anybody who is this customer now."""
    return _names(said_of(tx.connection, [customer]).get(customer, ()))


def choose_of_each(tx: Transaction, tree: Tree, restored: int, names: Set[str]) -> None:
    """Choose for two who were one, of what is said of each; names: those of the one."""
    both = [tree.survivor, restored]
    said = said_of(tx.connection, both)
    rows = tx.execute(select(customers).where(customers.c.id.in_(both)).order_by(customers.c.id)).all()
    changes = {row.id: _own_columns(row, said.get(row.id, ())) for row in rows}
    update_each(tx, customers, changes)
    own_names = {id: _names(said.get(id, ())) for id in both}
    renamed = {row.id: row.name for row in rows if "name" in changes[row.id]}
    keep_former_names(tx, {id: name for id, name in renamed.items() if name in own_names[id]})
    _forget_former(tx, tree, names - own_names[tree.survivor])


def _own_columns(row: Any, said: Sequence[Saying]) -> dict[str, Any]:
    """The columns that do not hold what is said of this one."""
    found = {}
    for field, column in COLUMNS.items():
        claims = open_claims(said, field)
        value = ranked(claims)[0].value if claims else _said_last(said, field)
        if value != plain(getattr(row, column)) and not (value is None and field in LASTING):
            found[column] = value_in_column(field, value)
    return found


def _said_last(said: Sequence[Saying], field: str) -> Any:
    """What is known of a field of which nobody says anything any more."""
    own = [each for each in said if each.field == field and each.until is not None]
    if field in LASTING and own:
        return max(own, key=lambda each: cast(datetime, each.until)).claim.value
    return UNSAID.get(field)


def _names(said: Collection[Saying]) -> set[str]:
    return {each.claim.value for each in said if each.field == "name"}


def _forget_former(tx: Transaction, tree: Tree, others: Collection[str]) -> None:
    """Names that the survivor has only had while it was the other one too, or has again, are no former ones
    of it."""
    present = select(customers.c.name).where(customers.c.id == tree.survivor).scalar_subquery()
    its = (
        former.c.customer_id == tree.survivor,
        former.c.kind == OtherNameKind.FORMER,
        former.c.ended_at.is_(None),
        former.c.id > tree.way[0].last_ids.get(former.name, 0),
        former.c.name.in_(others) | (former.c.name == present),
    )
    tx.execute(update(former).where(*its).values(ended_at=tx.at))
