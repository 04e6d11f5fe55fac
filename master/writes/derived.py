"""What follows from other columns: status, sort keys, blocking keys, blind indexes, branches belonged to.

`refresh` is called at the end of every write with the customers it touched, and by the worker for those that
another client changed: it writes only what differs.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from sqlalchemy import and_, bindparam, delete, insert, update

from master.reads.grounds import (
    BRANCH,
    DOCUMENT,
    HELD,
    KEY,
    LEAD,
    MERGED,
    NAME,
    PERSON,
    POINT,
    POLICY,
    SOURCE,
    Grounds,
    grounds_of,
)
from master.reads.records import record_of
from master.sealing import seal_for
from master.session import Transaction
from master.tables.base import table
from master.tables.codes import BranchReason, CustomerStatus, PolicyRole, PolicyStatus
from master.tables.customers import ContactPointRow, CustomerBranchRow, CustomerRow, IdentityDocumentRow
from master.wire import Later
from master.writes.blocking_keys import exchange_keys
from matching.normal import name_key
from matching.numbers import read_contact_point, read_document

BATCH = 500  # customers of whom all rows are held at a time

customers, documents, points = table(CustomerRow), table(IdentityDocumentRow), table(ContactPointRow)
belonging = table(CustomerBranchRow)

RUNNING = (PolicyStatus.IN_FORCE, PolicyStatus.SUSPENDED)
ENDED = (
    PolicyStatus.LAPSED,
    PolicyStatus.SURRENDERED,
    PolicyStatus.MATURED,
    PolicyStatus.EXPIRED,
    PolicyStatus.CLAIMED,
    PolicyStatus.CANCELLED,
)
OWN_ROLES = (PolicyRole.APPLICANT, PolicyRole.INSURED)

NAMES = belonging.columns.keys()
LEAVES = delete(belonging).where(and_(*(belonging.c[name] == bindparam(f"old_{name}") for name in NAMES)))
JOINS = insert(belonging)
REDERIVES = (
    update(customers)
    .where(customers.c.id == bindparam("row"))
    .values(status=bindparam("new_status"), name_key=bindparam("new_key"))
)
REINDEXES = {
    column: update(column.table)
    .where(column.table.c.id == bindparam("row"))
    .values({column: bindparam("index")})
    for column in (documents.c.number_index, points.c.value_index)
}

# A customer's own columns from which more follows than is written with them: keys and branches. From the
# others nothing else does, so that nobody need look at what hangs on the customer.
REFRESHED_FOR = frozenset({"name", "birth_date", "branch_id"})

Belonging = tuple[int, int, BranchReason]


def held_policies(tx: Transaction, customer: int) -> Later:
    """What the status follows from where nobody says it by hand, for `following`."""
    return tx.later(HELD, {"id": customer})


def following(tx: Transaction, given: Mapping[str, Any], held: Later | None = None) -> dict[str, Any]:
    """What follows from columns of a customer, to be written with them; `refresh` sees to the rest.

    held: of one that is there already, where its status may no longer be said by hand.
    """
    found: dict[str, Any] = {}
    if "name" in given:
        found["name_key"] = name_key(given["name"])
    if given.get("status_by_hand") is not None:
        found["status"] = given["status_by_hand"]
    elif "status_by_hand" in given and held is not None:
        found["status"] = _status(held.rows, tx.master.clock.day_of(tx.at))
    return found


def refresh(tx: Transaction, customer_ids: Iterable[int]) -> set[int]:
    """Bring everything derived of these customers up to date; those whose branches are others now."""
    ids, moved = sorted(set(customer_ids)), set()
    for start in range(0, len(ids), BATCH):
        grounds = grounds_of(tx, ids[start : start + BATCH])
        _mend_indexes(tx, grounds)
        there = {(row.key_kind, bytes(row.digest), id) for id, each in grounds.items() for row in each[KEY]}
        records = (
            record_of(each[PERSON][0], each[NAME], each[DOCUMENT], each[POINT], each[MERGED])
            for each in grounds.values()
        )
        exchange_keys(tx, there, records)
        moved |= _replace_branches(tx, grounds)
        _rederive_customers(tx, grounds)
    return moved


def _mend_indexes(tx: Transaction, grounds: Mapping[int, Grounds]) -> None:
    """Blind indexes that are stale: of numbers that another client wrote, or that are read in another way."""
    numbers = (row for each in grounds.values() for row in each[DOCUMENT])
    values = (row for each in grounds.values() for row in each[POINT])
    _mend_index(
        tx,
        documents.c.number_index,
        ((row, read_document(row.type, row.number).normal) for row in numbers),
    )
    _mend_index(
        tx,
        points.c.value_index,
        ((row, read_contact_point(row.kind, row.value).normal) for row in values),
    )


def _mend_index(tx: Transaction, column: Any, rows: Iterable[tuple[Any, str]]) -> None:
    digest = seal_for(tx.master.keys, column.type.purpose).digest
    stale = [
        {"row": row.row_id, "index": normal} for row, normal in rows if bytes(row.digest) != digest(normal)
    ]
    if stale:
        tx.tell(REINDEXES[column], stale)


def _branches_of(id: int, grounds: Grounds) -> Iterator[Belonging]:
    """Its home, its policies', its leads' owners' and its sources' branches.

    The homes of those merged into it are its own too: who saw one of them sees all that it is now.
    """
    because = (
        (BranchReason.HOME, (PERSON, MERGED)),
        (BranchReason.POLICY, (POLICY,)),
        (BranchReason.LEAD, (LEAD,)),
        (BranchReason.SOURCE, (SOURCE,)),
    )
    for reason, parts in because:
        for row in (row for part in parts for row in grounds[part]):
            if row.branch_id is not None:
                yield id, row.branch_id, reason


def _replace_branches(tx: Transaction, grounds: Mapping[int, Grounds]) -> set[int]:
    """The customers for whom something changed."""
    wanted = {each for id, its in grounds.items() for each in _branches_of(id, its)}
    there = {
        (id, row.branch_id, BranchReason(row.reason)) for id, its in grounds.items() for row in its[BRANCH]
    }
    if gone := there - wanted:
        rows = [{f"old_{name}": value for name, value in zip(NAMES, key, strict=True)} for key in gone]
        tx.tell(LEAVES, rows)
    if new := wanted - there:
        tx.tell(JOINS, [dict(zip(NAMES, key, strict=True)) for key in sorted(new)])
    return {id for id, *_ in gone | new}


def _rederive_customers(tx: Transaction, grounds: Mapping[int, Grounds]) -> None:
    today, stale = tx.master.clock.day_of(tx.at), []
    for id, each in grounds.items():
        (row,) = each[PERSON]
        status = CustomerStatus(row.status_by_hand or _status(each[POLICY], today))
        key = name_key(row.name)
        if (row.status, row.name_key) != (status, key):
            stale.append({"row": id, "new_status": status, "new_key": key})
    if stale:
        tx.tell(REDERIVES, stale)


def _status(held: Iterable[Any], today: date) -> CustomerStatus:
    """ACTIVE with a policy that runs, LOST with none but ended ones, else PROSPECT.

    A policy that is issued and begins later counts as running: its holder is a client already.
    """
    own = [row for row in held if row.role in OWN_ROLES and row.status in (*RUNNING, *ENDED)]
    if any(_runs(row.status, row.expiry_date, today) for row in own):
        return CustomerStatus.ACTIVE
    return CustomerStatus.LOST if own else CustomerStatus.PROSPECT


def _runs(status: str, expiry_date: date | None, today: date) -> bool:
    return status in RUNNING and (expiry_date is None or expiry_date >= today)
