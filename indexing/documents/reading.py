"""Rows of the master → search documents: all that is read of each table stands in READS."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, bindparam, func, select
from sqlalchemy.exc import SQLAlchemyError

from indexing.documents.customers import NO_BRANCH, CustomerDocument
from master.clock import Clock
from master.spelling import in_numbers, numbers_of
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
from master.tables.merges import MergedCustomerRow
from master.tables.policies import PolicyPartyRow, PolicyRow, ProductRow
from master.tables.tags import CustomerTagRow, TagRow
from master.wire import ask
from matching.numbers import normal_document, read_contact_point

customers, names, documents = table(CustomerRow), table(OtherNameRow), table(IdentityDocumentRow)
points, belongings, branches = table(ContactPointRow), table(CustomerBranchRow), table(BranchRow)
parties, policies, products = table(PolicyPartyRow), table(PolicyRow), table(ProductRow)
merged = table(MergedCustomerRow)
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
).order_by(customers.c.id)
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
HELD = select(parties.c.customer_id, parties.c.policy_id).where(parties.c.ended_at.is_(None)).distinct()
# By their ids, not joined to HELD: of customers side by side PostgreSQL would read all policies there are.
POLICIES = (
    select(
        policies.c.id,
        policies.c.number,
        policies.c.status,
        policies.c.effective_date,
        policies.c.expiry_date,
        products.c.line,
    )
    .join(products, products.c.id == policies.c.product_id)
    .where(in_numbers(policies.c.id, bindparam("ids")))
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
FORMER = select(merged.c.survivor_id, merged.c.number, merged.c.name).order_by(merged.c.id)
BELONGINGS = select(belongings.c.customer_id, belongings.c.branch_id)
BRANCHES = select(branches.c.id, branches.c.code, branches.c.parent_id)

OWNERS: dict[Select[Any], ColumnElement[Any]] = {
    CUSTOMERS: customers.c.id,
    NAMES: names.c.customer_id,
    FORMER: merged.c.survivor_id,
    DOCUMENTS: documents.c.customer_id,
    POINTS: points.c.customer_id,
    HELD: parties.c.customer_id,
    TAGS: given.c.customer_id,
    LAST_CONTACTS: contacts.c.customer_id,
    BELONGINGS: belongings.c.customer_id,
}
_BY_NUMBER = itemgetter(1, 0)
READS = (*OWNERS, POLICIES, BRANCHES)
# Consecutive customers are asked for as a span, which is half the work.
OF_SPAN = {
    read: read.where(owner.between(bindparam("first"), bindparam("last"))) for read, owner in OWNERS.items()
}
OF_THESE = {read: read.where(in_numbers(owner, bindparam("ids"))) for read, owner in OWNERS.items()}


@dataclass(frozen=True)
class Reading:
    """A customer's document, and when the clock will change it."""

    document: CustomerDocument
    due: tuple[datetime, ...]


