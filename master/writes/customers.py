"""Customers made and changed by people: what they give is checked, and refused where it may not stand."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, bindparam, insert, select

from master import spelling
from master.access import customers_in_sight
from master.audit import note
from master.errors import Candidate, Conflict, Duplicate, Invalid, Merged, NotFound
from master.reads.blocking_keys import document_keys, key_digest
from master.reads.duplicates import same_keys
from master.reads.merges import survivor_of
from master.session import Transaction
from master.sight import Reach, bound, reach_of
from master.tables.base import table
from master.tables.codes import ContactPointKind, CustomerKind, CustomerStatus, Gender
from master.tables.customers import CustomerRow
from master.wire import Later
from master.writes import checks
from master.writes.belongings import add_contact_points, add_documents
from master.writes.derived import following, refresh
from master.writes.inputs import GivenContactPoint, GivenDocument, NewCustomer
from matching.numbers import NumberReading

customers = table(CustomerRow)

MATCHED = b"matched on intake"  # what batches say that take turns with whoever makes customers

ReadDocuments = list[tuple[GivenDocument, NumberReading]]
ReadPoints = list[tuple[GivenContactPoint, NumberReading]]


def create_customer(tx: Transaction, new: NewCustomer, similar: Sequence[Candidate] = ()) -> int:
    """The id of a new customer; Duplicate when its document or mobile is there, or somebody similar, unless a
    reason is given."""
    name = checks.line(new.name, ["name"], checks.LONGEST_NAME)
    documents = read_documents(new.documents, new.kind, "documents")
    points = read_points(new.contact_points, "contactPoints")
    birth, gender = _person(tx, new, documents)
    if new.duplicate_reason is None:
        refuse_duplicates(tx, documents, points)
        if similar:
            message = "Somebody like this is there already: give duplicateReason to go on."
            raise Duplicate(message, similar)
    else:
        checks.line(new.duplicate_reason, ["duplicateReason"])
    values = {
        "kind": new.kind,
        "name": name,
        "gender": gender,
        "birth_date": birth,
        "status_by_hand": checked_status(new.status, new.kind),
        "branch_id": home(tx, new.branch),
    }
    id = insert_customer(tx, values)
    add_documents(tx, id, documents)
    add_contact_points(tx, id, points)
    refresh(tx, [id])
    refuse_out_of_sight(tx, id)
    note(
        tx,
        "customer.create",
        "customer",
        id,
        customer_id=id,
        details={"duplicate": new.duplicate_reason is not None},
    )
    return id


def home(tx: Transaction, code: str | None) -> int | None:
    """The branch of this code; without one, that of a maker who has but one."""
    sight = tx.actor.sight
    if code is None and sight is not None and len(sight.branches) == 1:
        return sight.branches[0][0]
    return checks.branch(tx, code, ["branch"])


def insert_customer(tx: Transaction, values: dict[str, Any]) -> int:
    """A new row with the next number."""
    (id,) = spelling.next_ids(tx.connection, "customers", 1)
    common = {
        "id": id,
        "number": customer_number(id),
        "created_at": tx.at,
        "updated_at": tx.at,
        "recorded_at": tx.at,
    }
    tx.execute(insert(customers), [{**common, **values, **following(tx, values)}])
    return id


def customer_number(id: int) -> str:
    """The customer's number: readable, unique and, as ids are, never given out again."""
    return f"C{id:09d}"


def read_documents(given: Sequence[GivenDocument], kind: CustomerKind, field: str) -> ReadDocuments:
    """Each with its reading. Raises Invalid for one in doubt."""
    return [(each, checks.document(each, kind, [field, str(place)])) for place, each in enumerate(given)]


def read_points(given: Sequence[GivenContactPoint], field: str) -> ReadPoints:
    return [(each, checks.contact_point(each, [field, str(place)])) for place, each in enumerate(given)]


