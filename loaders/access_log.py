"""Who saw a customer."""

from sqlalchemy import select

from loaders.relations import Order, Relation, Rows
from master.roles import AUDIT_READ
from master.tables.access import AccessEntryRow, AccessSubjectRow
from master.tables.base import table

entry, subject = table(AccessEntryRow), table(AccessSubjectRow)

accesses_by_customer = Relation(
    "accesses_by_customer",
    "pages",
    select(entry, subject.c.customer_id).join(subject, subject.c.entry_id == entry.c.id),
    key="customer_id",
    rows=Rows("AccessEntry", AUDIT_READ),
    order=Order(("id",), descending=True),
)
