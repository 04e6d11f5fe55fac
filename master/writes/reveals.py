"""One masked value told in the clear, with a reason: noted in the audit, and as seen by its caller."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select

from master.access import Viewer
from master.audit import note
from master.errors import Ambiguous, Forbidden, Invalid, LimitExceeded, NotFound
from master.reads.access_log import REVEALED, noted_since
from master.session import Transaction
from master.tables.base import table
from master.tables.codes import Occasion
from master.tables.customers import ContactPointRow, CustomerRow, IdentityDocumentRow
from master.writes import checks
from master.writes.access_log import Access, note_accesses
from master.writes.customers import locked_customer

customers, documents, points = table(CustomerRow), table(IdentityDocumentRow), table(ContactPointRow)


@dataclass(frozen=True)
class Revealable:
    """A column whose values can be told; of: its class, owner: the column that names the customer."""

    of: str
    column: ColumnElement[str]
    owner: ColumnElement[int]
    open_only: tuple[ColumnElement[bool], ...] = ()


REVEALABLE = {
    "Customer.name": Revealable("name", customers.c.name, customers.c.id),
    "IdentityDocument.number": Revealable(
        "document", documents.c.number, documents.c.customer_id, (documents.c.ended_at.is_(None),)
    ),
    "ContactPoint.value": Revealable(
        "contact", points.c.value, points.c.customer_id, (points.c.ended_at.is_(None),)
    ),
}


@dataclass(frozen=True)
class Wanted:
    """field: as "Type.field"; row: the document or contact point, None where the customer has but one."""

    customer: int
    field: str
    row: int | None
    reason: str


def reveal(tx: Transaction, viewer: Viewer, wanted: Wanted) -> str:
    """The value in the clear."""
    reason = checks.line(wanted.reason, ["reason"])
    found = REVEALABLE.get(wanted.field)
    if found is None:
        raise Invalid(f"This can not be revealed. Fields: {', '.join(REVEALABLE)}.", ["field"])
    if viewer.refuses(found.of):
        raise Forbidden(f"The role {viewer.role.name} may not see this field.", ["field"])
    locked_customer(tx, wanted.customer, ["customer"])
    _refuse_too_many(tx, viewer)
    value = _only_value(tx, found, wanted)
    note(tx, REVEALED, "customer", customer_id=wanted.customer, details={"field": wanted.field})
    access = Access(
        tx.at,
        Occasion.REVEAL,
        viewer,
        frozenset([wanted.customer]),
        request_id=tx.actor.request_id,
        address=tx.actor.address,
        field=wanted.field,
        reason=reason,
    )
    note_accesses(tx, [access])
    return value


def _refuse_too_many(tx: Transaction, viewer: Viewer) -> None:
    """Raises LimitExceeded for more reveals a day than the role may."""
    most, clock = viewer.role.reveals_a_day, tx.master.clock
    since = clock.start_of(clock.day_of(tx.at))
    if noted_since(tx.connection, viewer, REVEALED, since) >= most:
        raise LimitExceeded(f"You have revealed {most} values today: try again tomorrow.", most)


def _only_value(tx: Transaction, found: Revealable, wanted: Wanted) -> str:
    its: list[Any] = [found.owner == wanted.customer, *found.open_only]
    if wanted.row is not None:
        its.append(found.column.table.c.id == wanted.row)
    values = list(tx.execute(select(found.column).where(*its).limit(2)).scalars())
    if not values:
        raise NotFound("The customer does not have this, or no longer.", ["id"])
    if len(values) > 1:
        raise Ambiguous("The customer has several of these: say which one by id.", ["id"])
    return str(values[0])
