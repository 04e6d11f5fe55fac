"""Households made and changed by people: who belongs to which, as what, from when until when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import exists, func, insert, select, update

from master.access import customers_in_sight
from master.audit import note
from master.errors import Conflict, Invalid, NotFound
from master.session import Transaction
from master.sight import bound, reach_of
from master.tables.base import table
from master.tables.relations import HouseholdMemberRow, HouseholdRow
from master.writes import checks
from master.writes.customers import locked_customer

households, members = table(HouseholdRow), table(HouseholdMemberRow)

MOST_MEMBERS = 50  # with those who have left: all are told at once, and each belongs together with each
HEAD, OTHER = "head", "other"
ROLES = (HEAD, "spouse", "child", "parent", "dependant", OTHER)


@dataclass(frozen=True)
class Joining:
    """A customer (id) that comes into a household; since: the first day, None: not known."""

    customer: int
    role: str
    since: date | None = None


def create_household(tx: Transaction, name: str, joining: Sequence[Joining]) -> int:
    """The id of a new one. Raises Invalid and NotFound."""
    if not joining:
        raise Invalid("A household has members: name one at least.", ["members"])
    household = new_household(tx, checks.line(name, ["name"], checks.LONGEST_NAME))
    for place, each in enumerate(joining):
        _join(tx, household, each, ["members", str(place)])
    return household


def join_household(tx: Transaction, household: int, joining: Joining) -> int:
    """Its id. Raises NotFound, Invalid, and Conflict for one who is in it already as that, or a full one."""
    locked_household(tx, household, ["household"])
    _join(tx, household, joining, [])
    return household


def leave_household(tx: Transaction, household: int, customer: int, until: date | None) -> int:
    """Its id. The membership is told on, with its last day: today, where none is given. Raises NotFound and
    Invalid."""
    day = until or tx.master.clock.day_of(tx.at)
    for row in _memberships(tx, household, customer):
        if row.since is not None and row.since > day:
            raise Invalid("The last day lies before the first one.", ["until"])
        tx.execute(update(members).where(members.c.id == row.id).values(until=day))
    _note(tx, "leave", household, customer)
    return household


def remove_from_household(tx: Transaction, household: int, customer: int) -> int:
    """Its id. For one who never belonged to it: nobody is told of it any more. Raises NotFound."""
    for row in _memberships(tx, household, customer):
        tx.execute(update(members).where(members.c.id == row.id).values(ended_at=tx.at))
    _note(tx, "remove", household, customer)
    return household


def new_household(tx: Transaction, name: str) -> int:
    made = tx.execute(insert(households).values(name=name, recorded_at=tx.at)).inserted_primary_key
    id: int = made[0] if made else 0
    return id


def add_member(tx: Transaction, household: int, joining: Joining, suggestion: int | None = None) -> None:
    """suggestion: the accepted one that says so. Raises Conflict where the household is full."""
    told = (members.c.household_id == household, members.c.ended_at.is_(None))
    if (tx.connection.scalar(select(func.count()).select_from(members).where(*told)) or 0) >= MOST_MEMBERS:
        raise Conflict(f"A household has at most {MOST_MEMBERS} members: make another one.", ["household"])
    its = {"household_id": household, "customer_id": joining.customer, "role": joining.role}
    said = {"recorded_at": tx.at, "recorded_by": tx.actor.name, "suggestion_id": suggestion}
    tx.execute(insert(members), [{**its, "since": joining.since, **said}])
    _note(tx, "join", household, joining.customer)


def locked_household(tx: Transaction, id: int, path: Sequence[str]) -> None:
    """Held until the transaction ends. Raises NotFound where nobody in sight belongs to it."""
    somebody = exists().where(
        members.c.household_id == households.c.id,
        members.c.ended_at.is_(None),
        customers_in_sight(members.c.customer_id, reach_of(tx.actor.sight)),
    )
    held = select(households.c.id).where(households.c.id == id, somebody).with_for_update(of=households)
    if tx.execute(held.params(bound(tx.actor.sight))).first() is None:
        raise NotFound("There is no household with this id.", path)


def _join(tx: Transaction, household: int, joining: Joining, path: Sequence[str]) -> None:
    if joining.role not in ROLES:
        raise Invalid(f"The role is one of {', '.join(ROLES)}.", [*path, "role"])
    locked_customer(tx, joining.customer, [*path, "customer"])
    its = (members.c.household_id == household, members.c.customer_id == joining.customer)
    there = select(members.c.id).where(*its, members.c.role == joining.role, members.c.ended_at.is_(None))
    if tx.execute(there.where(members.c.until.is_(None))).first() is not None:
        raise Conflict(f"This customer belongs to it already, as {joining.role}.", [*path, "customer"])
    add_member(tx, household, joining)


def _memberships(tx: Transaction, household: int, customer: int) -> Sequence[Any]:
    """Those that last. Raises NotFound."""
    locked_household(tx, household, ["household"])
    locked_customer(tx, customer, ["customer"])
    its = (members.c.household_id == household, members.c.customer_id == customer)
    rows = tx.execute(select(members).where(*its, members.c.ended_at.is_(None), members.c.until.is_(None)))
    if not (found := rows.all()):
        raise NotFound("This customer does not belong to the household.", ["customer"])
    return found


def _note(tx: Transaction, action: str, household: int, customer: int) -> None:
    note(tx, f"household.{action}", "household", household, customer_id=customer)
