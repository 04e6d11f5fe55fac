"""Contacts: calls, visits and messages."""

from sqlalchemy import ColumnElement, select

from loaders.relations import Columns, Order, Relation, Rows, equal
from master.access import customers_in_sight, own_by_staff
from master.sight import Reach
from master.tables.base import table
from master.tables.contacts import ContactRow

contact = table(ContactRow)

contact_rows = Rows("Contact")


def own_contacts(columns: Columns, reach: Reach | None) -> ColumnElement[bool]:
    """Of the contacts of a customer in sight, those in sight: by the branch of the agent."""
    return own_by_staff(columns["agent_id"], reach)


contacts_by_id = Relation(
    "contacts_by_id",
    "one",
    select(contact),
    key="id",
    rows=contact_rows,
    in_sight=lambda columns, reach: (
        customers_in_sight(columns["customer_id"], reach) & own_contacts(columns, reach)
    ),
    shows="customer_id",
)

contacts_by_customer = Relation(
    "contacts_by_customer",
    "pages",
    select(contact),
    key="customer_id",
    rows=contact_rows,
    order=Order(("occurred_at", "id"), descending=True),
    filters={"channel": equal("channel")},
    in_sight=own_contacts,
)
