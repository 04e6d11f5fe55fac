"""Saved searches: listed, saved, changed and deleted; run by searchCustomers."""

from collections.abc import Callable
from typing import Any

import strawberry

from indexing.words import Kind, read_words
from master.errors import Invalid, Refusal
from master.reads.saved_searches import saved_search, saved_searches
from master.roles import READ
from master.session import Transaction
from master.writes.kept import KEEP
from master.writes.saved_searches import (
    NewSearch,
    SearchChange,
    Wanted,
    change_search,
    delete_search,
    save_search,
)
from resolvers.commands import found, given, kept, tried
from schema.arguments import refuse_mask
from schema.context import Context, Info
from schema.customer_keys import CustomerFilter
from schema.described import described
from schema.errors import told
from schema.fields import answered_by, commanded_by
from schema.ids import SAVED_SEARCH, row_id
from schema.saved_filters import filter_of, words_of, written
from schema.saved_searches import (
    ChangeSavedSearchInput,
    KeptSearch,
    SavedSearch,
    SavedSearchPayload,
    SaveSearchInput,
)

# Filters by whole numbers, so by somebody.
FOR_ONE = ("document", "mobile")


async def kept_search(info: Info, id: str) -> tuple[str, CustomerFilter | None]:
    """Words and filter of a saved search that the viewer may run. Raises Invalid."""
    context, number = info.context, row_id(SAVED_SEARCH, id)
    row = None
    if number is not None:
        row = await context.read(lambda connection: saved_search(connection, context.viewer, number))
    if row is None:
        raise Invalid("There is no saved search of this id, of yours or shared with you.", ["saved"])
    return words_of(row.wanted), filter_of(info, row.wanted)


async def listed(info: Info) -> list[KeptSearch]:
    viewer = info.context.viewer
    viewer.require(READ)
    rows = await info.context.read(lambda connection: saved_searches(connection, viewer))
    return [KeptSearch.of(row) for row in rows]


async def save(info: Info, input: SaveSearchInput) -> Any:
    def act(tx: Transaction) -> int:
        wanted = _wanted(input.query, given(input.filter))
        return save_search(tx, NewSearch(input.name, wanted, given(input.branch)))

    return await _done(info.context, act)


async def change(info: Info, input: ChangeSavedSearchInput) -> Any:
    def act(tx: Transaction) -> int:
        number = found(SAVED_SEARCH, input.id, ["id"], "saved search")
        name: Any = kept(input.name)
        is_kept = all(each is strawberry.UNSET for each in (input.query, input.filter))
        wanted = KEEP if is_kept else _wanted(given(input.query) or "", given(input.filter))
        return change_search(tx, SearchChange(number, name, wanted, kept(input.branch)))

    return await _done(info.context, act)


async def delete(info: Info, id: strawberry.ID) -> Any:
    def act(tx: Transaction) -> int:
        return delete_search(tx, found(SAVED_SEARCH, id, ["id"], "saved search"))

    return await _done(info.context, act)


async def _done(context: Context, act: Callable[[Transaction], int]) -> SavedSearchPayload:
    done = await tried(context.write(READ, act))
    if isinstance(done, Refusal):
        return SavedSearchPayload(search=None, errors=[told(done)])
    row = await context.read(lambda connection: saved_search(connection, context.viewer, done))
    return SavedSearchPayload(search=None if row is None else KeptSearch.of(row), errors=[])  # type: ignore[arg-type]  # objects of its own


def _wanted(words: str, filter: CustomerFilter | None) -> Wanted:
    """Raises Invalid for a mask, which nothing is ever found by."""
    refuse_mask(words, ["query"])
    if not words.strip() and filter is None:
        raise Invalid("A search is for words, by a filter, or both.", ["query"])
    by_filter = filter is not None and any(given(getattr(filter, name)) is not None for name in FOR_ONE)
    by_words = any(token.is_number or token.kind is Kind.EMAIL for token in read_words(words).tokens)
    return Wanted(written(words, filter), by_filter or by_words)


@described
class SavedSearchQuery:
    """Saved searches."""

    saved_searches: list[SavedSearch] | None = answered_by(listed)
    """The viewer's own by name, then those that others share with a branch of theirs; at most 500."""


@described
class SavedSearchMutation:
    """Saved searches."""

    save_search: SavedSearchPayload | None = commanded_by(save)
    """Keep a search by a name; the holder of the token that saves it owns it."""
    change_saved_search: SavedSearchPayload | None = commanded_by(change)
    """Rename a search of one's own, change what it looks for, share it, or share it no longer."""
    delete_saved_search: SavedSearchPayload | None = commanded_by(delete)
    """Delete a search of one's own."""
