"""Customers that were merged into others."""

from sqlalchemy import select

from loaders.relations import Order, Relation, Rows, whose_customer
from master.reads.reviews import name_of_actor
from master.tables.base import table
from master.tables.merges import MergedCustomerRow, MergeRow

merged, merge = table(MergedCustomerRow), table(MergeRow)

merged_rows = Rows("MergedCustomer")

survivors_by_merged_id = Relation(
    "survivors_by_merged_id",
    "one",
    select(merged.c.id, merged.c.survivor_id),
    key="id",
    rows=merged_rows,
    in_sight=whose_customer("survivor_id"),
)

merged_by_customer = Relation(
    "merged_by_customer",
    "many",
    select(
        merged.c.id,
        merged.c.survivor_id,
        merged.c.merge_id,
        merged.c.number,
        merged.c.name,
        merge.c.at,
        name_of_actor(merge.c.actor).label("by"),
        merge.c.reason,
    ).join(merge, merge.c.id == merged.c.merge_id),
    key="survivor_id",
    rows=merged_rows,
    order=Order(("merge_id",), descending=True),
)
