"""What source systems said of a customer."""

from typing import Any

from sqlalchemy import select

from loaders.relations import Order, Relation, Rows
from master.tables.base import table
from master.tables.sources import SourceRecordRow, SourceSystemRow

CUSTOMERS = "customers"  # the kind of the records that make up customers

record = table(SourceRecordRow)
system = table(SourceSystemRow)

source_rows = Rows("SourceRecord")

sources_by_customer = Relation(
    "sources_by_customer",
    "many",
    select(
        record.c.id,
        record.c.customer_id,
        system.c.code.label("source"),
        record.c.source_key.label("key"),
        record.c.received_at,
    ).join(system, system.c.id == record.c.source_id),  # only records that make up customers name one
    key="customer_id",
    rows=source_rows,
    order=Order(("source", "key")),
)


def given_source(given: Any) -> tuple[str, str]:
    """A SourceKey as (source, key)."""
    return (given.source, given.key)
