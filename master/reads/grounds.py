"""What follows of customers follows from this: their rows and all that hang on them, by one statement."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    LargeBinary,
    Row,
    Select,
    SmallInteger,
    String,
    bindparam,
    cast,
    literal_column,
    null,
    select,
    type_coerce,
    union_all,
)

from master.session import Transaction
from master.spelling import in_numbers, numbers_of
from master.tables.base import table
from master.tables.branches import StaffRow
from master.tables.customers import (
    ContactPointRow,
    CustomerBranchRow,
    CustomerRow,
    IdentityDocumentRow,
    OtherNameRow,
)
from master.tables.leads import LeadRow
from master.tables.matching import BlockingKeyRow
from master.tables.merges import MergedCustomerRow
from master.tables.policies import PolicyPartyRow, PolicyRow
from master.tables.sources import SourceRecordRow, SourceSystemRow

customers, names, merged = table(CustomerRow), table(OtherNameRow), table(MergedCustomerRow)
documents, points = table(IdentityDocumentRow), table(ContactPointRow)
keys, belonging = table(BlockingKeyRow), table(CustomerBranchRow)
policies, parties = table(PolicyRow), table(PolicyPartyRow)
leads, staff = table(LeadRow), table(StaffRow)
records, systems = table(SourceRecordRow), table(SourceSystemRow)

# What a row of the answer is. KEY and BRANCH: as they stand; the last three: branches that it should have.
PERSON, NAME, MERGED, DOCUMENT, POINT, KEY, BRANCH, POLICY, LEAD, SOURCE = PARTS = range(10)

# The columns of the answer; each part has some of them. day: a birth date, or the last of a policy.
ABSENT = {
    "kind": cast(null(), String),
    "type": cast(null(), String),
    "name": cast(null(), String),
    "name_key": cast(null(), String),
    "gender": cast(null(), String),
    "birth_date": cast(null(), customers.c.birth_date.type),
    "expiry_date": cast(null(), policies.c.expiry_date.type),
    "status": cast(null(), String),
    "status_by_hand": cast(null(), String),
    "role": cast(null(), String),
    "number": cast(null(), documents.c.number.type),
    "value": cast(null(), points.c.value.type),
    "digest": cast(null(), LargeBinary),
    "key_kind": cast(null(), SmallInteger),
    "branch_id": cast(null(), BigInteger),
    "reason": cast(null(), String),
    "rank": literal_column("0", Integer),
    "row_id": literal_column("0", Integer),
}

CODES = ("kind", "gender", "status", "status_by_hand")

Grounds = dict[int, list[Row[Any]]]  # of one customer, by part; what counts most first
Among: TypeAlias = Callable[[ColumnElement[int]], ColumnElement[bool]]
Part: TypeAlias = tuple[ColumnElement[int], Select[Any]]  # with the column of whose rows it has


def grounds_of(tx: Transaction, ids: Sequence[int]) -> dict[int, Grounds]:
    """Of those of these customers that there are."""
    found: dict[int, Grounds] = defaultdict(lambda: defaultdict(list))
    # One is most of what is asked for: of it PostgreSQL keeps a plan, of many it would plan each time anew.
    rows = tx.ask(OF_ONE, {"id": ids[0]}) if len(ids) == 1 else tx.ask(OF_MANY, {"ids": numbers_of(ids)})
    for row in rows:
        found[row.id][row.part].append(row)
    return {id: parts for id, parts in found.items() if parts[PERSON]}


def _statement(among: Among) -> Select[Any]:
    found = (*_own(), *_open_ones(), *_branches())
    parts = union_all(*(part.where(among(owner)) for owner, part in found)).subquery()
    return select(parts).order_by(parts.c.part, parts.c.rank.desc(), parts.c.row_id)


def _own() -> Iterator[Part]:
    """They themselves, who is merged into them, and their keys."""
    codes = {name: type_coerce(customers.c[name], String) for name in CODES}
    own = {name: customers.c[name] for name in ("name", "name_key", "birth_date", "branch_id")}
    yield _part(PERSON, customers.c.id, **own, **codes)
    gone = {name: merged.c[name] for name in ("name", "birth_date", "branch_id")}
    yield _part(MERGED, merged.c.survivor_id, **gone, row_id=merged.c.id)
    yield _part(KEY, keys.c.customer_id, key_kind=keys.c.kind, digest=keys.c.digest)


def _open_ones() -> Iterator[Part]:
    """Their names, documents and contact points."""
    number = {
        "type": type_coerce(documents.c.type, String),
        "number": documents.c.number,
        "digest": type_coerce(documents.c.number_index, LargeBinary),
        "rank": cast(documents.c.primary, Integer),
    }
    point = {
        "kind": type_coerce(points.c.kind, String),
        "value": points.c.value,
        "digest": type_coerce(points.c.value_index, LargeBinary),
        "rank": cast(points.c.preferred, Integer),
    }
    of = ((NAME, names, {"name": names.c.name}), (DOCUMENT, documents, number), (POINT, points, point))
    for part, target, columns in of:
        owner, found = _part(part, target.c.customer_id, **columns, row_id=target.c.id)
        yield owner, found.where(target.c.ended_at.is_(None))


def _branches() -> Iterator[Part]:
    """Those that they belong to, and what makes them belong to any but their homes."""
    reason = type_coerce(belonging.c.reason, String)
    yield _part(BRANCH, belonging.c.customer_id, branch_id=belonging.c.branch_id, reason=reason)
    codes = {"status": type_coerce(policies.c.status, String), "role": type_coerce(parties.c.role, String)}
    its = {"branch_id": policies.c.branch_id, "expiry_date": policies.c.expiry_date}
    owner, held = _part(POLICY, parties.c.customer_id, **its, **codes)
    held = held.join(policies, policies.c.id == parties.c.policy_id).where(parties.c.ended_at.is_(None))
    yield owner, held
    owner, led = _part(LEAD, leads.c.customer_id, branch_id=staff.c.branch_id)
    yield owner, led.join(staff, staff.c.id == leads.c.owner_id)
    owner, fed = _part(SOURCE, records.c.customer_id, branch_id=systems.c.branch_id)
    yield owner, fed.join(systems, systems.c.id == records.c.source_id)


def _part(part: int, owner: ColumnElement[int], **columns: Any) -> Part:
    """Rows of one part of the answer, with nothing in the columns that it has not."""
    values = {**ABSENT, **columns}
    return owner, select(
        literal_column(str(part), Integer).label("part"),
        owner.label("id"),
        *(value.label(name) for name, value in values.items()),
    )


OF_ONE = _statement(lambda owner: owner == bindparam("id", type_=BigInteger()))
OF_MANY = _statement(lambda owner: in_numbers(owner, bindparam("ids", type_=String())))
# The policies alone, of one.
HELD = (
    select(policies.c.status, policies.c.expiry_date, parties.c.role)
    .join(parties, parties.c.policy_id == policies.c.id)
    .where(parties.c.customer_id == bindparam("id", type_=BigInteger()), parties.c.ended_at.is_(None))
)
