"""Undoes what a transaction did for branches, staff, products and tags, which are kept by their codes."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Table, bindparam, delete, select

from master.reads.own_phones import HOLDERS
from master.session import Transaction
from master.tables.base import table
from master.tables.branches import BranchRow, StaffRow
from master.tables.codes import TakenBack
from master.tables.tags import TagCategoryRow, TagRow
from master.writes.own_phones import keep_own_phones
from master.writes.sourced.statements import update_each
from master.writes.taking_back.deeds import Deed, Found, TakingIn, deeds_on
from master.writes.taking_back.groups import Line, owners_with_more
from master.writes.taking_back.said_again import said_again
from master.writes.taking_back.scopes import OF_ALL

branches, staff = table(BranchRow), table(StaffRow)
tags, categories = table(TagRow), table(TagCategoryRow)


def take_back_codes(
    tx: Transaction, taking_in: TakingIn, kind: str, lines: Sequence[Line]
) -> dict[int, TakenBack]:
    """By line, what became of it; of lines that changed nothing, nothing is told."""
    target = table(OF_ALL[kind])
    again = said_again(tx, taking_in, kind, lines)
    kept = dict.fromkeys(again, TakenBack.SAID_SINCE)
    lines = [line for line in lines if line.id not in again]
    found = deeds_on(tx, taking_in, target.c.code, [line.key for line in lines])
    told = {id: _put_back(tx, found, deed) for id, deed in found.deeds.items() if not deed.is_made}
    told |= _remove(tx, found)
    if target is tags:
        _remove_empty(tx, found)
    if target in HOLDERS:
        keep_own_phones(tx)
    ids = {row["code"]: id for id, row in found.rows.items()}
    done = {line.id: told.get(ids.get(line.key, 0)) for line in lines}
    return kept | {line: became for line, became in done.items() if became is not None}


def take_back_staff(tx: Transaction, taking_in: TakingIn) -> None:
    """Those who were made of unknown codes, unless somebody needs them by now."""
    _remove(tx, deeds_on(tx, taking_in, staff.c.recorded_at, [taking_in.at]))


def _put_back(tx: Transaction, found: Found, deed: Deed) -> TakenBack:
    before: Any = deed.before
    since = [name for name in deed.changed if deed.now[name] != deed.after[name]]
    back = {name: before[name] for name in deed.changed if name not in since}
    if found.target is branches and "parent_id" in back and _would_stand_below_itself(tx, deed, back):
        since.append("parent_id")
        del back["parent_id"]
    update_each(tx, found.target, {deed.key: back})
    return TakenBack.PARTLY if since else TakenBack.TAKEN_BACK


def _would_stand_below_itself(tx: Transaction, deed: Deed, back: Mapping[str, Any]) -> bool:
    parents = {row.id: row.parent_id for row in tx.execute(select(branches.c.id, branches.c.parent_id))}
    above = back["parent_id"]
    while above is not None and above != deed.key:
        above = parents.get(above)
    return above is not None


def _remove(tx: Transaction, found: Found) -> dict[int, TakenBack]:
    """What was made and is as it was, from the leaves of the tree up; what something hangs on stays."""
    made = [deed for deed in found.deeds.values() if deed.is_made]
    told = {deed.key: TakenBack.CHANGED_SINCE for deed in made if deed.changed_since}
    waiting = {deed.key for deed in made} - told.keys()
    while waiting:
        used = owners_with_more(tx, found.target, waiting, set())
        free = waiting - used
        if not free:
            break
        _delete(tx, found.target, free)
        told |= dict.fromkeys(free, TakenBack.TAKEN_BACK)
        waiting -= free
    return told | dict.fromkeys(waiting, TakenBack.HAS_MORE)


def _delete(tx: Transaction, target: Table, ids: Iterable[int]) -> None:
    tx.execute(delete(target).where(target.c.id == bindparam("row")), [{"row": id} for id in sorted(ids)])


def _remove_empty(tx: Transaction, found: Found) -> None:
    """Categories that came with tags which have gone."""
    left = {deed.now["category_id"] for deed in found.deeds.values()}
    empty = left - owners_with_more(tx, categories, left, set())
    if empty:
        _delete(tx, categories, empty)
