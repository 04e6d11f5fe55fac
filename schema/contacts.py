"""Contacts: every call, visit and message."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from loaders.branches import staff_by_id
from loaders.contacts import contacts_by_id
from loaders.customers import customers_by_id
from matching.masks import masked_text
from schema.branches import Staff
from schema.codes import ContactChannel, ContactDirection
from schema.described import described, described_from, described_input
from schema.errors import UserError
from schema.fields import identified, loaded_by, masked_by
from schema.ids import CONTACT
from schema.nodes import Node
from schema.pages import Connection, Edge, edges, nodes

if TYPE_CHECKING:
    from schema.customers import Customer


@described
class Contact(Node):
    """A call, visit or message: what passed between a customer and the insurer."""

    id: strawberry.ID = identified(CONTACT)
    """Opaque and globally unique."""
    channel: ContactChannel
    """How it took place."""
    direction: ContactDirection
    """Who began."""
    occurred_at: datetime
    """When it took place."""
    subject: str = masked_by("notes", masked_text, "subject")
    """What it was about, in a line."""
    outcome: str | None = masked_by("notes", masked_text, "outcome")
    """What came of it."""
    notes: str | None = masked_by("notes", masked_text, "notes")
    """What was said."""
    agent: Staff | None = loaded_by(staff_by_id, key="agent_id")
    """Who spoke for the insurer."""
    customer: Annotated["Customer", strawberry.lazy("schema.customers")] = loaded_by(
        customers_by_id, key="customer_id"
    )
    """With whom."""


@described_from(Edge)
class ContactEdge:
    """A contact in a list."""

    cursor: str
    """Its place in the list."""
    node: Contact
    """The contact."""


@described
class ContactConnection(Connection):
    """A page of contacts."""

    edges: list[ContactEdge] = edges()
    nodes: list[Contact] = nodes()


@described_input
class RecordContactInput:
    """A contact that has taken place."""

    customer: strawberry.ID
    """With whom: a customer's id."""
    channel: ContactChannel
    """How it took place."""
    direction: ContactDirection
    """Who began."""
    occurred_at: datetime | None = strawberry.UNSET
    """When it took place; now, where it is left out."""
    subject: str
    """What it was about, in a line."""
    outcome: str | None = strawberry.UNSET
    """What came of it."""
    notes: str | None = strawberry.UNSET
    """What was said."""
    idempotency_key: str | None = strawberry.UNSET
    """A key of the caller's own: the same call twice has one effect."""


@described
class ContactPayload:
    """What came of recording a contact."""

    contact_id: strawberry.Private[int | None]
    contact: Contact | None = loaded_by(contacts_by_id, key="contact_id")
    """The contact; null where it was refused."""
    freshness: str | None
    """Pass to searchCustomers(consistentWith:) to see this write."""
    errors: list[UserError]
    """What the caller can mend; empty: it is done."""
