"""Leads made and worked on."""

import math
from typing import Any

from sqlalchemy import Select, insert, select, update

from master import spelling
from master.access import customers_in_sight, own_by_staff
from master.audit import note
from master.errors import Invalid, NotFound
from master.session import Transaction
from master.sight import bound, reach_of
from master.tables.base import table
from master.tables.branches import StaffRow
from master.tables.codes import LeadStage
from master.tables.leads import LARGEST_SCORE, LeadRow
from master.tables.policies import ProductRow
from master.writes import checks
from master.writes.customers import locked_customer, refuse_lost_update
from master.writes.derived import refresh
from master.writes.inputs import Amount, LeadChange, NewLead
from master.writes.kept import KEEP

leads, products, staff = table(LeadRow), table(ProductRow), table(StaffRow)


def create_lead(tx: Transaction, new: NewLead) -> int:
    """The id of the new lead: ASSIGNED when it has an owner, else NEW."""
    locked_customer(tx, new.customer, ["customer"])
    (id,) = spelling.next_ids(tx.connection, "leads", 1)
    row = {
        "id": id,
        "customer_id": new.customer,
        "title": checks.line(new.title, ["title"]),
        "stage": LeadStage.ASSIGNED if new.owner else LeadStage.NEW,
        "product_id": checks.id_of_code(tx, products, new.product, ["product"], "product"),
        "owner_id": checks.id_of_code(tx, staff, new.owner, ["owner"], "member of staff"),
        **_premium(new.expected_premium),
        "due_at": new.due_at,
        "created_at": tx.at,
        "recorded_at": tx.at,
    }
    tx.execute(insert(leads), [row])
    refresh(tx, [new.customer])
    note(tx, "lead.create", "lead", id, customer_id=new.customer)
    return id


def update_lead(tx: Transaction, change: LeadChange) -> int:
    """The lead's id. Raises Conflict when the version is not the present one."""
    row = tx.execute(_in_sight(tx).where(leads.c.id == change.lead)).one_or_none()
    if row is None:
        raise NotFound("There is no lead with this id.", ["id"])
    refuse_lost_update(change.version, row)
    changed = {name: value for name, value in _values(tx, change).items() if getattr(row, name) != value}
    if changed:
        tx.execute(update(leads).where(leads.c.id == row.id).values(**changed))
        refresh(tx, [row.customer_id])
    note(tx, "lead.update", "lead", row.id, customer_id=row.customer_id, details={"fields": sorted(changed)})
    return change.lead


def _in_sight(tx: Transaction) -> Select[Any]:
    reach = reach_of(tx.actor.sight)
    seen = customers_in_sight(leads.c.customer_id, reach), own_by_staff(leads.c.owner_id, reach)
    return select(leads).where(*seen).with_for_update(of=leads).params(bound(tx.actor.sight))


def _values(tx: Transaction, change: LeadChange) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if change.stage is not KEEP:
        if change.stage is None:
            raise Invalid("A lead has a stage: it can not be cleared.", ["stage"])
        values["stage"] = change.stage
    if change.owner is not KEEP:
        values["owner_id"] = checks.id_of_code(tx, staff, change.owner, ["owner"], "member of staff")
    if change.score is not KEEP:
        values["score"] = _score(change.score)
    if change.expected_premium is not KEEP:
        values |= _premium(change.expected_premium)
    if change.due_at is not KEEP:
        values["due_at"] = change.due_at
    return values


def _premium(given: Amount | None) -> dict[str, Any]:
    if given is None:
        return {"expected_premium": None, "currency": None}
    amount = checks.amount(given, ["expectedPremium"])
    return {"expected_premium": amount.amount, "currency": amount.currency}


def _score(score: float | None) -> float | None:
    if score is not None and not (math.isfinite(score) and abs(score) <= LARGEST_SCORE):
        raise Invalid(f"A score is a number between {-LARGEST_SCORE:g} and {LARGEST_SCORE:g}.", ["score"])
    return score
