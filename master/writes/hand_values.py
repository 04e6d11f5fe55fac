"""What people say of single values of a customer: corrections, and values that stewards pin."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update

from master.audit import note
from master.errors import Conflict, Invalid, NotFound
from master.reads.sayings import said_now
from master.session import Transaction
from master.tables.base import table
from master.tables.customers import CustomerRow
from master.tables.merges import MergeChangeRow, MergeRow
from master.tables.sources import HandValueRow
from master.wire import Later
from master.writes import checks
from master.writes.customers import locked_customer, refuse_lost_update, refuse_out_of_sight
from master.writes.derived import refresh
from master.writes.merging.ledger import Value, note_values
from master.writes.sourced.doubtful_documents import mend_doubts
from master.writes.sourced.golden import (
    COLUMNS,
    LASTING,
    choose_again,
    keep_former_names,
    keep_unknown,
    value_in_column,
)
from master.writes.sourced.said import plain

customers, by_hand = table(CustomerRow), table(HandValueRow)
merges, moves = table(MergeRow), table(MergeChangeRow)

FIELDS = {column: field for field, column in COLUMNS.items()}
PATHS = {"birth_date": "birthDate"}  # in the input, where that is another name than in the records
# What came by a merge goes back by an unmerge: a newer value comes before it, and does not end it.
CAME = (
    select(func.max(merges.c.id))
    .join(merges, merges.c.id == moves.c.merge_id)
    .where(
        merges.c.survivor_id == by_hand.c.customer_id,
        merges.c.undone_at.is_(None),
        moves.c.entity == by_hand.name,
        moves.c.row_id == by_hand.c.id,
        moves.c.field == "customer_id",
    )
    .scalar_subquery()
)
OPEN = (
    select(by_hand.c.id, by_hand.c.field, by_hand.c.pinned, CAME.label("came"))
    .where(by_hand.c.customer_id == bindparam("customer"), by_hand.c.ended_at.is_(None))
    .order_by(by_hand.c.id)
)
END = update(by_hand).where(by_hand.c.id == bindparam("row")).values(ended_at=bindparam("at"))
SAY = insert(by_hand)
PINNED = "This value is pinned: unpin it first, or leave it out."


@dataclass(frozen=True)
class Pinning:
    """customer: an id; field: as in the records of sources."""

    customer: int
    version: int
    field: str
    reason: str


def open_values(tx: Transaction, customer: int) -> Later:
    """What people say of the customer, for `keep_corrections`."""
    return tx.later(OPEN, {"customer": customer})


def keep_corrections(
    tx: Transaction, customer: int, corrected: Mapping[str, Any], open_ones: Iterable[Any]
) -> None:
    """Remember that somebody says so by hand, by column: it stands until a source says something new. Raises
    Conflict for a value that is pinned."""
    given = {FIELDS[column]: value for column, value in corrected.items()}
    former = [row for row in open_ones if row.field in given]
    for row in former:
        if row.pinned:
            raise Conflict(PINNED, [PATHS.get(row.field, row.field)])
    _end(tx, _own(former))
    _say(tx, customer, given, pinned=False, why=tx.reason)


def pin_value(tx: Transaction, wanted: Pinning, key: str | None = None) -> int:
    """Let a value stand whatever is said from now on; the customer's id. key: of the claim that says it;
    None: what stands. Raises NotFound and Conflict."""
    why, row = checks.line(wanted.reason, ["reason"]), locked_customer(tx, wanted.customer, ["customer"])
    refuse_lost_update(wanted.version, row)
    field, column = wanted.field, COLUMNS[wanted.field]
    present = plain(getattr(row, column))
    said = said_now(tx.connection, {row.id: [field]}).get(row.id, ())
    claims = {each.claim.key: each.claim.value for each in said}
    if key is not None and key not in claims:
        raise NotFound("Nobody says this of the customer, or no longer.", ["value"])
    if present not in (None, *claims.values()):
        keep_unknown(tx, row.id, field, present)
    value = present if key is None else claims[key]
    if value is None and field in LASTING:
        raise Invalid("A customer is not without this.", ["field"])
    _end(tx, _own(_pins(tx, row.id, field)))
    _say(tx, row.id, {field: value}, pinned=True, why=why)
    if value != present:
        tx.execute(
            update(customers).where(customers.c.id == row.id).values({column: value_in_column(field, value)})
        )
        keep_former_names(tx, {row.id: row.name} if field == "name" else {})
        mend_doubts(tx, [row.id])
        refresh(tx, [row.id])
        refuse_out_of_sight(tx, row.id)
    note(tx, "customer.pin", "customer", row.id, customer_id=row.id, details={"field": field})
    return wanted.customer


def unpin_value(tx: Transaction, wanted: Pinning) -> int:
    """Let the rules choose again; the customer's id. Raises NotFound, also for what is not pinned."""
    checks.line(wanted.reason, ["reason"])
    row = locked_customer(tx, wanted.customer, ["customer"])
    refuse_lost_update(wanted.version, row)
    pins = _pins(tx, row.id, wanted.field)
    if not pins:
        raise NotFound("This value is not pinned.", ["field"])
    _end(tx, pins)
    _note_released(tx, pins)
    choose_again(tx, [row.id], forgetting={row.id: {wanted.field}})
    refresh(tx, [row.id])
    refuse_out_of_sight(tx, row.id)
    note(tx, "customer.unpin", "customer", row.id, customer_id=row.id, details={"field": wanted.field})
    return wanted.customer


def _pins(tx: Transaction, customer: int, field: str) -> list[Any]:
    return [each for each in open_values(tx, customer).rows if each.field == field and each.pinned]


def _own(open_ones: list[Any]) -> list[Any]:
    return [each for each in open_ones if each.came is None]


def _end(tx: Transaction, ended: list[Any]) -> None:
    if ended:
        tx.tell(END, [{"row": each.id, "at": tx.at} for each in ended])


def _note_released(tx: Transaction, pins: list[Any]) -> None:
    """One that came by a merge would hold the value on. When that merge is undone it holds again, of whom it
    was said."""
    for each in pins:
        if each.came is not None:
            note_values(tx, each.came, [Value(by_hand.name, each.id, "ended_at", None, tx.at)])


def _say(tx: Transaction, customer: int, given: Mapping[str, Any], *, pinned: bool, why: str | None) -> None:
    rows = [
        {
            "customer_id": customer,
            "field": field,
            "value": json.dumps(plain(value), ensure_ascii=False),
            "pinned": pinned,
            "said_by": tx.actor.name,
            "why": why,
            "recorded_at": tx.at,
        }
        for field, value in given.items()
    ]
    tx.tell(SAY, rows)
