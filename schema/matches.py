"""Incoming records, and who they may be."""

from enum import StrEnum

import strawberry

from loaders.customers import customers_by_id
from schema.customers import Customer
from schema.described import described
from schema.fields import loaded_by
from schema.reasons import MatchReason


@strawberry.enum(description="What a comparison comes to: the same, somebody to look at, somebody else.")
class MatchVerdict(StrEnum):
    SAME = "SAME"
    REVIEW = "REVIEW"
    DIFFERENT = "DIFFERENT"


@described
class CustomerMatch:
    """A customer that an incoming record may be."""

    customer_id: strawberry.Private[int]
    customer: Customer = loaded_by(customers_by_id, key="customer_id")
    """Who it may be."""
    probability: float
    """0 to 1."""
    verdict: MatchVerdict
    """What that comes to."""
    reasons: list[MatchReason]
    """What speaks for and against, field by field, as far as the viewer may know it."""
    guards: list[str]
    """Why rules hold it back from a verdict that its probability would have without them."""