def _person(tx: Transaction, new: NewCustomer, documents: ReadDocuments) -> tuple[date | None, Gender | None]:
    """Birth date and gender, taken from the resident ID where they are not given."""
    birth = checks.birth_date(new.birth_date, new.kind, tx.master.clock.day_of(tx.at))
    if new.gender is not None and new.kind is not CustomerKind.PERSON:
        raise Invalid("An organisation has no gender.", ["gender"])
    gender = new.gender
    for place, (_, reading) in enumerate(documents):
        if said := checks.disagreement(reading, birth, gender):
            raise Invalid(said, ["documents", str(place), "number"])
        birth = birth or reading.birth_date
        gender = gender or (Gender(reading.gender) if reading.gender else None)
    return birth, gender


def checked_status(status: CustomerStatus | None, kind: CustomerKind) -> CustomerStatus | None:
    """The status set by hand; None: derived from the policies."""
    if status is CustomerStatus.DECEASED and kind is not CustomerKind.PERSON:
        raise Invalid("An organisation is dissolved, not deceased.", ["status"])
    if status is CustomerStatus.DISSOLVED and kind is CustomerKind.PERSON:
        raise Invalid("A person is deceased, not dissolved.", ["status"])
    return status


def refuse_duplicates(tx: Transaction, documents: ReadDocuments, points: ReadPoints) -> None:
    """Raises Duplicate with those who have one of these documents or mobiles."""
    digest = key_digest(tx.master.keys)
    numbers = document_keys([(given.type, reading.normal) for given, reading in documents], digest)
    mobiles = [digest(reading.normal) for given, reading in points if given.kind is ContactPointKind.MOBILE]
    # Who makes the same customer at the same moment waits here, and then sees this one.
    spelling.share_turn(tx.connection, MATCHED)
    spelling.take_turns(tx.connection, [b"match " + digest for digest in (*numbers, *mobiles)])
    if seen := same_keys(tx.connection, numbers, mobiles, tx.actor.sight):
        raise Duplicate("A customer with this document or mobile is there: see candidates.", seen)
    if tx.actor.sight is not None and same_keys(tx.connection, numbers, mobiles, None):
        raise Duplicate("A customer with this document or mobile is there, outside your branches.", [])


def is_in_sight(tx: Transaction, id: int) -> bool:
    """Whether who changes something sees this customer."""
    statement = _in_sight(reach_of(tx.actor.sight))
    return bool(tx.ask(statement, {"id": id, **bound(tx.actor.sight)}))


@lru_cache
def _in_sight(reach: Reach | None) -> Select[Any]:
    seen = customers_in_sight(customers.c.id, reach)
    return select(customers).where(customers.c.id == bindparam("id"), seen)


def refuse_out_of_sight(tx: Transaction, id: int) -> None:
    """Raises Invalid for a customer whom its maker, or who changed it, would not see."""
    if not is_in_sight(tx, id):
        raise Invalid("Say to which of your branches the customer belongs.", ["branch"])


@lru_cache
def _held(reach: Reach | None) -> Select[Any]:
    return _in_sight(reach).with_for_update(of=customers)


def locked_customer(tx: Transaction, id: int, path: Sequence[str] = ("id",)) -> Any:
    """The row of a customer in sight, held until the transaction ends. Raises NotFound and Merged."""
    return found_held(tx, hold_customer(tx, id), id, path)


def hold_customer(tx: Transaction, id: int) -> Later:
    """The same without waiting: what is asked later is sent with it, and sees what others have committed till
    then. Of `found_held` alone what came of it is read."""
    return tx.later(_held(reach_of(tx.actor.sight)), {"id": id, **bound(tx.actor.sight)})


def found_held(tx: Transaction, held: Later, id: int, path: Sequence[str] = ("id",)) -> Any:
    """The row. Raises NotFound and Merged."""
    found = held.rows
    if not found:
        if (survivor := survivor_of(tx.connection, id, tx.actor.sight)) is not None:
            raise Merged(f"This customer was merged: it is {survivor.number} now.", path)
        raise NotFound("There is no customer with this id.", path)
    return found[0]


def refuse_lost_update(version: int, row: Any, field: str = "version") -> None:
    """Raises Conflict when the row has been changed since the caller read it; field: of the input."""
    if row.version != version:
        raise Conflict(f"Somebody changed this since you read it: it has version {row.version}.", [field])
