"""Who saw a customer."""

from typing import Any

from sqlalchemy import Select, select

from loaders.relations import Order, Relation, Rows, Tied
from master.roles import AUDIT_READ
from master.tables.access import AccessEntryRow, AccessSubjectRow
from master.tables.base import table
from master.tables.merges import MergedCustomerRow

entry, subject, merged = table(AccessEntryRow), table(AccessSubjectRow), table(MergedCustomerRow)


def _accesses(tied: Tied) -> Select[Any]:
    """Of the customer, and of those who were merged into it, each once."""
    own = select(entry, subject.c.customer_id).join(subject, subject.c.entry_id == entry.c.id)
    was = (
        select(entry, merged.c.survivor_id.label("customer_id"))
        .join(subject, subject.c.entry_id == entry.c.id)
        .join(merged, merged.c.id == subject.c.customer_id)
    )
    both = own.where(tied(subject.c.customer_id)).union(was.where(tied(merged.c.survivor_id)))
    return select(both.subquery("accesses"))


accesses_by_customer = Relation(
    "accesses_by_customer",
    "pages",
    _accesses,
    key="customer_id",
    rows=Rows("AccessEntry", AUDIT_READ),
    order=Order(("id",), descending=True),
)
