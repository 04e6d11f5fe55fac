"""Customers that another one was merged from."""

from datetime import datetime

import strawberry

from matching.masks import masked_name, masked_text
from schema.described import described
from schema.fields import computed_by, identified, masked_by
from schema.ids import CUSTOMER, MERGE, global_id


def _merge_id(merge_id: int) -> strawberry.ID:
    return strawberry.ID(global_id(MERGE, merge_id))


@described
class MergedCustomer:
    """A customer that was folded into this one; its number and source keys answer with this one for ever."""

    merge_id: strawberry.ID = computed_by(_merge_id, "merge_id")
    """Pass it to unmergeCustomer."""
    customer_id: strawberry.ID = identified(CUSTOMER)
    """The id that it had; asked for, it is answered with MERGED."""
    number: str
    """The number that it had."""
    name: str = masked_by("name", masked_name, "name")
    """The name that it had."""
    at: datetime
    """When it was merged."""
    by: str
    """Who merged it: a token's name."""
    reason: str = masked_by("notes", masked_text, "reason")
    """Why it was merged."""
