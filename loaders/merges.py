"""Customers that were merged into others."""

from sqlalchemy import func, literal, select

from loaders.relations import Order, Relation, Rows, whose_customer
from master.tables.base import table
from master.tables.merges import MergedCustomerRow, MergeRow
from master.tables.tokens import ApiTokenRow

merged, merge, token = table(MergedCustomerRow), table(MergeRow), table(ApiTokenRow)

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
        func.coalesce(token.c.name, merge.c.actor).label("by"),
        merge.c.reason,
    )
    .join(merge, merge.c.id == merged.c.merge_id)
    .outerjoin(token, literal("token:").concat(token.c.id) == merge.c.actor),
    key="survivor_id",
    rows=merged_rows,
    order=Order(("merge_id",), descending=True),
)
