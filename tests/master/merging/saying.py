"""Sources that put customers, and what customers have then."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from master.session import Master
from master.tables.base import table
from master.tables.codes import ContactPointKind
from master.tables.customers import ContactPointRow
from master.writes.derived import refresh
from master.writes.inputs import GivenContactPoint, SourcedCustomer
from master.writes.sourced.customers import apply_customers
from master.writes.sourced.directory import source_named
from master.writes.sourced.put import given_values
from master.writes.sourced.rows import SourcedRow
from tests.conftest import TESTER

points = table(ContactPointRow)


def put(master: Master, source: str, key: str, mobiles: Sequence[str] = (), **given: Any) -> int:
    """The customer's id: one of its own for each new key, whoever is there. mobiles: all that the source
    knows."""
    numbers = tuple(GivenContactPoint(ContactPointKind.MOBILE, each) for each in mobiles)
    with master.transaction(TESTER) as tx:
        values = given_values(tx, SourcedCustomer(source, key, contact_points=numbers, **given))
        source_id, _ = source_named(tx, source)
        batch = apply_customers(tx, source_id, [SourcedRow(key, values)])
        refresh(tx, batch.touched)
        id = batch.applied[key].entity_id
        assert id is not None
        return id


def rows(master: Master, statement: Any) -> list[Any]:
    with master.reading() as connection:
        return [tuple(row) for row in connection.execute(statement)]


def mobiles(master: Master, customer: int) -> list[str]:
    """Those that have not ended, in order."""
    its = select(points.c.value).where(points.c.customer_id == customer, points.c.ended_at.is_(None))
    return sorted(value for (value,) in rows(master, its))
