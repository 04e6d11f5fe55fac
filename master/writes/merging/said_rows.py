"""Rows of customers that have not ended: what each says, so that what is said twice is found."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select

from master.session import Transaction
from master.tables.children import Moved

Likeness = tuple[Any, ...]  # equal where two rows say the same


@dataclass(frozen=True)
class SaidRow:
    """owners: the customers that the row names. says: equal where rows of one customer say the same.
    among: those of which one alone may be marked."""

    key: int
    owners: tuple[int, ...]
    says: Likeness
    among: Likeness
    is_marked: bool
    is_open: bool


def said_rows(
    tx: Transaction,
    moved: Moved,
    customers: Collection[int],
    as_one: Mapping[int, int] | None = None,
    ended: Collection[int] = (),
) -> list[SaidRow]:
    """The open rows of these customers, and the ended ones with these keys; as_one: who is taken for whom. A
    row between two that are one says nothing."""
    target, owners, mark = moved.table, [owner.column for owner in moved.owners], moved.mark
    within = mark.within if mark is not None else ()
    names = {moved.key, "ended_at", *owners, *moved.alike, *within, *([mark.column] if mark else [])}
    mine = or_(*(target.c[name].in_(customers) for name in owners))
    there = or_(target.c.ended_at.is_(None), target.c[moved.key].in_(ended))
    wanted = select(*(target.c[name] for name in sorted(names))).where(mine, there)
    found = []
    for row in tx.execute(wanted.order_by(target.c[moved.key])):
        values = {name: _plain(value) for name, value in row._mapping.items()}
        whose = tuple(values[name] for name in owners)
        values |= {name: (as_one or {}).get(values[name], values[name]) for name in owners}
        if len({values[name] for name in owners}) == len(owners):
            said = SaidRow(
                key=values[moved.key],
                owners=whose,
                says=tuple(values[name] for name in moved.alike),
                among=tuple(values[name] for name in within),
                is_marked=mark is not None and bool(values[mark.column]),
                is_open=values["ended_at"] is None,
            )
            found.append(said)
    return found


def _plain(value: Any) -> Any:
    """Drivers differ in how they give bytes."""
    return bytes(value) if isinstance(value, memoryview) else value
