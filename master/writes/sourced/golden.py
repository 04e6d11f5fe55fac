"""The golden values of customers: of all that was said of each, the one that stands goes into the master."""

import json
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import insert, select

from master.reads.sayings import (
    Saying,
    of_unknown_hand,
    record_key,
    said_now,
    trust_of,
    turn_of_first,
    verified,
)
from master.session import Transaction
from master.spelling import checked
from master.tables.base import table
from master.tables.codes import CustomerKind, OtherNameKind
from master.tables.customers import CustomerRow, OtherNameRow
from master.tables.sources import HandValueRow, SourceRecordRow, SourceSystemRow
from master.writes.sourced.doubtful_documents import mend_doubts
from master.writes.sourced.records import Change
from master.writes.sourced.said import plain
from master.writes.sourced.scalars import new_columns
from master.writes.sourced.statements import rows_in, update_each
from matching.survive import Claim, ranked

customers, other_names = table(CustomerRow), table(OtherNameRow)
records, systems, by_hand = table(SourceRecordRow), table(SourceSystemRow), table(HandValueRow)

# The columns of a customer by the names that fields have in the records of sources.
COLUMNS = {
    "name": "name",
    "kind": "kind",
    "status": "status_by_hand",
    "gender": "gender",
    "birth_date": "birth_date",
    "branch": "branch_id",
    "created_at": "created_at",
}
LASTING = frozenset({"name", "kind", "created_at"})
READ = {"birth_date": date.fromisoformat, "created_at": datetime.fromisoformat}
UNSAID = {"kind": CustomerKind.PERSON.value}  # what stands where nobody has said anything
OF_PERSONS = frozenset({"birth_date", "gender"})  # what documents tell too
LAST = sys.maxsize  # the turn of what a record comes to say just now
LATER = timedelta(milliseconds=1)  # the hub's clock goes by these


def value_in_column(field: str, value: Any) -> Any:
    """As a column holds what JSON says of the field."""
    return READ[field](value) if field in READ and value is not None else value


def columns_now(
    tx: Transaction, source_id: int, changes: Sequence[Change], present: Mapping[int, Any]
) -> dict[int, dict[str, Any]]:
    """By customer, the columns that come to hold something else as records of a source change.

    Nearly always nobody else has said anything of the customer: then nothing is opened or compared.
    """
    changing = {change.entity_id: change for change in changes if _fields_of(change)}
    firsts = {id for id, change in changing.items() if change.is_first}
    known = {id: change.record_id for id, change in changing.items() if id not in firsts}
    # Of whom a record says something for the first time, somebody else has made the customer.
    contested = sorted({*_contested(tx, known), *firsts})
    fields = {id: _fields_of(changing[id]) for id in contested}
    said = said_now(tx.connection, fields) if contested else {}
    proven = verified(tx.connection, contested) if contested else set()
    system = tx.execute(select(systems).where(systems.c.id == source_id)).one() if contested else None
    found = {}
    for change in changes:
        id = change.entity_id
        if id in contested:
            found[id] = _chosen(tx, change, present[id], said.get(id, []), (system, proven))
        else:
            found[id] = new_columns(change, present[id], COLUMNS, LASTING)
    return found


def choose_again(
    tx: Transaction, ids: Iterable[int], *, forgetting: Mapping[int, Collection[str]] | None = None
) -> dict[int, dict[str, Any]]:
    """Let the values stand that the rules choose; the columns that changed, by customer, as they were.

    What stands though nobody is known to have said it was put there by hand, and stays. forgetting: fields in
    which it does not, by customer: who said it says it no longer, or not of this one.
    """
    wanted = sorted(set(ids))
    columns = [customers.c.id, *(customers.c[name] for name in COLUMNS.values())]
    statement = select(*columns).with_for_update().order_by(customers.c.id)
    # What is said is read when nobody else can say more: an import holds its customers, too.
    locked = list(rows_in(tx, statement, customers.c.id, wanted))
    said = said_now(tx.connection, dict.fromkeys(wanted, COLUMNS.keys()))
    was: dict[int, dict[str, Any]] = {}
    updates: dict[int, dict[str, Any]] = {}
    for row in (row for row in locked if row.id in said):
        forgotten = (forgetting or {}).get(row.id, ())
        chosen = differing_columns(tx, row, said[row.id], forgotten)
        if chosen:
            updates[row.id] = chosen
            was[row.id] = {name: getattr(row, name) for name in chosen}
    update_each(tx, customers, updates)
    keep_former_names(tx, {id: values["name"] for id, values in was.items() if "name" in values})
    mend_doubts(tx, [id for id, values in was.items() if OF_PERSONS.intersection(values)])
    return was


