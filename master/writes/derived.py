"""What follows from other columns: status, sort keys, blocking keys, blind indexes, branches belonged to.

`refresh` is called at the end of every write with the customers it touched, and by the worker for those that
another client changed: it writes only what differs.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import starmap
from typing import Any

from sqlalchemy import Select, and_, bindparam, delete, insert, literal, or_, select, union, update

from master.reads.records import DOCUMENTS, MERGED, NAMES, PERSON, POINTS, grouped, record_of
from master.sealing import seal_for
from master.session import Transaction
from master.tables.base import table
from master.tables.branches import StaffRow
from master.tables.codes import (
    BranchReason,
    CustomerStatus,
    PolicyRole,
    PolicyStatus,
)
from master.tables.customers import (
    ContactPointRow,
    CustomerBranchRow,
    CustomerRow,
    IdentityDocumentRow,
)
from master.tables.leads import LeadRow
from master.tables.merges import MergedCustomerRow
from master.tables.policies import PolicyPartyRow, PolicyRow
from master.tables.sources import SourceRecordRow, SourceSystemRow
from master.writes.blocking_keys import replace_keys
from matching.normal import name_key
from matching.numbers import read_contact_point, read_document

BATCH = 500  # ids in one IN list: far below SQLite's 32,766 variables

customers, documents, points = table(CustomerRow), table(IdentityDocumentRow), table(ContactPointRow)
policies, parties, leads, staff = table(PolicyRow), table(PolicyPartyRow), table(LeadRow), table(StaffRow)
records, systems = table(SourceRecordRow), table(SourceSystemRow)
belonging = table(CustomerBranchRow)
merged = table(MergedCustomerRow)

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
DERIVED = (customers.c.name_key, customers.c.status, customers.c.status_by_hand)


def refresh(tx: Transaction, customer_ids: Iterable[int]) -> None:
    """Bring everything derived of these customers up to date."""
    ids = sorted(set(customer_ids))
    for start in range(0, len(ids), BATCH):
        batch = ids[start : start + BATCH]
        people = tx.execute(select(*PERSON, *DERIVED).where(customers.c.id.in_(batch))).all()
        papers, reached = _documents(tx, batch), _points(tx, batch)
        others, gone = (
            grouped(tx.execute(part.where(part.selected_columns.customer_id.in_(batch))))
            for part in (NAMES, MERGED)
        )
        rows = ((each, others[each.id], papers[each.id], reached[each.id], gone[each.id]) for each in people)
        replace_keys(tx, batch, starmap(record_of, rows))
        _replace_branches(tx, batch)
        _rederive_customers(tx, people, batch)


def _documents(tx: Transaction, ids: Sequence[int]) -> Mapping[int, list[Any]]:
    """The customers' documents, after mending blind indexes that are stale."""
    rows = tx.execute(
        DOCUMENTS.add_columns(documents.c.id, documents.c.number_index).where(
            documents.c.customer_id.in_(ids)
        )
    ).all()
    read = [(row.id, row.number_index, read_document(row.type, row.number).normal) for row in rows]
    _mend_index(tx, documents.c.number_index, read)
    return grouped(rows)


def _points(tx: Transaction, ids: Sequence[int]) -> Mapping[int, list[Any]]:
    rows = tx.execute(
        POINTS.add_columns(points.c.id, points.c.value_index).where(points.c.customer_id.in_(ids))
    ).all()
    read = [(row.id, row.value_index, read_contact_point(row.kind, row.value).normal) for row in rows]
    _mend_index(tx, points.c.value_index, read)
    return grouped(rows)


def _mend_index(tx: Transaction, column: Any, rows: list[tuple[int, bytes, str]]) -> None:
    digest = seal_for(tx.master.keys, column.type.purpose).digest
    stale = [{"row": id, "index": normal} for id, index, normal in rows if bytes(index) != digest(normal)]
    if stale:
        change = update(column.table).where(column.table.c.id == bindparam("row"))
        tx.execute(change.values({column: bindparam("index")}), stale)


