"""What of customers a search's words may lie on, read for its highlights: less than the index needs."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Select, select

from indexing.documents.reading import (
    DOCUMENTS,
    FORMER,
    NAMES,
    POINTS,
    documents,
    merged,
    names,
    names_of,
    parties,
    points,
    points_of,
    policies,
    unique,
)
from master.tables.base import table
from master.tables.customers import CustomerRow
from matching.numbers import normal_document

customers = table(CustomerRow)

CUSTOMERS = select(customers.c.id, customers.c.number, customers.c.birth_date, customers.c.name)
POLICIES = (
    select(parties.c.customer_id, policies.c.number)
    .join(policies, policies.c.id == parties.c.policy_id)
    .where(parties.c.ended_at.is_(None))
    .distinct()
    .order_by(policies.c.number)
)


@dataclass(frozen=True, slots=True)
class CustomerValues:
    """As CustomerDocument has them, the present name first."""

    number: str
    birth_date: date | None
    names: tuple[str, ...]
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    former_numbers: tuple[str, ...] = ()


def read_values(
    connection: Connection, ids: Sequence[int], *, with_numbers: bool
) -> dict[int, CustomerValues]:
    """Of those of these customers that are there, by id. with_numbers: else what is below their names is left
    out, which most searches do not ask for."""

    def grouped(statement: Select[Any], owner: Any) -> dict[int, list[Any]]:
        found: dict[int, list[Any]] = defaultdict(list)
        for row in connection.execute(statement.where(owner.in_(ids))):
            found[row[0]].append(row)
        return found

    others = grouped(NAMES, names.c.customer_id)
    former = grouped(FORMER, merged.c.survivor_id)
    papers = grouped(DOCUMENTS, documents.c.customer_id) if with_numbers else {}
    reached = grouped(POINTS, points.c.customer_id) if with_numbers else {}
    insured = grouped(POLICIES, parties.c.customer_id) if with_numbers else {}
    return {
        id: CustomerValues(
            number,
            birth_date,
            names_of(name, others.get(id, ()), former.get(id, ())),
            phones=(said := points_of(reached.get(id, ())))["phones"],
            emails=said["emails"],
            documents=unique([normal_document(type, paper) for _, type, paper in papers.get(id, ())]),
            policies=unique([policy for _, policy in insured.get(id, ())]),
            former_numbers=tuple(number for _, number, _ in former.get(id, ())),
        )
        for id, number, birth_date, name in connection.execute(CUSTOMERS.where(customers.c.id.in_(ids)))
    }
