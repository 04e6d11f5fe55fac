"""Customers: persons and organisations, with all that hangs on them."""

from datetime import date, datetime
from decimal import Decimal

import strawberry

from loaders.access_log import accesses_by_customer
from loaders.branches import branches_by_id
from loaders.contacts import contacts_by_customer
from loaders.customers import contact_points_by_customer, documents_by_customer
from loaders.leads import leads_by_customer
from loaders.merges import merged_by_customer
from loaders.policies import policies_by_customer
from loaders.relative_suggestions import suggestions_by_customer
from loaders.relatives import memberships_by_customer, relations_by_customer
from loaders.sources import sources_by_customer
from loaders.summaries import Summary, summary_by_customer
from loaders.tags import tags_by_customer
from matching.masks import masked_contact, masked_name, masked_number
from schema.access_log import AccessEntryConnection
from schema.branches import Branch
from schema.codes import (
    ContactChannel,
    ContactPointKind,
    CustomerKind,
    CustomerStatus,
    DocumentType,
    Gender,
)
from schema.contacts import ContactConnection
from schema.described import described, described_from
from schema.fields import answered_by, identified, loaded_by, masked_by
from schema.ids import CONTACT_POINT, CUSTOMER, DOCUMENT
from schema.leads import LeadConnection, LeadFilter
from schema.merged import MergedCustomer
from schema.money import Money
from schema.nodes import Node
from schema.pages import Connection, Edge, edges, nodes
from schema.policies import PolicyConnection, PolicyFilter
from schema.provenance import ProvenanceValue, provenance_of
from schema.relative_suggestions import RelativeSuggestion
from schema.relatives import CustomerRelation, HouseholdMembership
from schema.sources import SourceRecord
from schema.tags import CustomerTag


@described
class IdentityDocument:
    """A document that says who a customer is."""

    id: strawberry.ID = identified(DOCUMENT)
    """Opaque and globally unique."""
    type: DocumentType
    """What kind of document it is."""
    number: str = masked_by("document", masked_number, "number")
    """As it was given."""
    primary: bool
    """Whether it is the one that counts."""
    doubt: str | None
    """Why this value is in doubt; null: no doubt known."""


@described
class ContactPoint:
    """A number or address by which a customer can be reached."""

    id: strawberry.ID = identified(CONTACT_POINT)
    """Opaque and globally unique."""
    kind: ContactPointKind
    """What kind of number or address it is."""
    value: str = masked_by("contact", masked_contact, "value", "kind")
    """As it was given."""
    preferred: bool
    """Whether the customer wants to be reached here."""
    doubt: str | None
    """Why this value is in doubt; null: no doubt known."""


@described_from(Summary)
class CustomerSummary:
    """Each policy once, where the customer is applicant or insured; annualPremium: in force, as applicant, in
    currency; other currencies beside it."""

    policy_count: int
    """All policies."""
    in_force_count: int
    """Those in force today."""
    annual_premium: Decimal
    """The premiums of a year, in `currency`."""
    currency: str
    """The hub's main currency."""
    other_premiums: list[Money]
    """The premiums of a year in other currencies."""
    open_lead_count: int
    """Leads that are neither won nor lost."""
    last_contact_at: datetime | None
    """When the last contact took place."""


@described
class Customer(Node):
    """A person or company the insurer knows."""

    id: strawberry.ID = identified(CUSTOMER)
    """Opaque and globally unique."""
    number: str
    """The hub's own customer number: stable, readable, never reused."""
    kind: CustomerKind
    """A person, or an organisation."""
    status: CustomerStatus
    """Potential, existing or lost; derived from the policies unless set by hand."""
    name: str = masked_by("name", masked_name, "name")
    """The present name."""
    gender: Gender | None
    """Of a person; null: not known."""
    birth_date: date | None
    """Of a person; null: not known."""
    branch: Branch | None = loaded_by(branches_by_id, key="branch_id")
    """The home branch."""
    documents: list[IdentityDocument] = loaded_by(documents_by_customer)
    """Masked unless the viewer may see them: 110101********1234."""
    contact_points: list[ContactPoint] = loaded_by(contact_points_by_customer, kind=ContactPointKind)
    """Numbers and addresses by which the customer can be reached."""
    policies: PolicyConnection = loaded_by(policies_by_customer, filter=PolicyFilter)
    """Newest effectiveDate first."""
    contacts: ContactConnection = loaded_by(contacts_by_customer, channel=ContactChannel)
    """Interactions: every call, visit and message, newest first. (Contact persons of an organisation are
    relations.)"""
    tags: list[CustomerTag] = loaded_by(tags_by_customer)
    """Those that have not expired."""
    leads: LeadConnection = loaded_by(leads_by_customer, filter=LeadFilter)
    """Next due first, those without a due date last."""
    relations: list[CustomerRelation] = loaded_by(relations_by_customer)
    """Other customers, and what they are to this one."""
    households: list[HouseholdMembership] = loaded_by(memberships_by_customer)
    """The households that the customer belongs to."""
    suggested_relatives: list[RelativeSuggestion] | None = loaded_by(suggestions_by_customer)
    """Pairs with this customer, as the one of each, that may be of one household and that nobody has decided;
    for those who may merge."""
    sources: list[SourceRecord] = loaded_by(sources_by_customer)
    """The records of source systems that make up this customer."""
    provenance: list[ProvenanceValue] = answered_by(provenance_of)
    """Every value with who says it: by field, first what stands and why, then the others, newest first. At
    most 200. Of a record that has changed more often than 200 times, what it said before is not told, and
    what it says since then counts from there. Fields that the viewer may not ask for are left out."""
    merged: list[MergedCustomer] = loaded_by(merged_by_customer)
    """Those folded into this one, newest first."""
    summary: CustomerSummary | None = loaded_by(summary_by_customer)
    """The customer in figures."""
    access_log: AccessEntryConnection = loaded_by(accesses_by_customer)
    """Who saw this customer, newest first; for those who may read the audit."""
    created_at: datetime
    """When the hub came to know the customer."""
    updated_at: datetime
    """When anything about the customer last changed."""
    version: int
    """Grows with each change of the customer's own fields, documents and contact points (not of tags,
    policies, contacts or leads); pass it back to refuse a lost update."""


@described_from(Edge)
class CustomerEdge:
    """A customer in a list."""

    cursor: str
    """Its place in the list."""
    node: Customer
    """The customer."""


@described
class CustomerConnection(Connection):
    """A page of customers."""

    edges: list[CustomerEdge] = edges()
    nodes: list[Customer] = nodes()
