"""Leads."""

from sqlalchemy import ColumnElement, select

from loaders.relations import Columns, Filter, Order, Relation, Rows, among
from loaders.sources import given_source
from master.access import customers_in_sight, own_by_staff
from master.sight import Reach
from master.tables.base import table
from master.tables.branches import StaffRow
from master.tables.leads import LeadRow
from master.tables.sources import SourceRecordRow, SourceSystemRow

LEADS = "leads"  # the kind of the records that make up leads

lead = table(LeadRow)
staff = table(StaffRow)
record = table(SourceRecordRow)
system = table(SourceSystemRow)

lead_rows = Rows("Lead")


def own_leads(columns: Columns, reach: Reach | None) -> ColumnElement[bool]:
    """Of the leads of a customer in sight, those in sight: by the branch of who takes care of them."""
    return own_by_staff(columns["owner_id"], reach)


def _in_sight(columns: Columns, reach: Reach | None) -> ColumnElement[bool]:
    return customers_in_sight(columns["customer_id"], reach) & own_leads(columns, reach)


def _from_source(columns: Columns, given: tuple[str, str]) -> ColumnElement[bool]:
    return columns["id"].in_(
        select(record.c.entity_id)
        .join(system, system.c.id == record.c.source_id)
        .where(system.c.code == given[0], record.c.kind == LEADS, record.c.source_key == given[1])
    )


leads_by_id = Relation(
    "leads_by_id",
    "one",
    select(lead),
    key="id",
    rows=lead_rows,
    in_sight=_in_sight,
    shows="customer_id",
)

FILTERS = {
    "stage": among("stage"),
    "owner": Filter(
        lambda columns, code: columns["owner_id"].in_(select(staff.c.id).where(staff.c.code == code))
    ),
    "due_before": Filter(lambda columns, instant: columns["due_at"] < instant),
    "source": Filter(_from_source, given_source, picks=True),
}

leads_by_customer = Relation(
    "leads_by_customer",
    "pages",
    select(lead),
    key="customer_id",
    rows=lead_rows,
    order=Order(("due_key", "id")),
    filters=FILTERS,
    in_sight=own_leads,
)

all_leads = Relation(
    "all_leads",
    "pages",
    select(lead),
    key=None,
    rows=lead_rows,
    order=Order(("due_key", "id")),
    filters=FILTERS,
    in_sight=_in_sight,
    shows="customer_id",
)
