"""Merging customers and undoing it: what is given and what is told."""

import asyncio
from typing import Any

import strawberry

from loaders.customers import customers_by_id
from schema.context import Info
from schema.customers import Customer
from schema.described import described, described_input
from schema.errors import UserError
from schema.fields import answered_by, loaded_by
from schema.sources import SourceKey


@described_input
class MergeCustomersInput:
    """Customers who are one."""

    survivor: strawberry.ID
    """The id of the customer that stays."""
    survivor_version: int
    """Its version, as the caller read it: a lost update is refused."""
    duplicates: list[strawberry.ID]
    """The ids of those that go into it, at most 20; each can be taken out again by itself."""
    reason: str
    """Why; it is kept with the merges."""
    idempotency_key: str | None = strawberry.UNSET
    """A key of the caller's own: the same call twice has one effect."""


@described_input
class UnmergeCustomerInput:
    """A merge that was wrong."""

    merge_id: strawberry.ID
    """Which: see Customer.merged."""
    reason: str
    """Why; it is kept with the merge."""


@described_input
class SplitRecordInput:
    """A source's record that was taken for somebody else."""

    source_key: SourceKey
    """The source system's own key, which means the wrong customer."""
    reason: str
    """Why; it is kept with the two, who are remembered as different."""


@described_input
class PreviewMergeInput:
    """Customers who may be one."""

    survivor: strawberry.ID
    """The id of the customer that would stay."""
    duplicates: list[strawberry.ID]
    """The ids of those that would go into it, at most 20."""


@described
class Undecided:
    """What an unmerge could not place by itself; it stays with the survivor."""

    entity: str
    """The type of thing, as Contact; of roles in policies and households, and of tags, that of the link."""
    id: strawberry.ID
    """Its id; of a link that of the policy, household or tag."""
    reason: str
    """Why nobody can say whose it is."""


async def _restored(root: Any, info: Info) -> list[Any]:
    """Those whom the caller sees."""
    rows = await asyncio.gather(*(info.context.loaders.load(customers_by_id, id) for id in root.restored_ids))
    return [row for row in rows if row is not None]


@described
class MergePayload:
    """What came of merging customers, of undoing it, or of splitting a record off its customer."""

    survivor_id: strawberry.Private[int | None]
    survivor: Customer | None = loaded_by(customers_by_id, key="survivor_id")
    """The customer that stays; on CONFLICT as it is now, null where it was refused otherwise."""
    restored_ids: strawberry.Private[list[int]]
    restored: list[Customer] = answered_by(_restored)
    """Who is a customer again, where the caller sees them."""
    undecided: list[Undecided]
    """What came after the merge and nobody can say whose it is."""
    freshness: str | None
    """Pass to searchCustomers(consistentWith:) to see this write."""
    errors: list[UserError]
    """What the caller can mend; empty: it is done."""


@described
class MergeMove:
    """What would move, of one kind."""

    entity: str
    """The type of thing."""
    count: int
    """How many would go to the survivor."""
    folded: int | None
    """How many of these say what the survivor says already, and would be told once; null where the viewer
    does not see such values clear."""


@described
class MergeDifference:
    """A value that both have, and not the same: the survivor's stays."""

    field: str
    """The field of Customer."""
    duplicate_id: strawberry.Private[int]
    duplicate: Customer | None = loaded_by(customers_by_id, key="duplicate_id")
    """Whose value differs."""


@described
class MergePreview:
    """What a merge would do. Nothing was changed."""

    survivor_id: strawberry.Private[int | None]
    survivor: Customer | None = loaded_by(customers_by_id, key="survivor_id")
    """The customer that would stay."""
    moves: list[MergeMove]
    """What would go to it."""
    filled: list[str]
    """Fields of Customer, as far as the viewer sees them, that it leaves open and a duplicate knows."""
    differences: list[MergeDifference]
    """Values that do not agree, of those that the viewer sees."""
    errors: list[UserError]
    """Why it would be refused; empty: it would be done."""