def _branches_of(ids: Sequence[int]) -> Any:
    """(customer, branch, reason): its home, its policies', its leads' owners' and its sources' branches.

    The homes of those merged into it are its own too: who saw one of them sees all that it is now.
    """

    def because(reason: BranchReason, statement: Select[Any], branch: Any) -> Select[Any]:
        return statement.add_columns(branch, literal(reason.value).label("reason")).where(branch.is_not(None))

    home = select(customers.c.id).where(customers.c.id.in_(ids))
    was = select(merged.c.survivor_id).where(merged.c.survivor_id.in_(ids))
    held = select(parties.c.customer_id).join(policies, policies.c.id == parties.c.policy_id)
    held = held.where(parties.c.customer_id.in_(ids), parties.c.ended_at.is_(None))
    led = (
        select(leads.c.customer_id)
        .join(staff, staff.c.id == leads.c.owner_id)
        .where(leads.c.customer_id.in_(ids))
    )
    fed = select(records.c.customer_id).join(systems, systems.c.id == records.c.source_id)
    fed = fed.where(records.c.customer_id.in_(ids))
    return union(
        because(BranchReason.HOME, home, customers.c.branch_id),
        because(BranchReason.HOME, was, merged.c.branch_id),
        because(BranchReason.POLICY, held, policies.c.branch_id),
        because(BranchReason.LEAD, led, staff.c.branch_id),
        because(BranchReason.SOURCE, fed, systems.c.branch_id),
    )


def _replace_branches(tx: Transaction, ids: Sequence[int]) -> None:
    wanted = {tuple(row) for row in tx.execute(_branches_of(ids))}
    there = {tuple(row) for row in tx.execute(select(belonging).where(belonging.c.customer_id.in_(ids)))}
    names = belonging.columns.keys()
    if gone := there - wanted:
        same = and_(*(belonging.c[name] == bindparam(f"old_{name}") for name in names))
        rows = [{f"old_{name}": value for name, value in zip(names, key, strict=True)} for key in gone]
        tx.execute(delete(belonging).where(same), rows)
    if new := wanted - there:
        tx.execute(insert(belonging), [dict(zip(names, key, strict=True)) for key in sorted(new)])


def _rederive_customers(tx: Transaction, people: Sequence[Any], ids: Sequence[int]) -> None:
    statuses = _statuses(tx, ids)
    stale = []
    for row in people:
        status = row.status_by_hand or statuses.get(row.id, CustomerStatus.PROSPECT)
        key = name_key(row.name)
        if (row.status, row.name_key) != (status, key):
            stale.append({"row": row.id, "new_status": status, "new_key": key})
    if stale:
        change = update(customers).where(customers.c.id == bindparam("row"))
        tx.execute(change.values(status=bindparam("new_status"), name_key=bindparam("new_key")), stale)


def _statuses(tx: Transaction, ids: Sequence[int]) -> dict[int, CustomerStatus]:
    """ACTIVE with a policy that runs, LOST with none but ended ones; others are not in the answer.

    A policy that is issued and begins later counts as running: its holder is a client already.
    """
    today = tx.master.clock.day_of(tx.at)
    rows = tx.execute(
        select(parties.c.customer_id, policies.c.status, policies.c.expiry_date)
        .join(policies, policies.c.id == parties.c.policy_id)
        .where(parties.c.customer_id.in_(ids), parties.c.ended_at.is_(None), parties.c.role.in_(OWN_ROLES))
        .where(or_(policies.c.status.in_(RUNNING), policies.c.status.in_(ENDED)))
    )
    found: dict[int, CustomerStatus] = {}
    for row in rows:
        if _runs(row.status, row.expiry_date, today):
            found[row.customer_id] = CustomerStatus.ACTIVE
        else:
            found.setdefault(row.customer_id, CustomerStatus.LOST)
    return found


def _runs(status: PolicyStatus, expiry_date: date | None, today: date) -> bool:
    return status in RUNNING and (expiry_date is None or expiry_date >= today)
