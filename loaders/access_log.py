"""Who saw a customer."""

from typing import Any

from sqlalchemy import Select, select

from loaders.relations import Order, Relation, Rows, Tied
from master.roles import AUDIT_READ
from master.tables.access import AccessEntryRow, AccessSubjectRow
from master.tables.base import table
from master.tables.merges import MergedCustomerRow, MergeRow

entry, subject = table(AccessEntryRow), table(AccessSubjectRow)
merged, merge = table(MergedCustomerRow), table(MergeRow)


def _accesses(tied: Tied) -> Select[Any]:
    """Of the customer, of those who were merged into it, and of who it was itself until a merge was undone,
    each once."""
    own = select(entry, subject.c.customer_id).join(subject, subject.c.entry_id == entry.c.id)
    was = (
        select(entry, merged.c.survivor_id.label("customer_id"))
        .join(subject, subject.c.entry_id == entry.c.id)
        .join(merged, merged.c.id == subject.c.customer_id)
    )
    # Whoever saw the two while they were one saw each of them.
    as_one = (
        select(entry, merge.c.customer_id)
        .join(subject, subject.c.entry_id == entry.c.id)
        .join(merge, merge.c.survivor_id == subject.c.customer_id)
        .where(entry.c.at.between(merge.c.at, merge.c.undone_at))
    )
    all_of_them = own.where(tied(subject.c.customer_id)).union(
        was.where(tied(merged.c.survivor_id)), as_one.where(tied(merge.c.customer_id))
    )
    return select(all_of_them.subquery("accesses"))


accesses_by_customer = Relation(
    "accesses_by_customer",
    "pages",
    _accesses,
    key="customer_id",
    rows=Rows("AccessEntry", AUDIT_READ),
    order=Order(("id",), descending=True),
)
