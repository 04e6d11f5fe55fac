"""Contacts: calls, visits and messages."""

from sqlalchemy import select

from loaders.relations import Order, Relation, Rows, equal
from master.tables.base import table
from master.tables.contacts import ContactRow

contact = table(ContactRow)

contact_rows = Rows("Contact")

contacts_by_id = Relation("contacts_by_id", "one", select(contact), key="id", rows=contact_rows)

contacts_by_customer = Relation(
    "contacts_by_customer",
    "pages",
    select(contact),
    key="customer_id",
    rows=contact_rows,
    order=Order(("occurred_at", "id"), descending=True),
    filters={"channel": equal("channel")},
)