def differing_columns(
    tx: Transaction, row: Any, said: Sequence[Saying], forgotten: Collection[str] = ()
) -> dict[str, Any]:
    """The columns of a customer's row that do not hold what the rules choose."""
    found = {}
    for field, column in COLUMNS.items():
        claims = open_claims(said, field)
        present = plain(getattr(row, column))
        if claims and field not in forgotten and is_of_unknown_hand(field, present, claims):
            proven = verified(tx.connection, [row.id])
            later = Claim("", present, tx.at, is_verified=(row.id, field, present) in proven)
            claims.append(of_unknown_hand(field, later))  # than all that is known
        value = ranked(claims)[0].value if claims else present
        if value != present and not (value is None and field in LASTING):
            found[column] = value_in_column(field, value)
    return found


def open_claims(said: Iterable[Saying], field: str) -> list[Claim]:
    """What is said of a field and was not taken back."""
    return [each.claim for each in said if each.field == field and each.until is None]


def is_of_unknown_hand(field: str, present: Any, claims: Iterable[Claim]) -> bool:
    """Whether nobody is known to have said what stands."""
    return present not in (None, UNSAID.get(field), *(each.value for each in claims))


def keep_former_names(tx: Transaction, names: Mapping[int, str]) -> None:
    """Whoever is renamed is still found by the old name."""
    if names:
        kind = OtherNameKind.FORMER
        rows = [
            {"customer_id": id, "kind": kind, "name": name, "recorded_at": tx.at}
            for id, name in names.items()
        ]
        tx.execute(insert(other_names), rows)


def _contested(tx: Transaction, changing: Mapping[int, int]) -> list[int]:
    """Those of these customers, with the record that changes, of whom another record or somebody by hand has
    said something."""
    whose = select(records.c.id, records.c.customer_id).where(checked(records.c.kind) == "customers")
    others = {
        row.customer_id
        for row in rows_in(tx, whose, records.c.customer_id, changing)
        if row.id != changing[row.customer_id]
    }
    open_ones = select(by_hand.c.customer_id).where(by_hand.c.ended_at.is_(None))
    others |= {row.customer_id for row in rows_in(tx, open_ones, by_hand.c.customer_id, changing)}
    return sorted(others)


def _chosen(
    tx: Transaction, change: Change, row: Any, said: Sequence[Saying], known: tuple[Any, set[Any]]
) -> dict[str, Any]:
    """The columns that the rules choose anew, of fields in which the record says something else.

    known: the source system, and what documents verify. What the record says now is the claim that is read of
    it from now on: of what is learned at one instant the same one stands whenever it is chosen.
    """
    system, proven = known
    found = {}
    for field in _fields_of(change):
        present = plain(getattr(row, COLUMNS[field]))
        claims = open_claims(said, field)
        if present != change.before.get(field) and is_of_unknown_hand(field, present, claims):
            is_proven = (change.entity_id, field, present) in proven
            claims.append(of_unknown_hand(field, Claim("", present, tx.at - LATER, is_verified=is_proven)))
            keep_unknown(tx, change.entity_id, field, present)
        if field in change.fields:
            now = change.now.get(field)
            key = record_key(change.record_id)
            claims = [each for each in claims if each.key != key]
            if now is not None:
                is_proven, trust = (change.entity_id, field, now) in proven, trust_of(system, field)
                turn = turn_of_first(change.record_id) if change.is_first else LAST
                claim = Claim(key, now, tx.at, change.true_at, trust, is_verified=is_proven, turn=turn)
                claims.append(claim)
        value = ranked(claims)[0].value if claims else None
        if value != present and not (value is None and field in LASTING):
            found[COLUMNS[field]] = value_in_column(field, value)
    return found


def _fields_of(change: Change) -> list[str]:
    """Whose values may become others; what a document verifies changes with the documents."""
    fields = change.fields | OF_PERSONS if "documents" in change.fields else change.fields
    return [field for field in COLUMNS if field in fields]


def keep_unknown(tx: Transaction, customer: int, field: str, value: Any) -> None:
    """So that it is told and chosen from, also when it stands no longer."""
    row = {"customer_id": customer, "field": field, "value": json.dumps(value, ensure_ascii=False)}
    tx.execute(insert(by_hand), [{**row, "said_by": "", "recorded_at": tx.at - LATER}])
