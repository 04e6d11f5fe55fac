"""Leads."""

from sqlalchemy import select

from loaders.relations import Filter, Order, Relation, Rows, among
from master.tables.base import table
from master.tables.branches import StaffRow
from master.tables.leads import LeadRow

lead = table(LeadRow)
staff = table(StaffRow)

lead_rows = Rows("Lead")

leads_by_id = Relation("leads_by_id", "one", select(lead), key="id", rows=lead_rows)

FILTERS = {
    "stage": among("stage"),
    "owner": Filter(
        lambda columns, code: columns["owner_id"].in_(select(staff.c.id).where(staff.c.code == code))
    ),
    "due_before": Filter(lambda columns, instant: columns["due_at"] < instant),
}

leads_by_customer = Relation(
    "leads_by_customer",
    "pages",
    select(lead),
    key="customer_id",
    rows=lead_rows,
    order=Order(("due_key", "id")),
    filters=FILTERS,
)

all_leads = Relation(
    "all_leads",
    "pages",
    select(lead),
    key=None,
    rows=lead_rows,
    order=Order(("due_key", "id")),
    filters=FILTERS,
)
