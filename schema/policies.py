"""Policies and the people on them."""

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import strawberry

from loaders.branches import branches_by_id
from loaders.customers import customers_by_id
from loaders.policies import parties_by_policy
from loaders.products import products_by_id
from matching.masks import masked_name, masked_number, masked_text
from schema.branches import Branch
from schema.codes import PolicyRole, PolicyStatus
from schema.described import described, described_choice, described_from, described_input
from schema.fields import identified, loaded_by, masked_by, named
from schema.ids import POLICY
from schema.nodes import Node
from schema.pages import Connection, Edge, edges, linked, nodes
from schema.products import Product
from schema.sources import SourceKey

if TYPE_CHECKING:
    from schema.customers import Customer


@described
class PolicyParty:
    """Somebody on a policy, in one role."""

    role: PolicyRole
    """What this person is on the policy."""
    name: str = masked_by("name", masked_name, "name", whose="customer_id")
    """As on the policy; masked where the viewer may not see this person."""
    customer: Annotated["Customer", strawberry.lazy("schema.customers")] | None = loaded_by(
        customers_by_id, key="customer_id"
    )
    """null for one who is not a customer of the hub, or not in the viewer's sight."""
    position: int | None = named("order")
    """The order of a beneficiary: 1 comes first."""
    share: Decimal | None
    """In per cent."""


@described
class Policy(Node):
    """A contract of insurance."""

    id: strawberry.ID = identified(POLICY)
    """Opaque and globally unique."""
    number: str = masked_by("policy", masked_number, "number")
    """The policy's number: unique within the source system that gave it."""
    product: Product = loaded_by(products_by_id, key="product_id")
    """What was sold."""
    status: PolicyStatus
    """Where the policy stands."""
    source_status: str | None = masked_by("policy", masked_text, "source_status")
    """The status in the source system's own code."""
    effective_date: date
    """The first day of cover."""
    expiry_date: date | None
    """The last day of cover; null: no end."""
    annual_premium: Decimal
    """The premium of a year, in `currency`."""
    sum_insured: Decimal | None
    """In `currency`."""
    currency: str
    """Three letters, as CNY."""
    branch: Branch | None = loaded_by(branches_by_id, key="branch_id")
    """The branch that keeps the policy."""
    parties: list[PolicyParty] = loaded_by(parties_by_policy)
    """The people on the policy: applicant, insured, beneficiaries, payer."""


@described_from(Edge)
class PolicyEdge:
    """A policy in a list."""

    cursor: str
    """Its place in the list."""
    node: Policy
    """The policy."""
    roles: list[PolicyRole] | None = linked("roles")
    """The roles of the customer above in this policy."""


@described
class PolicyConnection(Connection):
    """A page of policies."""

    edges: list[PolicyEdge] = edges()
    nodes: list[Policy] = nodes()


@described_choice
class PolicyKey:
    """Exactly one. A number held in several sources answers AMBIGUOUS."""

    id: strawberry.ID | None = strawberry.UNSET
    """The policy's id."""
    number: str | None = strawberry.UNSET
    """The policy's number."""
    source: SourceKey | None = strawberry.UNSET
    """The source system, and the policy's number there."""


@described_input
class PolicyFilter:
    """All that are given hold together. role: only below a customer; INVALID at the root."""

    status: list[PolicyStatus] | None = strawberry.UNSET
    """One of these."""
    product_line: str | None = strawberry.UNSET
    """The product's line of business."""
    number: str | None = strawberry.UNSET
    """With this number, whole, in whatever source; by a part of it customers are found: searchCustomers."""
    role: PolicyRole | None = strawberry.UNSET
    """In which the customer above has this role."""
