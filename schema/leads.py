"""Leads: chances to sell."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from loaders.branches import staff_by_id
from loaders.customers import customers_by_id
from loaders.leads import leads_by_id
from loaders.products import products_by_id
from matching.masks import masked_text
from schema.branches import Staff
from schema.codes import LeadStage
from schema.described import described, described_from, described_input
from schema.errors import UserError
from schema.fields import computed_by, identified, loaded_by, masked_by
from schema.ids import LEAD
from schema.money import Money, MoneyInput, money
from schema.nodes import Node
from schema.pages import Connection, Edge, edges, nodes
from schema.products import Product
from schema.sources import SourceKey

if TYPE_CHECKING:
    from schema.customers import Customer


@described
class Lead(Node):
    """A chance to sell something to a customer."""

    id: strawberry.ID = identified(LEAD)
    """Opaque and globally unique."""
    title: str = masked_by("name", masked_text, "title")
    """What it is about, in a line."""
    stage: LeadStage
    """How far it has come."""
    customer: Annotated["Customer", strawberry.lazy("schema.customers")] = loaded_by(
        customers_by_id, key="customer_id"
    )
    """To whom something may be sold."""
    product: Product | None = loaded_by(products_by_id, key="product_id")
    """What may be sold."""
    owner: Staff | None = loaded_by(staff_by_id, key="owner_id")
    """Who takes care of it."""
    score: float | None
    """How promising it is; the higher, the more."""
    expected_premium: Money | None = computed_by(money, "expected_premium", "currency")
    """The premium of a year that may come of it."""
    due_at: datetime | None
    """When the next step is due."""
    created_at: datetime
    """When the hub came to know it."""
    version: int
    """Grows with each change; pass it back to refuse a lost update."""


@described_from(Edge)
class LeadEdge:
    """A lead in a list."""

    cursor: str
    """Its place in the list."""
    node: Lead
    """The lead."""


@described
class LeadConnection(Connection):
    """A page of leads."""

    edges: list[LeadEdge] = edges()
    nodes: list[Lead] = nodes()


@described_input
class LeadFilter:
    """All that are given hold together."""

    stage: list[LeadStage] | None = strawberry.UNSET
    """One of these."""
    owner: str | None = strawberry.UNSET
    """The code of the member of staff who takes care of it."""
    due_before: datetime | None = strawberry.UNSET
    """Due before this instant."""
    source: SourceKey | None = strawberry.UNSET
    """That a source system knows by this key."""


@described_input
class CreateLeadInput:
    """A new lead: ASSIGNED when it has an owner, else NEW."""

    customer: strawberry.ID
    """To whom something may be sold: a customer's id."""
    title: str
    """What it is about, in a line."""
    product: str | None = strawberry.UNSET
    """The code of what may be sold."""
    owner: str | None = strawberry.UNSET
    """The code of the member of staff who takes care of it."""
    expected_premium: MoneyInput | None = strawberry.UNSET
    """The premium of a year that may come of it."""
    due_at: datetime | None = strawberry.UNSET
    """When the next step is due."""
    idempotency_key: str | None = strawberry.UNSET
    """A key of the caller's own: the same call twice has one effect."""


@described_input
class UpdateLeadInput:
    """What is to change of a lead: a field that is left out stays, null clears it."""

    id: strawberry.ID
    """The lead's id."""
    version: int
    """The version that the caller read; another one by now: CONFLICT."""
    stage: LeadStage | None = strawberry.UNSET
    """How far it has come."""
    owner: str | None = strawberry.UNSET
    """The code of the member of staff who takes care of it."""
    score: float | None = strawberry.UNSET
    """How promising it is."""
    expected_premium: MoneyInput | None = strawberry.UNSET
    """The premium of a year that may come of it."""
    due_at: datetime | None = strawberry.UNSET
    """When the next step is due."""


@described
class LeadPayload:
    """What came of creating or changing a lead."""

    lead_id: strawberry.Private[int | None]
    lead: Lead | None = loaded_by(leads_by_id, key="lead_id")
    """The lead; on CONFLICT, as it is now."""
    freshness: str | None
    """Pass to searchCustomers(consistentWith:) to see this write."""
    errors: list[UserError]
    """What the caller can mend; empty: it is done."""
