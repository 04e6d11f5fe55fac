"""How customers are asked for: by a key, a filter, in an order."""

from datetime import date, datetime

import strawberry

from schema.codes import CustomerKind, CustomerOrderField, CustomerStatus, DocumentType, OrderDirection
from schema.described import described_choice, described_input
from schema.sources import SourceKey
from schema.tags import TagFilter


@described_input
class DocumentKey:
    """An identity document, by its whole number."""

    type: DocumentType = DocumentType.RESIDENT_ID
    """What kind of document it is."""
    number: str
    """The whole number, in any spelling."""


@described_choice
class CustomerKey:
    """Exactly one."""

    id: strawberry.ID | None = strawberry.UNSET
    """The customer's id."""
    number: str | None = strawberry.UNSET
    """The hub's own customer number."""
    document: DocumentKey | None = strawberry.UNSET
    """An identity document; one held by several answers AMBIGUOUS."""
    source: SourceKey | None = strawberry.UNSET
    """A source system's own key."""


@described_input
class CustomerOrder:
    """What customers are ordered by; equal ones by number."""

    field: CustomerOrderField = CustomerOrderField.NUMBER
    """What is compared."""
    direction: OrderDirection = OrderDirection.ASC
    """Which comes first."""


@described_input
class CustomerFilter:
    """branch: the home branch, this one and all below. mobile and document: whole numbers."""

    kind: CustomerKind | None = strawberry.UNSET
    """Persons or organisations only."""
    status: list[CustomerStatus] | None = strawberry.UNSET
    """One of these."""
    branch: str | None = strawberry.UNSET
    """The code of the home branch: this one and all below."""
    tags: TagFilter | None = strawberry.UNSET
    """By tags that hold now."""
    product_line: str | None = strawberry.UNSET
    """With a policy in this line of business."""
    born_from: date | None = strawberry.UNSET
    """Born on this day or later."""
    born_to: date | None = strawberry.UNSET
    """Born on this day or earlier."""
    document: DocumentKey | None = strawberry.UNSET
    """With this identity document, by its whole number."""
    mobile: str | None = strawberry.UNSET
    """With this mobile, by its whole number."""
    updated_since: datetime | None = strawberry.UNSET
    """Changed at this instant or later."""
