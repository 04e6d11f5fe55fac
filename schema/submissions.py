"""Lists of customers that source systems submit, and what became of each."""

import strawberry

from loaders.customers import customers_by_id
from schema.codes import IncomingOutcome
from schema.customer_inputs import SourcedCustomerInput
from schema.customers import Customer
from schema.described import described, described_input
from schema.errors import UserError
from schema.fields import loaded_by


@described_input
class SubmittedRecordInput(SourcedCustomerInput):
    """A customer as a source system has it: what putCustomer takes, of a source that is named once.

    Lists, when given, are the complete list of this source; values of other sources and of hand stay.
    """

    key: str
    """The source system's own key: the same key is always the same customer."""


@described_input
class SubmitRecordsInput:
    """Customers as a source system has them."""

    source: str
    """The code of the source system."""
    records: list[SubmittedRecordInput]
    """At most 1,000, each with a key of its own; each counts as a change."""
    idempotency_key: str | None = strawberry.UNSET
    """A key of the caller's own: the same call twice has one effect, and is answered alike."""


@described
class SubmittedRecord:
    """What became of a record."""

    key: str | None
    """Its source's key."""
    outcome: IncomingOutcome
    """What became of it when it came."""
    customer_id: strawberry.Private[int | None]
    customer: Customer | None = loaded_by(customers_by_id, key="customer_id")
    """The customer that the key means, where the caller sees it; null where the record was refused."""
    errors: list[UserError]
    """Why it was refused, by the record's own fields; or what is doubtful in it, and kept all the same; or
    MISSES_USED_UP: the caller sees its numbers masked and has looked up too many that nobody has, so that it
    was matched without them."""


@described
class SubmitRecordsPayload:
    """What came of submitting records."""

    records: list[SubmittedRecord]
    """What became of each, in their order; empty where all were refused as a whole."""
    freshness: str | None
    """Pass to searchCustomers(consistentWith:) to see this write."""
    errors: list[UserError]
    """Why nothing was taken in; empty: each record says what became of it."""
