"""Relations made and ended by people: what is given and what is told."""

from datetime import date

import strawberry

from loaders.customers import customers_by_id
from schema.codes import RelationKind
from schema.customers import Customer
from schema.described import described, described_input
from schema.errors import UserError
from schema.fields import loaded_by


@described_input
class RelateCustomersInput:
    """What somebody is to a customer."""

    customer: strawberry.ID
    """The customer."""
    other: strawberry.ID
    """The other one, a customer too."""
    kind: RelationKind
    """What the other one is to the customer; the reverse is told at the other one."""
    since: date | None = strawberry.UNSET
    """The first day; null: not known."""
    until: date | None = strawberry.UNSET
    """The last day; null: not known, or still so."""
    idempotency_key: str | None = strawberry.UNSET
    """A key of the caller's own: the same call twice has one effect."""


@described_input
class EndCustomerRelationInput:
    """A relation that is over, or never was."""

    relation: strawberry.ID
    """Which one, as Customer.relations tells it; of either side."""
    until: date | None = strawberry.UNSET
    """The last day; today, where it is left out."""
    mistaken: bool = False
    """Whether the two never were that to each other: then nobody is told of it any more, unless a source
    system says it too."""


@described
class CustomerRelationPayload:
    """What came of relating two customers."""

    customer_id: strawberry.Private[int | None]
    customer: Customer | None = loaded_by(customers_by_id, key="customer_id")
    """The customer with all relations as they are now; null where it was refused."""
    freshness: str | None
    """Pass to searchCustomers(consistentWith:) to see this write."""
    errors: list[UserError]
    """What the caller can mend; empty: it is done."""
