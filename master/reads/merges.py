"""Who a merged customer is now."""

from typing import Any

from sqlalchemy import Connection, select

from master.access import customers_in_sight
from master.sight import Sight, bound, reach_of
from master.tables.base import table
from master.tables.customers import CustomerRow
from master.tables.merges import MergedCustomerRow

customers, merged = table(CustomerRow), table(MergedCustomerRow)


def survivor_of(connection: Connection, id: int, sight: Sight | None) -> Any:
    """(id, number) of the customer that this one is now; None where it was not merged, or is out of sight."""
    wanted = (
        select(customers.c.id, customers.c.number)
        .join(merged, merged.c.survivor_id == customers.c.id)
        .where(merged.c.id == id, customers_in_sight(customers.c.id, reach_of(sight)))
    )
    return connection.execute(wanted.params(bound(sight))).one_or_none()