def read_documents(connection: Connection, ids: Sequence[int], clock: Clock) -> list[Reading]:
    """The present documents of those of these customers that are there, in the order of their ids."""
    facts = _Facts(connection, ids, clock)
    return [facts.reading(row) for row in facts.customers]


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
    """What hangs on a batch of customers, read with one statement a relation: rows by the customer's id."""

    def __init__(self, connection: Connection, ids: Sequence[int], clock: Clock) -> None:
        reads, values = _asked_of(ids)

        def grouped(read: Select[Any]) -> dict[int, list[Any]]:
            found: dict[int, list[Any]] = defaultdict(list)
            for row in ask(connection, reads[read], values):
                found[row[0]].append(row)
            return found

        self.clock, self.now, self.today = clock, clock.now(), clock.today()
        self.customers = ask(connection, reads[CUSTOMERS], values)
        self.names = grouped(NAMES)
        self.former = grouped(FORMER)
        self.documents = grouped(DOCUMENTS)
        self.points = grouped(POINTS)
        self.held = grouped(HELD)
        ids = sorted({id for held in self.held.values() for _, id in held})
        found = ask(connection, POLICIES, {"ids": numbers_of(ids)})
        self.policies = {row[0]: row for row in found}
        self.tags = grouped(TAGS)
        self.last = grouped(LAST_CONTACTS)
        self.belongings = grouped(BELONGINGS)
        self.branches = {id: (code, parent) for id, code, parent in ask(connection, BRANCHES, {})}
        self.paths: dict[int | None, tuple[str, ...]] = {}
        self.belonging: dict[tuple[int, ...], tuple[str, ...]] = {}
        self.starts: dict[date, datetime] = {}

    def reading(self, row: Any) -> Reading:
        """All of one customer."""
        id, number, revision, kind, status, birth_date, updated_at, name, branch = row
        due: list[datetime] = []
        policies, lines, in_force = self._policies(id, due)
        numbers, typed = self._documents(id)
        path = self._path(branch)
        former = self.former.get(id, ())
        document = CustomerDocument(
            id=id,
            number=number,
            revision=revision,
            kind=kind,
            status=status,
            birth_date=birth_date,
            updated_at=updated_at,
            names=names_of(name, self.names.get(id, ()), former),
            **points_of(self.points.get(id, ())),
            documents=numbers,
            typed_documents=typed,
            policies=policies,
            tags=self._tags(id, due),
            branch=path[0] if path else None,
            branch_path=path,
            belongs=self._belongs(id),
            product_lines=lines,
            in_force=in_force,
            last_contact=self.last[id][0][1] if id in self.last else None,
            former_numbers=tuple(number for _, number, _ in former),
        )
        return Reading(document, tuple(sorted(due)))

    def _documents(self, customer: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Their numbers, without and with their types."""
        papers = [
            (type, normal_document(type, number)) for _, type, number in self.documents.get(customer, ())
        ]
        numbers = unique([number for _, number in papers])
        return numbers, unique([f"{type} {number}" for type, number in papers])

    def _policies(self, customer: int, due: list[datetime]) -> tuple[tuple[str, ...], tuple[str, ...], int]:
        """Numbers, product lines, and how many are in force; due: when the clock will change that."""
        numbers: list[str] = []
        lines: list[str] = []
        in_force = 0
        # SQLite's own client deletes policies and products that somebody still holds.
        held = [self.policies[id] for _, id in self.held.get(customer, ()) if id in self.policies]
        for _, number, status, effective, expiry, line in sorted(held, key=_BY_NUMBER):
            numbers.append(number)
            lines.append(line)
            is_over = expiry is not None and expiry < self.today
            in_force += status == PolicyStatus.IN_FORCE and effective <= self.today and not is_over
            if effective > self.today:
                due.append(self._start_of(effective))
            if expiry is not None and not is_over:
                due.append(self._start_of(expiry + timedelta(days=1)))
        return unique(numbers), unique(lines), in_force

    def _tags(self, customer: int, due: list[datetime]) -> tuple[str, ...]:
        """Those that have not expired; due: when some will."""
        codes: list[str] = []
        for _, code, expires_at in self.tags.get(customer, ()):
            if expires_at is not None and expires_at <= self.now:
                continue
            codes.append(code)
            if expires_at is not None:
                due.append(expires_at)
        return unique(codes)

    def _belongs(self, customer: int) -> tuple[str, ...]:
        # Sorted: a document is the same in whichever order the database gives its rows.
        own = tuple(sorted({branch for _, branch in self.belongings.get(customer, ())}))
        if own not in self.belonging:
            codes = unique([code for branch in own for code in self._path(branch)])
            self.belonging[own] = codes or (NO_BRANCH,)
        return self.belonging[own]

    def _path(self, branch: int | None) -> tuple[str, ...]:
        """The codes from the branch up to the head office."""
        if branch not in self.paths:
            self.paths[branch] = self._walked(branch)
        return self.paths[branch]

    def _walked(self, branch: int | None) -> tuple[str, ...]:
        path: dict[str, None] = {}
        while branch is not None and branch in self.branches and self.branches[branch][0] not in path:
            code, branch = self.branches[branch]
            path[code] = None
        return tuple(path)

    def _start_of(self, day: date) -> datetime:
        if day not in self.starts:
            self.starts[day] = self.clock.start_of(day)
        return self.starts[day]


def _asked_of(ids: Sequence[int]) -> tuple[Mapping[Select[Any], Select[Any]], dict[str, Any]]:
    """The statements that read what hangs on these customers, and what they bind."""
    first, last = min(ids, default=0), max(ids, default=0)
    if len(ids) > 1 and len(set(ids)) == len(ids) == last - first + 1:
        return OF_SPAN, {"first": first, "last": last}
    return OF_THESE, {"ids": numbers_of(ids)}


def names_of(name: str, others: Sequence[Any], former: Sequence[Any]) -> tuple[str, ...]:
    """The present one first, then its other ones, and those of whom was merged into it."""
    return unique([name, *(other for _, other in others), *(was for *_, was in former)])


def points_of(rows: Sequence[Any]) -> dict[str, tuple[str, ...]]:
    """The normal forms of (customer, kind, value): phones, of these the mobiles, and emails."""
    phones: list[str] = []
    mobiles: list[str] = []
    emails: list[str] = []
    for _, kind, value in rows:
        normal = read_contact_point(kind, value).normal
        (emails if kind == ContactPointKind.EMAIL else phones).append(normal)
        if kind == ContactPointKind.MOBILE:
            mobiles.append(normal)
    return {"phones": unique(phones), "mobiles": unique(mobiles), "emails": unique(emails)}


def unique(values: list[str]) -> tuple[str, ...]:
    return tuple(values) if len(values) < 2 else tuple(dict.fromkeys(values))
