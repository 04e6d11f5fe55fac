"""Customers as matching looks at them: what the hub holds now, in the order of their ids."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from master.tables.base import table
from master.tables.codes import ContactPointKind
from master.tables.customers import ContactPointRow, CustomerRow, IdentityDocumentRow, OtherNameRow
from matching.records import CustomerRecord

customers, names = table(CustomerRow), table(OtherNameRow)
documents, points = table(IdentityDocumentRow), table(ContactPointRow)

AT_ONCE = 5_000  # customers, whose rows are held at a time

COMPARED = (ContactPointKind.MOBILE, ContactPointKind.EMAIL, ContactPointKind.ADDRESS)
NAMES = select(names.c.customer_id, names.c.name).where(names.c.ended_at.is_(None)).order_by(names.c.id)
DOCUMENTS = (
    select(documents.c.customer_id, documents.c.type, documents.c.number)
    .where(documents.c.ended_at.is_(None))
    .order_by(documents.c.primary.desc(), documents.c.id)
)
POINTS = (
    select(points.c.customer_id, points.c.kind, points.c.value)
    .where(points.c.ended_at.is_(None), points.c.kind.in_(COMPARED))
    .order_by(points.c.preferred.desc(), points.c.id)
)


def every_record(connection: Connection) -> Iterator[CustomerRecord]:
    """All customers; the record's id is the customer's number."""
    last = 0
    while True:
        rows = connection.execute(
            select(customers).where(customers.c.id > last).order_by(customers.c.id).limit(AT_ONCE)
        ).all()
        if not rows:
            return
        yield from _records(connection, rows, last)
        last = rows[-1].id


def _records(connection: Connection, rows: Any, after: int) -> Iterator[CustomerRecord]:
    def grouped(found: Select[Any]) -> dict[int, list[Row[Any]]]:
        owner = found.selected_columns.customer_id
        groups: dict[int, list[Row[Any]]] = defaultdict(list)
        for row in connection.execute(found.where(owner > after, owner <= rows[-1].id)):
            groups[row.customer_id].append(row)
        return groups

    others, numbers, reached = grouped(NAMES), grouped(DOCUMENTS), grouped(POINTS)
    for row in rows:
        values = [[each.value for each in reached[row.id] if each.kind is kind] for kind in COMPARED]
        mobiles, emails, addresses = map(tuple, values)
        yield CustomerRecord(
            id=row.number,
            name=row.name,
            kind=row.kind,
            former_names=tuple(each.name for each in others[row.id]),
            gender=row.gender or "",
            birth=f"{row.birth_date:%Y%m%d}" if row.birth_date else "",
            documents=tuple((each.type, each.number) for each in numbers[row.id]),
            mobiles=mobiles,
            emails=emails,
            addresses=addresses,
        )
