"""Sources that put customers, and what customers have then."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from master.session import Master
from master.tables.base import table
from master.tables.codes import ContactPointKind
from master.tables.customers import ContactPointRow
from master.writes.inputs import GivenContactPoint, SourcedCustomer
from master.writes.sourced.put import put_customer
from tests.conftest import TESTER

points = table(ContactPointRow)


def put(master: Master, source: str, key: str, mobiles: Sequence[str] = (), **given: Any) -> int:
    """The customer's id. mobiles: all that the source knows."""
    numbers = tuple(GivenContactPoint(ContactPointKind.MOBILE, each) for each in mobiles)
    with master.transaction(TESTER) as tx:
        return put_customer(tx, SourcedCustomer(source, key, contact_points=numbers, **given))


def rows(master: Master, statement: Any) -> list[Any]:
    with master.reading() as connection:
        return [tuple(row) for row in connection.execute(statement)]


def mobiles(master: Master, customer: int) -> list[str]:
    """Those that have not ended, in order."""
    its = select(points.c.value).where(points.c.customer_id == customer, points.c.ended_at.is_(None))
    return sorted(value for (value,) in rows(master, its))
