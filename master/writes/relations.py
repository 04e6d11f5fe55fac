"""Relations made and ended by hand: who is what to whom, from when until when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import insert, select, update

from master.access import customers_in_sight
from master.audit import note_all
from master.errors import Conflict, Invalid, NotFound
from master.session import Transaction
from master.sight import bound, reach_of
from master.tables.base import table
from master.tables.codes import CustomerKind, RelationKind
from master.tables.relations import RelationRow
from master.tables.sources import SourceSystemRow
from master.writes.merging.guards import locked_customers
from master.writes.relation_rows import DATES, as_said, is_either, sides, sides_of

relations, systems = table(RelationRow), table(SourceSystemRow)

FAMILY = (RelationKind.SPOUSE, RelationKind.PARENT, RelationKind.CHILD, RelationKind.SIBLING)


@dataclass(frozen=True)
class Relating:
    """kind: what the other one (id) is to the customer (id). since, until: first and last day, None: not
    known."""

    customer: int
    other: int
    kind: RelationKind
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class Ending:
    """relation: of either side. until: the last day, None: today. mistaken: they never were that to each
    other."""

    relation: int
    until: date | None = None
    mistaken: bool = False


def relate_customers(tx: Transaction, wanted: Relating) -> int:
    """The id of the customer. Raises NotFound, Invalid, and Conflict for what is said already."""
    if wanted.customer == wanted.other:
        raise Invalid("Nobody is related to himself: name two customers.", ["other"])
    _refuse_backwards(wanted.since, wanted.until)
    rows = locked_customers(tx, {wanted.customer: ["customer"], wanted.other: ["other"]})
    if wanted.kind in FAMILY and any(row.kind is CustomerKind.ORGANIZATION for row in rows.values()):
        raise Invalid("An organisation has no family: choose another kind.", ["kind"])
    both = sides(wanted.customer, wanted.other, wanted.kind)
    lasting = (relations.c.ended_at.is_(None), relations.c.until.is_(None))
    if tx.execute(select(relations.c.id).where(both[0].is_row(), *lasting).limit(1)).first() is not None:
        raise Conflict(f"The other one is told as {wanted.kind} of this customer already.", ["kind"])
    its = {"since": wanted.since, "until": wanted.until, "recorded_at": tx.at, "recorded_by": tx.actor.name}
    tx.execute(insert(relations), [{**side._asdict(), **its} for side in both])
    _note(tx, "relate", wanted.customer, wanted.other)
    return wanted.customer


def end_relation(tx: Transaction, ending: Ending) -> int:
    """The id of the customer whose relation it is. Raises NotFound and Invalid, and Conflict where it is not
    people's alone to end it."""
    row = _by_hand(tx, ending.relation)
    if ending.mistaken:
        told: Mapping[str, Any] = {"ended_at": tx.at}
        if (said := as_said(tx, row)) is not None:
            told = {**said, "recorded_by": None}
    else:
        day = ending.until or tx.master.clock.day_of(tx.at)
        _refuse_backwards(row.since, day)
        told = {"until": day}
    same = (relations.c.source_kind.is_not_distinct_from(row.source_kind), relations.c.ended_at.is_(None))
    hand = (relations.c.recorded_by.is_not(None), relations.c.suggestion_id.is_(None))
    dates = tuple(relations.c[name].is_not_distinct_from(getattr(row, name)) for name in DATES)
    tx.execute(update(relations).where(is_either(sides_of(row)), *same, *hand, *dates).values(told))
    _note(tx, "unrelate", row.customer_id, row.other_id)
    customer: int = row.customer_id
    return customer


def _by_hand(tx: Transaction, id: int) -> Any:
    """A relation of two in sight, who are held."""
    seen = _seen(tx, id)
    locked_customers(tx, {each: ["relation"] for each in (seen.customer_id, seen.other_id)})
    row = _seen(tx, id)  # as it is when nobody else can change it any more
    if row.suggestion_id is not None:
        raise Conflict("It came of a suggestion that was accepted: undo that by undoRelatives.", ["relation"])
    if row.recorded_by is None:
        who = f"The source system {row.code}" if row.code else "A source system"
        raise Conflict(f"{who} says it: it ends when that says so.", ["relation"])
    return row


def _seen(tx: Transaction, id: int) -> Any:
    """Raises NotFound, also where one of the two is out of sight."""
    wanted = select(relations, systems.c.code).outerjoin(systems, systems.c.id == relations.c.source_id)
    reach = reach_of(tx.actor.sight)
    both = (customers_in_sight(relations.c[name], reach) for name in ("customer_id", "other_id"))
    its = wanted.where(relations.c.id == id, relations.c.ended_at.is_(None), *both)
    row = tx.execute(its.params(bound(tx.actor.sight))).one_or_none()
    if row is None:
        raise NotFound("There is no relation with this id.", ["relation"])
    return row


def _refuse_backwards(since: date | None, until: date | None) -> None:
    if since is not None and until is not None and until < since:
        raise Invalid("The last day lies before the first one.", ["until"])


def _note(tx: Transaction, action: str, customer: int, other: int) -> None:
    note_all(tx, f"customer.{action}", "customer", [(each, each) for each in sorted({customer, other})])
