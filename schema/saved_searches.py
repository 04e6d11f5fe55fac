"""Searches that somebody keeps by a name, for themselves or for a branch."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import strawberry
from sqlalchemy import Row

from loaders.branches import branches_by_id
from matching.masks import masked_text
from schema.branches import Branch
from schema.customer_keys import CustomerFilter
from schema.described import described, described_from, described_input
from schema.errors import UserError
from schema.fields import identified, loaded_by, masked_by, named
from schema.ids import SAVED_SEARCH
from schema.saved_filters import filter_text, words_of


@dataclass(frozen=True)
class KeptSearch:
    """A row of master.reads.saved_searches, with its words and filter apart."""

    id: int
    name: str
    owner: str
    is_own: bool
    branch_id: int | None
    query: str
    filter: str | None
    created_at: datetime
    updated_at: datetime

    @staticmethod
    def of(row: Row[Any]) -> "KeptSearch":
        return KeptSearch(
            row.id,
            row.name,
            row.owner,
            bool(row.is_own),
            row.branch_id,
            words_of(row.wanted),
            filter_text(row.wanted),
            row.created_at,
            row.updated_at,
        )


@described_from(KeptSearch)
class SavedSearch:
    """A search kept by a name: run it by searchCustomers(saved:), within the sight of who runs it."""

    id: strawberry.ID = identified(SAVED_SEARCH)
    """Opaque and globally unique."""
    name: str = masked_by("name", masked_text, "name")
    """What its owner calls it."""
    owner: str
    """The name of the token that saved it."""
    is_own: bool = named("own")
    """Whether it is the viewer's own, to change and delete."""
    branch: Branch | None = loaded_by(branches_by_id, key="branch_id")
    """The branch it is shared with: all who deal with customers there, above or below; null: with nobody."""
    query: str = masked_by("name", masked_text, "query")
    """Its words."""
    filter: str | None = masked_by("name", masked_text, "filter")
    """Its filter: a CustomerFilter as JSON; null for none."""
    created_at: datetime
    """When it was saved."""
    updated_at: datetime
    """When it was last changed."""


@described_input
class SaveSearchInput:
    """A search to keep."""

    name: str
    """What to call it: no other of the same holder has this name."""
    query: str = ""
    """Its words."""
    filter: CustomerFilter | None = strawberry.UNSET
    """Its filter."""
    branch: str | None = strawberry.UNSET
    """The code of the branch to share it with; not for a search that looks for a number."""


@described_input
class ChangeSavedSearchInput:
    """What is to change of a saved search: a field that is left out stays, null clears it."""

    id: strawberry.ID
    """The search's id: one of the viewer's own."""
    name: str | None = strawberry.UNSET
    """Its new name."""
    query: str | None = strawberry.UNSET
    """Its words. Words and filter are one: given either, the other is as given too."""
    filter: CustomerFilter | None = strawberry.UNSET
    """Its filter."""
    branch: str | None = strawberry.UNSET
    """The code of the branch to share it with; null: it is shared no longer."""


@described
class SavedSearchPayload:
    """What came of saving, changing or deleting a search."""

    search: SavedSearch | None
    """The search; null when it was deleted or refused."""
    errors: list[UserError]
    """What the caller can mend; empty: it is done."""
