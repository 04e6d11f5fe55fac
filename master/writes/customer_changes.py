"""Changes of a customer by people: only what is given changes, and nobody's update is lost."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from master.audit import note
from master.errors import Invalid
from master.session import Transaction
from master.tables.base import table
from master.tables.codes import CustomerKind, OtherNameKind
from master.tables.customers import ContactPointRow, CustomerRow, IdentityDocumentRow, OtherNameRow
from master.writes import checks
from master.writes.belongings import add_contact_points, add_documents, close, prefer
from master.writes.customers import (
    checked_status,
    found_held,
    hold_customer,
    read_documents,
    read_points,
    refuse_lost_update,
    refuse_out_of_sight,
)
from master.writes.derived import REFRESHED_FOR, following, held_policies, refresh
from master.writes.hand_values import keep_corrections, open_values
from master.writes.inputs import CustomerChange
from master.writes.kept import KEEP
from master.writes.sourced.golden import choose_again
from matching.numbers import read_document

customers, other_names = table(CustomerRow), table(OtherNameRow)
documents, points = table(IdentityDocumentRow), table(ContactPointRow)

CHANGES = update(customers).where(customers.c.id == bindparam("row"))  # of the columns that are given
FORMER = insert(other_names)
PROVEN = ("birth_date", "gender")  # by the numbers of documents


def update_customer(tx: Transaction, change: CustomerChange) -> int:
    """The customer's id. Raises Conflict when the version is not the present one."""
    held, said = hold_customer(tx, change.customer), open_values(tx, change.customer)
    running = held_policies(tx, change.customer) if change.status is None else None
    row = found_held(tx, held, change.customer)
    refuse_lost_update(change.version, row)
    close(tx, documents, row.id, change.remove_documents, "removeDocuments")
    close(tx, points, row.id, change.remove_contact_points, "removeContactPoints")
    add_documents(tx, row.id, read_documents(change.add_documents, row.kind, "addDocuments"))
    add_contact_points(tx, row.id, read_points(change.add_contact_points, "addContactPoints"))
    if change.prefer_contact_point is not None:
        prefer(tx, row.id, change.prefer_contact_point)
    values = _values(tx, change, row)
    changed = {name: value for name, value in values.items() if getattr(row, name) != value}
    if "name" in changed:
        former = {"customer_id": row.id, "kind": OtherNameKind.FORMER, "name": row.name, "recorded_at": tx.at}
        tx.tell(FORMER, [former])
    if changed:
        keep_corrections(tx, row.id, changed, said.rows)
        tx.tell(CHANGES, [{"row": row.id, **changed, **following(tx, changed, running)}])
    if change.add_documents or not changed.keys().isdisjoint(PROVEN):
        _recheck_documents(tx, row.id, change)
    if change.add_documents or change.remove_documents:
        choose_again(tx, [row.id])  # what a document verifies
    if _has_more_following(change, changed) and row.id in refresh(tx, [row.id]):
        refuse_out_of_sight(tx, row.id)
    note(tx, "customer.update", "customer", row.id, customer_id=row.id, details={"fields": _fields(change)})
    return change.customer


def _values(tx: Transaction, change: CustomerChange, row: Any) -> dict[str, Any]:
    """The columns that the change gives, checked."""
    values: dict[str, Any] = {}
    if change.name is not KEEP:
        if change.name is None:
            raise Invalid("A customer has a name: it can not be cleared.", ["name"])
        values["name"] = checks.line(change.name, ["name"], checks.LONGEST_NAME)
    if change.status is not KEEP:
        values["status_by_hand"] = checked_status(change.status, row.kind)
    if change.gender is not KEEP:
        if change.gender is not None and row.kind is not CustomerKind.PERSON:
            raise Invalid("An organisation has no gender.", ["gender"])
        values["gender"] = change.gender
    if change.birth_date is not KEEP:
        today = tx.master.clock.day_of(tx.at)
        values["birth_date"] = checks.birth_date(change.birth_date, row.kind, today)
    if change.branch is not KEEP:
        values["branch_id"] = checks.branch(tx, change.branch, ["branch"])
    return values


def _has_more_following(change: CustomerChange, changed: Collection[str]) -> bool:
    """Whether something is to be derived from what hangs on the customer too."""
    belongings = (
        change.add_documents,
        change.remove_documents,
        change.add_contact_points,
        change.remove_contact_points,
        change.prefer_contact_point,
    )
    return any(belongings) or not REFRESHED_FOR.isdisjoint(changed)


def _recheck_documents(tx: Transaction, customer: int, change: CustomerChange) -> None:
    """What is now known of the person must fit its documents: mends doubts, refuses new disagreements."""
    person = tx.execute(
        select(customers.c.birth_date, customers.c.gender).where(customers.c.id == customer)
    ).one()
    rows = tx.execute(
        select(documents).where(documents.c.customer_id == customer, documents.c.ended_at.is_(None))
    )
    for row in rows.all():
        reading = read_document(row.type, row.number)
        said = checks.disagreement(reading, person.birth_date, person.gender)
        if said and row.doubt is None:
            raise Invalid(said, [_disputed(change)])
        doubt = reading.doubt or said
        if doubt != row.doubt:
            tx.execute(update(documents).where(documents.c.id == row.id).values(doubt=doubt))


def _disputed(change: CustomerChange) -> str:
    if change.add_documents:
        return "addDocuments"
    return "birthDate" if change.birth_date is not KEEP else "gender"


def _fields(change: CustomerChange) -> list[str]:
    """The names of what the change gives."""
    given = {
        name: getattr(change, name)
        for name in change.__dataclass_fields__
        if name not in ("customer", "version")
    }
    if given["prefer_contact_point"] is None:
        del given["prefer_contact_point"]
    return sorted(name for name, value in given.items() if value is not KEEP and value != ())
