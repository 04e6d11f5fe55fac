"""What customers are made of and changed by, and what came of it."""

from datetime import date

import strawberry

from loaders.customers import customers_by_id
from schema.codes import ContactPointKind, CustomerKind, CustomerStatus, DocumentType, Gender
from schema.customers import Customer
from schema.described import described, described_input
from schema.errors import UserError
from schema.fields import loaded_by
from schema.matches import CustomerMatch
from schema.sources import SourceKey


@described_input
class DocumentInput:
    """An identity document."""

    type: DocumentType = DocumentType.RESIDENT_ID
    """What kind of document it is."""
    number: str
    """The whole number."""
    primary: bool = True
    """Whether it is the one that counts."""


@described_input
class ContactPointInput:
    """A number or address by which the customer can be reached."""

    kind: ContactPointKind
    """What kind of number or address it is."""
    value: str
    """The whole number or address."""
    preferred: bool = False
    """Whether the customer wants to be reached here."""


@described_input
class CustomerRecordInput:
    """An incoming record, as complete as the caller has it."""

    kind: CustomerKind = CustomerKind.PERSON
    """A person, or an organisation."""
    name: str | None = strawberry.UNSET
    """The present name."""
    gender: Gender | None = strawberry.UNSET
    """Of a person; taken from the resident ID where it is left out."""
    birth_date: date | None = strawberry.UNSET
    """Of a person; taken from the resident ID where it is left out."""
    documents: list[DocumentInput] | None = strawberry.UNSET
    """Identity documents, at most 50."""
    contact_points: list[ContactPointInput] | None = strawberry.UNSET
    """Numbers and addresses by which the customer can be reached, at most 50."""


@described_input
class CreateCustomerInput:
    """A new customer."""

    kind: CustomerKind = CustomerKind.PERSON
    """A person, or an organisation."""
    status: CustomerStatus | None = strawberry.UNSET
    """Set by hand; left out: derived from the policies."""
    name: str
    """The present name."""
    gender: Gender | None = strawberry.UNSET
    """Of a person; taken from the resident ID where it is left out."""
    birth_date: date | None = strawberry.UNSET
    """Of a person; taken from the resident ID where it is left out."""
    branch: str | None = strawberry.UNSET
    """The code of the home branch."""
    documents: list[DocumentInput] | None = strawberry.UNSET
    """Identity documents."""
    contact_points: list[ContactPointInput] | None = strawberry.UNSET
    """Numbers and addresses by which the customer can be reached."""
    duplicate_reason: str | None = strawberry.UNSET
    """Why it is another one although somebody has its document or mobile, or is like it."""
    refuse_similar: bool = False
    """Refuse it as DUPLICATE also when search finds somebody like this in sight: see candidates."""
    idempotency_key: str | None = strawberry.UNSET
    """A key of the caller's own: the same call twice has one effect."""


@described_input
class UpdateCustomerInput:
    """What is to change of a customer: a field that is left out stays, null clears it."""

    id: strawberry.ID
    """The customer's id."""
    version: int
    """The version that the caller read; another one by now: CONFLICT."""
    name: str | None = strawberry.UNSET
    """The present name; the one before is kept as a former name."""
    status: CustomerStatus | None = strawberry.UNSET
    """Set by hand; null: derived from the policies."""
    gender: Gender | None = strawberry.UNSET
    """Of a person."""
    birth_date: date | None = strawberry.UNSET
    """Of a person."""
    branch: str | None = strawberry.UNSET
    """The code of the home branch."""
    add_documents: list[DocumentInput] | None = strawberry.UNSET
    """Identity documents that come to it."""
    remove_documents: list[strawberry.ID] | None = strawberry.UNSET
    """The ids of identity documents that go."""
    add_contact_points: list[ContactPointInput] | None = strawberry.UNSET
    """Contact points that come to it."""
    remove_contact_points: list[strawberry.ID] | None = strawberry.UNSET
    """The ids of contact points that go."""
    prefer_contact_point: strawberry.ID | None = strawberry.UNSET
    """The id of the contact point that is preferred from now on among those of its kind."""
    reason: str | None = strawberry.UNSET
    """Why; it is kept with the change."""


@described_input
class SourcedCustomerInput:
    """What a source system says of a customer, in whatever way it tells it."""

    kind: CustomerKind = CustomerKind.PERSON
    """A person, or an organisation."""
    status: CustomerStatus | None = strawberry.UNSET
    """Set by this source; null: derived from the policies."""
    name: str
    """The present name."""
    gender: Gender | None = strawberry.UNSET
    """Of a person."""
    birth_date: date | None = strawberry.UNSET
    """Of a person."""
    branch: str | None = strawberry.UNSET
    """The code of the home branch."""
    documents: list[DocumentInput] | None = strawberry.UNSET
    """All identity documents that this source has."""
    contact_points: list[ContactPointInput] | None = strawberry.UNSET
    """All contact points that this source has."""


@described_input
class PutCustomerInput(SourcedCustomerInput):
    """A customer as a source system has it.

    Lists, when given, are the complete list of this source; values of other sources and of hand stay.
    """

    source_key: SourceKey
    """The source system's own key: the same key is always the same customer."""
    idempotency_key: str | None = strawberry.UNSET
    """A key of the caller's own: the same call twice has one effect."""


@described
class CustomerPayload:
    """What came of creating or changing a customer."""

    customer_id: strawberry.Private[int | None]
    customer: Customer | None = loaded_by(customers_by_id, key="customer_id")
    """The customer; on CONFLICT, as it is now; null where it was refused."""
    candidates: list[CustomerMatch]
    """Who it may be, likeliest first: by exact keys with DUPLICATE, and by search with createCustomer."""
    freshness: str | None
    """Pass to searchCustomers(consistentWith:) to see this write."""
    errors: list[UserError]
    """What the caller can mend; empty: it is done."""
    notices: list[UserError]
    """What the caller should know of what is done. MISSES_USED_UP, by putCustomer: it sees its numbers masked
    and has looked up too many that nobody has, so that a new key was matched without them."""
