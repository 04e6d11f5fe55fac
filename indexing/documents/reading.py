"""Rows of the master → search documents: all that is read of each table stands in READS."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, func, select
from sqlalchemy.exc import SQLAlchemyError

from indexing.documents.customers import NO_BRANCH, CustomerDocument
from master.clock import Clock
from master.tables.base import table
from master.tables.branches import BranchRow
from master.tables.codes import ContactPointKind, PolicyStatus
from master.tables.contacts import ContactRow
from master.tables.customers import (
    ContactPointRow,
    CustomerBranchRow,
    CustomerRow,
    IdentityDocumentRow,
    OtherNameRow,
)
from master.tables.policies import PolicyPartyRow, PolicyRow, ProductRow
from master.tables.tags import CustomerTagRow, TagRow
from matching.numbers import read_contact_point, read_document

customers, names, documents = table(CustomerRow), table(OtherNameRow), table(IdentityDocumentRow)
points, belongings, branches = table(ContactPointRow), table(CustomerBranchRow), table(BranchRow)
parties, policies, products = table(PolicyPartyRow), table(PolicyRow), table(ProductRow)
contacts, given, tags = table(ContactRow), table(CustomerTagRow), table(TagRow)

CUSTOMERS = select(
    customers.c.id,
    customers.c.number,
    customers.c.revision,
    customers.c.kind,
    customers.c.status,
    customers.c.birth_date,
    customers.c.updated_at,
    customers.c.name,
    customers.c.branch_id,
)
NAMES = select(names.c.customer_id, names.c.name).where(names.c.ended_at.is_(None)).order_by(names.c.id)
DOCUMENTS = (
    select(documents.c.customer_id, documents.c.type, documents.c.number)
    .where(documents.c.ended_at.is_(None))
    .order_by(documents.c.primary.desc(), documents.c.id)
)
POINTS = (
    select(points.c.customer_id, points.c.kind, points.c.value)
    # What is left out is named: by a list of the wanted kinds SQLite would go through all points of each.
    .where(points.c.ended_at.is_(None), points.c.kind.not_in(["WECHAT", "ADDRESS"]))
    .order_by(points.c.preferred.desc(), points.c.id)
)
POLICIES = (
    select(
        parties.c.customer_id,
        policies.c.id,
        policies.c.number,
        policies.c.status,
        policies.c.effective_date,
        policies.c.expiry_date,
        products.c.line,
    )
    .join(policies, policies.c.id == parties.c.policy_id)
    .join(products, products.c.id == policies.c.product_id)
    .where(parties.c.ended_at.is_(None))
    .distinct()
    .order_by(policies.c.number)
)
TAGS = (
    select(given.c.customer_id, tags.c.code, given.c.expires_at)
    .join(tags, tags.c.id == given.c.tag_id)
    .where(given.c.ended_at.is_(None))
    .order_by(tags.c.code)
)
LAST_CONTACTS = select(
    contacts.c.customer_id, func.max(contacts.c.occurred_at, type_=contacts.c.occurred_at.type).label("last")
).group_by(contacts.c.customer_id)
BELONGINGS = select(belongings.c.customer_id, belongings.c.branch_id)
BRANCHES = select(branches.c.id, branches.c.code, branches.c.parent_id)

READS = (CUSTOMERS, NAMES, DOCUMENTS, POINTS, POLICIES, TAGS, LAST_CONTACTS, BELONGINGS, BRANCHES)


@dataclass(frozen=True)
class Reading:
    """A customer's document, and when the clock will change it."""

    document: CustomerDocument
    due: tuple[datetime, ...]


def read_documents(connection: Connection, ids: Sequence[int], clock: Clock) -> list[Reading]:
    """The present documents of those of these customers that are there, in the order of their ids."""
    facts = _Facts(connection, ids, clock)
    rows = connection.execute(CUSTOMERS.where(customers.c.id.in_(ids)).order_by(customers.c.id))
    return [facts.reading(row) for row in rows]


def read_what_can(
    connection: Connection, ids: Sequence[int], clock: Clock
) -> tuple[list[Reading], dict[int, Exception]]:
    """The documents, and why those of some customers can not be made: one bad row holds up no other."""
    try:
        return read_documents(connection, ids, clock), {}
    except SQLAlchemyError:
        raise
    except Exception:  # somebody's row: look at each
        readings: list[Reading] = []
        failed: dict[int, Exception] = {}
    for id in ids:
        try:
            readings += read_documents(connection, [id], clock)
        except SQLAlchemyError:
            raise
        except Exception as error:
            failed[id] = error
    return readings, failed


