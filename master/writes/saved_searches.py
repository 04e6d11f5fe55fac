"""Searches that people keep by a name: saved, changed, shared with a branch, and deleted by who made them."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Row, delete, func, insert, select, update

from master.audit import note
from master.errors import Conflict, Forbidden, Invalid, LimitExceeded, NotFound
from master.session import Transaction
from master.tables.base import table
from master.tables.saved_searches import SavedSearchRow
from master.writes import checks
from master.writes.kept import KEEP, Kept

searches = table(SavedSearchRow)

MOST = 200  # of one holder


@dataclass(frozen=True)
class Wanted:
    """What a search looks for, as JSON; for_one: for a number, so for somebody."""

    json: str
    for_one: bool


@dataclass(frozen=True)
class NewSearch:
    """branch: the code of the one with whom it is shared; None: with nobody."""

    name: str
    wanted: Wanted
    branch: str | None


@dataclass(frozen=True)
class SearchChange:
    search: int
    name: Kept[str | None] = KEEP  # null is refused as no name
    wanted: Kept[Wanted] = KEEP
    branch: Kept[str | None] = KEEP


def save_search(tx: Transaction, new: NewSearch) -> int:
    """The new search's id."""
    owner = _owner(tx)
    name = _free_name(tx, owner, new.name)
    if tx.execute(select(func.count()).where(searches.c.token_id == owner)).scalar_one() >= MOST:
        message = f"You have {MOST} saved searches: delete some that you do not need."
        raise LimitExceeded(message, MOST, ["input"])
    row = {
        "token_id": owner,
        "name": name,
        "wanted": new.wanted.json,
        "for_one": new.wanted.for_one,
        "branch_id": _shared_with(tx, new.branch, for_one=new.wanted.for_one),
        "created_at": tx.at,
        "updated_at": tx.at,
    }
    key = tx.execute(insert(searches).values(**row)).inserted_primary_key
    id = int(key[0]) if key else 0
    note(tx, "search.save", "saved_search", id)
    return id


def change_search(tx: Transaction, change: SearchChange) -> int:
    """The search's id. Raises NotFound, and Forbidden for another holder's."""
    row = _own(tx, change.search)
    values: dict[str, object] = {"updated_at": tx.at}
    for_one = row.for_one
    if change.name is not KEEP:
        values["name"] = _free_name(tx, row.token_id, change.name, but=row.id)
    if change.wanted is not KEEP:
        for_one = change.wanted.for_one
        values |= {"wanted": change.wanted.json, "for_one": for_one}
    if change.branch is not KEEP:
        values["branch_id"] = _shared_with(tx, change.branch, for_one=for_one)
    elif row.branch_id is not None and for_one:
        _refuse_sharing(["query"])
    tx.execute(update(searches).where(searches.c.id == row.id).values(**values))
    note(tx, "search.change", "saved_search", row.id, details={"fields": sorted({*values} - {"updated_at"})})
    return int(row.id)


def delete_search(tx: Transaction, id: int) -> int:
    """The id that was. Raises NotFound, and Forbidden for another holder's."""
    row = _own(tx, id)
    tx.execute(delete(searches).where(searches.c.id == row.id))
    note(tx, "search.delete", "saved_search", row.id)
    return int(row.id)


def _owner(tx: Transaction) -> str:
    if tx.actor.token_id is None:
        raise Forbidden("Searches are saved by who holds a token.")
    return tx.actor.token_id


def _own(tx: Transaction, id: int) -> Row[tuple[SavedSearchRow]]:
    """Locked until the transaction ends."""
    found = select(searches).where(searches.c.id == id, searches.c.token_id == _owner(tx)).with_for_update()
    row = tx.execute(found).one_or_none()
    if row is None:
        raise NotFound("You have saved no search with this id.", ["id"])
    return row


def _free_name(tx: Transaction, owner: str, given: str | None, *, but: int | None = None) -> str:
    name = checks.line(given or "", ["name"], checks.LONGEST_NAME)
    same: list[ColumnElement[bool]] = [searches.c.token_id == owner, searches.c.name == name]
    if but is not None:
        same.append(searches.c.id != but)
    if tx.connection.scalar(select(searches.c.id).where(*same)) is not None:
        raise Conflict("You have a saved search of this name: choose another, or change that one.", ["name"])
    return name


def _shared_with(tx: Transaction, code: str | None, *, for_one: bool) -> int | None:
    branch = checks.branch(tx, code, ["branch"])
    if branch is not None and for_one:
        _refuse_sharing(["branch"])
    return branch


def _refuse_sharing(path: list[str]) -> None:
    raise Invalid("A search for a number is about somebody: it can not be shared with a branch.", path)
