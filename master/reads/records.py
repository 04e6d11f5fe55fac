"""Customers as matching looks at them: what the hub holds now, in the order of their ids."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from master.tables.base import table
from master.tables.codes import ContactPointKind
from master.tables.customers import ContactPointRow, CustomerRow, IdentityDocumentRow, OtherNameRow
from master.tables.merges import MergedCustomerRow
from matching.records import CustomerRecord

customers, names = table(CustomerRow), table(OtherNameRow)
documents, points = table(IdentityDocumentRow), table(ContactPointRow)
merged = table(MergedCustomerRow)

PERSON = (customers.c.id, customers.c.name, customers.c.kind, customers.c.gender, customers.c.birth_date)
COMPARED = (ContactPointKind.MOBILE, ContactPointKind.EMAIL, ContactPointKind.ADDRESS)
NAMES = select(names.c.customer_id, names.c.name).where(names.c.ended_at.is_(None)).order_by(names.c.id)
MERGED = select(merged.c.survivor_id.label("customer_id"), merged.c.name, merged.c.birth_date).order_by(
    merged.c.id
)
DOCUMENTS = (
    select(documents.c.customer_id, documents.c.type, documents.c.number)
    .where(documents.c.ended_at.is_(None))
    .order_by(documents.c.primary.desc(), documents.c.id)
)
# Kinds are told apart here: asked for them, SQLite would read all mobiles of the hub instead of a few rows.
POINTS = (
    select(points.c.customer_id, points.c.kind, points.c.value)
    .where(points.c.ended_at.is_(None))
    .order_by(points.c.preferred.desc(), points.c.id)
)


def ids_after(connection: Connection, last: int, most: int) -> Sequence[int]:
    """The ids of the customers that come next."""
    wanted = select(customers.c.id).where(customers.c.id > last).order_by(customers.c.id).limit(most)
    return connection.scalars(wanted).all()


def ids_between(connection: Connection, first: int, behind: int) -> Sequence[int]:
    """The ids of the customers from the first on, without the last."""
    its = (customers.c.id >= first, customers.c.id < behind)
    return connection.scalars(select(customers.c.id).where(*its).order_by(customers.c.id)).all()


def customer_numbers(connection: Connection) -> dict[Hashable, str]:
    """The number of every customer, by its id; of those who were merged too."""
    own, gone = select(customers.c.id, customers.c.number), select(merged.c.id, merged.c.number)
    return {row.id: row.number for row in connection.execute(own.union_all(gone))}


def records_of(connection: Connection, ids: Sequence[int]) -> Iterator[CustomerRecord]:
    """Of those of these customers that there are, in order; a record's id is the customer's."""

    def found(part: Select[Any]) -> dict[int, list[Row[Any]]]:
        return grouped(connection.execute(part.where(part.selected_columns.customer_id.in_(ids))))

    people = connection.execute(select(*PERSON).where(customers.c.id.in_(ids)).order_by(customers.c.id))
    others, papers, reached, gone = found(NAMES), found(DOCUMENTS), found(POINTS), found(MERGED)
    for row in people:
        yield record_of(row, others[row.id], papers[row.id], reached[row.id], gone[row.id])


def grouped(rows: Iterable[Row[Any]]) -> dict[int, list[Row[Any]]]:
    """Rows by the customer whose they are."""
    groups: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        groups[row.customer_id].append(row)
    return groups


def record_of(
    person: Any,
    others: Iterable[Any],
    papers: Iterable[Any],
    reached: Iterable[Any],
    gone: Sequence[Any] = (),
) -> CustomerRecord:
    """Of the rows of a customer: PERSON, NAMES, DOCUMENTS, POINTS and MERGED. What counts most comes first.

    Whoever comes as one of those merged into it is the same still: their names and birth dates are its own.
    """
    values: dict[str, list[str]] = {kind: [] for kind in COMPARED}
    for row in reached:
        if row.kind in values:
            values[row.kind].append(row.value)
    mobiles, emails, addresses = map(tuple, values.values())
    return CustomerRecord(
        id=person.id,
        name=person.name,
        kind=person.kind,
        former_names=tuple(row.name for row in (*others, *gone)),
        gender=person.gender or "",
        birth=_digits_of(person.birth_date) if person.birth_date else "",
        former_births=tuple(_digits_of(row.birth_date) for row in gone if row.birth_date),
        documents=tuple((row.type, row.number) for row in papers),
        mobiles=mobiles,
        emails=emails,
        addresses=addresses,
    )


def _digits_of(day: date) -> str:
    """As strftime would write it, which takes five times as long."""
    return day.isoformat().replace("-", "")