class _Facts:
    """What hangs on a batch of customers, read with one statement a relation."""

    def __init__(self, connection: Connection, ids: Sequence[int], clock: Clock) -> None:
        def grouped(statement: Select[Any], owner: Any) -> dict[int, list[Any]]:
            found: dict[int, list[Any]] = defaultdict(list)
            for row in connection.execute(statement.where(owner.in_(ids))):
                found[row.customer_id].append(row)
            return found

        self.clock, self.now, self.today = clock, clock.now(), clock.today()
        self.names = grouped(NAMES, names.c.customer_id)
        self.documents = grouped(DOCUMENTS, documents.c.customer_id)
        self.points = grouped(POINTS, points.c.customer_id)
        self.policies = grouped(POLICIES, parties.c.customer_id)
        self.tags = grouped(TAGS, given.c.customer_id)
        self.last = grouped(LAST_CONTACTS, contacts.c.customer_id)
        self.belongings = grouped(BELONGINGS, belongings.c.customer_id)
        self.branches = {row.id: row for row in connection.execute(BRANCHES)}
        self.paths: dict[int | None, tuple[str, ...]] = {}

    def reading(self, row: Any) -> Reading:
        """All of one customer."""
        held, last = self.policies[row.id], self.last[row.id]
        path = self._path(row.branch_id)
        papers = [
            (each.type, read_document(each.type, each.number).normal) for each in self.documents[row.id]
        ]
        document = CustomerDocument(
            id=row.id,
            number=row.number,
            revision=row.revision,
            kind=row.kind,
            status=row.status,
            birth_date=row.birth_date,
            updated_at=row.updated_at,
            names=_unique([row.name, *(other.name for other in self.names[row.id])]),
            phones=self._points(row.id, ContactPointKind.MOBILE, ContactPointKind.LANDLINE),
            mobiles=self._points(row.id, ContactPointKind.MOBILE),
            documents=_unique(number for _, number in papers),
            typed_documents=_unique(f"{type} {number}" for type, number in papers),
            emails=self._points(row.id, ContactPointKind.EMAIL),
            policies=_unique(policy.number for policy in held),
            tags=_unique(tag.code for tag in self.tags[row.id] if not self._is_past(tag.expires_at)),
            branch=path[0] if path else None,
            branch_path=path,
            belongs=self._belongs(row.id),
            product_lines=_unique(policy.line for policy in held),
            in_force=sum(self._in_force(policy) for policy in held),
            last_contact=last[0].last if last else None,
        )
        return Reading(document, tuple(sorted(self._due(row.id))))

    def _points(self, customer: int, *kinds: ContactPointKind) -> tuple[str, ...]:
        found = (each for each in self.points[customer] if each.kind in kinds)
        return _unique(read_contact_point(each.kind, each.value).normal for each in found)

    def _belongs(self, customer: int) -> tuple[str, ...]:
        paths = (self._path(own.branch_id) for own in self.belongings[customer])
        return _unique(code for path in paths for code in path) or (NO_BRANCH,)

    def _path(self, branch: int | None) -> tuple[str, ...]:
        """The codes from the branch up to the head office."""
        if branch not in self.paths:
            self.paths[branch] = self._walked(branch)
        return self.paths[branch]

    def _walked(self, branch: int | None) -> tuple[str, ...]:
        path: dict[str, None] = {}
        while branch is not None and (row := self.branches.get(branch)) is not None and row.code not in path:
            path[row.code] = None
            branch = row.parent_id
        return tuple(path)

    def _in_force(self, policy: Any) -> bool:
        begun = policy.effective_date <= self.today
        return policy.status == PolicyStatus.IN_FORCE and begun and not self._is_over(policy.expiry_date)

    def _is_over(self, last_day: date | None) -> bool:
        return last_day is not None and last_day < self.today

    def _is_past(self, instant: datetime | None) -> bool:
        return instant is not None and instant <= self.now

    def _due(self, customer: int) -> Iterable[datetime]:
        """The coming instants at which the clock alone changes the document."""
        for tag in self.tags[customer]:
            if tag.expires_at is not None and not self._is_past(tag.expires_at):
                yield tag.expires_at
        for policy in self.policies[customer]:
            if policy.effective_date > self.today:
                yield self.clock.start_of(policy.effective_date)
            if policy.expiry_date is not None and not self._is_over(policy.expiry_date):
                yield self.clock.start_of(policy.expiry_date + timedelta(days=1))


def _unique(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))
