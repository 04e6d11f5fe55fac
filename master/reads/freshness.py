"""Whether the search index has caught up with a write."""

from datetime import datetime

from sqlalchemy import Connection, func, select

from master.access import customers_in_sight
from master.errors import Invalid
from master.sight import Sight, bound, reach_of
from master.tables.base import table
from master.tables.changes import IndexQueueRow, WideChangeRow
from master.tables.customers import CustomerRow

customers, queue, wide = table(CustomerRow), table(IndexQueueRow), table(WideChangeRow)


def freshness_of(connection: Connection, customer_id: int) -> str:
    """What a payload tells: the customer and its revision, as c12:7."""
    revision = connection.scalar(select(customers.c.revision).where(customers.c.id == customer_id))
    return f"c{customer_id}:{revision}"


def is_indexed(connection: Connection, freshness: str, sight: Sight | None = None) -> bool:
    """True when the index holds this write or a later one. Raises Invalid for what no payload told.

    A customer that waits in the queue has been changed since: then its document may be older than the write.
    Of one out of sight it is always true, so that nobody learns when that one is changed.
    """
    customer, _, revision = freshness.removeprefix("c").partition(":")
    if not (customer.isdecimal() and revision.isdecimal() and len(freshness) < 40 and freshness.isascii()):
        raise Invalid("consistentWith takes the freshness of a payload.", ["consistentWith"])
    if int(customer) >= 2**63:
        raise Invalid("consistentWith takes the freshness of a payload.", ["consistentWith"])
    seen = customers_in_sight(queue.c.customer_id, reach_of(sight))
    waiting = select(queue.c.revision).where(queue.c.customer_id == int(customer), seen)
    return connection.scalar(waiting.params(bound(sight))) is None


def oldest_pending(connection: Connection) -> datetime | None:
    """When the oldest change that is not indexed yet was made; None when the index is up to date.

    Customers that were set aside count, and wide changes that have not reached everybody.
    """
    moments = [connection.scalar(select(func.min(moment))) for moment in (queue.c.queued_at, wide.c.at)]
    return min((moment for moment in moments if moment is not None), default=None)
