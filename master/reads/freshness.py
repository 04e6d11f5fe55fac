"""Whether the search index has caught up with a write."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, String, bindparam, exists, func, or_, select, union_all

from master.access import customers_in_sight
from master.errors import Invalid
from master.sight import Sight, bound, reach_of
from master.spelling import in_numbers, numbers_of
from master.tables.base import table
from master.tables.changes import IndexQueueRow, WideChangeRow
from master.tables.customers import CustomerRow
from master.tables.merges import MergedCustomerRow
from master.wire import later

customers, queue, wide = table(CustomerRow), table(IndexQueueRow), table(WideChangeRow)
merged = table(MergedCustomerRow)

_IDS: ColumnElement[Any] = bindparam("ids", type_=String())
REVISIONS = union_all(
    select(customers.c.id, customers.c.revision).where(in_numbers(customers.c.id, _IDS)),
    select(merged.c.id, merged.c.revision + 1).where(in_numbers(merged.c.id, _IDS)),
)

MOST_TOLD = 30  # customers: more than one write concerns
_TOLD = re.compile(r"c([0-9]{1,19}):[0-9]{1,19}", re.ASCII)


def freshness_of(connection: Connection, *customer_ids: int) -> str:
    """What a payload tells: the customers and their revisions, as c12:7 or c12:7,c15:2."""
    return freshness_later(connection, *customer_ids)()


def freshness_later(connection: Connection, *customer_ids: int) -> Callable[[], str]:
    """The same, once what is asked later has been sent."""
    asked = later(connection, REVISIONS, {"ids": numbers_of(customer_ids)})

    def told() -> str:
        revisions = {row.id: row.revision for row in asked.rows}
        return ",".join(f"c{id}:{revisions[id]}" for id in customer_ids)

    return told


def is_indexed(connection: Connection, freshness: str, sight: Sight | None = None) -> bool:
    """True when the index holds this write or a later one. Raises Invalid for what no payload told.

    A customer that waits in the queue has been changed since: then its document may be older than the write.
    Of one out of sight it is always true, so that nobody learns when that one is changed.
    """
    reach, written = reach_of(sight), customers_of(freshness)
    was_seen = exists().where(
        merged.c.id == queue.c.customer_id, customers_in_sight(merged.c.survivor_id, reach)
    )
    seen = or_(customers_in_sight(queue.c.customer_id, reach), was_seen)
    waiting = select(queue.c.revision).where(queue.c.customer_id.in_(written), seen).limit(1)
    return connection.scalar(waiting.params(bound(sight))) is None


def customers_of(freshness: str) -> list[int]:
    """The customers of whom a payload told. Raises Invalid."""
    found = []
    for each in freshness.split(",")[:MOST_TOLD]:
        told = _TOLD.fullmatch(each)
        if told is None or int(told[1]) >= 2**63:
            raise Invalid("consistentWith takes the freshness of a payload.", ["consistentWith"])
        found.append(int(told[1]))
    return found


def oldest_pending(connection: Connection) -> datetime | None:
    """When the oldest change that is not indexed yet was made; None when the index is up to date.

    Customers that were set aside count, and wide changes that have not reached everybody.
    """
    moments = [connection.scalar(select(func.min(moment))) for moment in (queue.c.queued_at, wide.c.at)]
    return min((moment for moment in moments if moment is not None), default=None)
