"""Where a customer's values come from: all that was said, what of it stands, and why."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, select

from master.reads.sayings import Saying, Told, said_in, told_by_records
from master.tables.base import table
from master.tables.branches import BranchRow
from master.tables.codes import ContactPointKind, DocumentType
from master.tables.customers import ContactPointRow, CustomerRow, IdentityDocumentRow
from master.tables.sources import SourceSystemRow
from matching.numbers import read_contact_point, read_document
from matching.survive import Claim, Criterion, ahead_by, ranked

customers, systems, branches = table(CustomerRow), table(SourceSystemRow), table(BranchRow)
documents, points = table(IdentityDocumentRow), table(ContactPointRow)

MOST_VALUES = 200  # of one customer: a source that changes each night has said thousands in years
MOST_STATES = 200  # of one record, before the present one: each is opened, in some 0.3 ms


Thing = tuple[str, str, str]  # of a list: the field in records, the kind, the normal form


class ValueField(StrEnum):
    """What is told of a customer. The last six may have many values at once."""

    NAME = "NAME"
    KIND = "KIND"
    STATUS = "STATUS"
    GENDER = "GENDER"
    BIRTH_DATE = "BIRTH_DATE"
    BRANCH = "BRANCH"
    DOCUMENT = "DOCUMENT"
    MOBILE = "MOBILE"
    LANDLINE = "LANDLINE"
    EMAIL = "EMAIL"
    WECHAT = "WECHAT"
    ADDRESS = "ADDRESS"


SINGLE = {
    ValueField.NAME: "name",
    ValueField.KIND: "kind",
    ValueField.STATUS: "status_by_hand",
    ValueField.GENDER: "gender",
    ValueField.BIRTH_DATE: "birth_date",
    ValueField.BRANCH: "branch_id",
}
# By the names that fields have in the records of sources.
FIELDS = {"name": ValueField.NAME, "kind": ValueField.KIND, "status": ValueField.STATUS}
FIELDS |= {"gender": ValueField.GENDER, "birth_date": ValueField.BIRTH_DATE, "branch": ValueField.BRANCH}
RECORDED = {field: name for name, field in FIELDS.items()}


class Reason(StrEnum):
    """By what a value stands, or does not."""

    PINNED = Criterion.PINNED
    CORRECTED = Criterion.CORRECTED
    VERIFIED = Criterion.VERIFIED
    TRUSTED = Criterion.TRUSTED
    OWN = Criterion.OWN
    NEWEST = Criterion.NEWEST
    FULLEST = Criterion.FULLEST
    FIRST = Criterion.FIRST
    ALONE = "ALONE"
    SAME = "SAME"
    LISTED = "LISTED"
    WITHDRAWN = "WITHDRAWN"


@dataclass(frozen=True)
class SaidValue:
    """A value of a field, and who said it; key: None where it can not be pinned."""

    field: ValueField
    value: str | None
    stands: bool
    reason: Reason
    known_at: datetime
    key: str | None = None
    true_at: datetime | None = None
    until: datetime | None = None
    source: str | None = None
    source_key: str | None = None
    by: str | None = None
    why: str | None = None
    trust: int | None = None
    verified: bool = False
    pinned: bool = False


def provenance(connection: Connection, ids: Collection[int]) -> Mapping[int, list[SaidValue]]:
    """By customer and field, first what stands, then the newest first."""
    told = told_by_records(connection, ids, MOST_STATES)
    said = said_in(connection, ids, told)
    codes = {row.id: row.code for row in connection.execute(select(branches.c.id, branches.c.code))}
    found: defaultdict[int, list[SaidValue]] = defaultdict(list)
    for row in connection.execute(select(customers).where(customers.c.id.in_(ids))):
        for field in SINGLE:
            its = [each for each in said.get(row.id, ()) if each.field == RECORDED[field]]
            found[row.id] += _singly(field, row, its, codes)
    by_customer: defaultdict[int, list[_Lists]] = defaultdict(list)
    for each in told:
        by_customer[each.record.customer_id].append(_Lists.of(each))
    for id, listed in _listed(connection, ids, by_customer):
        found[id].append(listed)
    return {id: _in_order(values) for id, values in found.items()}


def _in_order(values: list[SaidValue]) -> list[SaidValue]:
    places = {field: place for place, field in enumerate(ValueField)}
    newest = sorted(values, key=lambda each: (each.stands, each.known_at), reverse=True)[:MOST_VALUES]
    return sorted(newest, key=lambda each: places[each.field])


def _singly(
    field: ValueField, row: Row[Any], said: Sequence[Saying], codes: Mapping[int, str]
) -> Iterator[SaidValue]:
    """What was said of one field, of which one value stands."""
    present = _plain(getattr(row, SINGLE[field]))
    now = [each for each in said if each.until is None]
    claims = ranked(each.claim for each in now)
    if present not in (None, *(each.value for each in claims)):
        # Nobody is known to have said it.
        unknown = Claim("", present, row.recorded_at, by_hand=True)
        now = [*now, Saying(RECORDED[field], unknown, said_by="")]
        claims = [unknown, *claims]
    for each in said:
        if each.until is not None:
            yield _told(field, each, Reason.WITHDRAWN, codes)
    for each in now:
        yield _told(field, each, _reason(each.claim, claims), codes, stands=each.claim.value == present)


def _reason(claim: Claim, claims: Sequence[Claim]) -> Reason:
    """claims: first the one that stands."""
    winner = claims[0]
    others = [each for each in claims if each.value != winner.value]
    if claim.key == winner.key:
        return _ahead(winner, others[0], claims) if others else Reason.ALONE
    return Reason.SAME if claim.value == winner.value else _ahead(winner, claim, claims)


def _ahead(winner: Claim, other: Claim, claims: Sequence[Claim]) -> Reason:
    return Reason.CORRECTED if not winner.key else Reason(ahead_by(winner, other, claims))


def _told(
    field: ValueField, saying: Saying, reason: Reason, codes: Mapping[int, str], *, stands: bool = False
) -> SaidValue:
    claim = saying.claim
    value = codes.get(claim.value) if field is ValueField.BRANCH and claim.value else claim.value
    return SaidValue(
        field=field,
        value=value,
        stands=stands,
        reason=reason,
        known_at=claim.known_at,
        key=claim.key or None if saying.until is None else None,
        true_at=claim.true_at,
        until=saying.until,
        source=saying.source,
        source_key=saying.source_key,
        by=saying.said_by or None,
        why=saying.why,
        trust=None if claim.by_hand else claim.trust,
        verified=claim.is_verified,
        pinned=claim.is_pinned and saying.until is None,
    )


@dataclass(frozen=True)
class _Lists:
    """A record with the documents and contact points of each of its states, oldest first."""

    told: Told
    things: Sequence[frozenset[Thing]]

    @classmethod
    def of(cls, told: Told) -> "_Lists":
        # A record says nearly the same things in all of its states.
        normal: dict[Thing, Thing] = {}
        return cls(told, [frozenset(_things(content, normal)) for content in told.contents])

    def since(self, thing: Thing) -> Row[Any] | None:
        """The state since which the record says it; None: it does not."""
        found = None
        for state, things in zip(reversed(self.told.states), reversed(self.things), strict=True):
            if thing not in things:
                break
            found = state
        return found


def _things(content: Mapping[str, Any], normal: dict[Thing, Thing]) -> Iterator[Thing]:
    """normal: by (field, kind, text), what was read of it already."""
    given = [("documents", each[0], each[1]) for each in content.get("documents") or ()]
    for kind in ContactPointKind:
        given += [(kind.lower(), kind.value, each[0]) for each in content.get(kind.lower()) or ()]
    for field, kind, text in given:
        known = normal.get((field, kind, text))
        if known is None:
            said = _document(kind, text) if field == "documents" else _point(kind, text)
            known = normal[field, kind, text] = (field, kind, said)
        yield known


def _listed(
    connection: Connection, ids: Collection[int], told: Mapping[int, Sequence[_Lists]]
) -> Iterator[tuple[int, SaidValue]]:
    """Documents and contact points, each as often as somebody says it."""
    codes = {row.id: row.code for row in connection.execute(select(systems.c.id, systems.c.code))}
    its = select(documents).where(documents.c.customer_id.in_(ids))
    papers = connection.execute(its.order_by(documents.c.id)).all()
    its = select(points).where(points.c.customer_id.in_(ids))
    reached = connection.execute(its.order_by(points.c.id)).all()
    rows: list[tuple[Row[Any], ValueField, str, Thing]] = [
        (row, ValueField.DOCUMENT, row.number, ("documents", row.type, _document(row.type, row.number)))
        for row in papers
    ]
    rows += [
        (row, ValueField(row.kind), row.value, (row.kind.lower(), row.kind, _point(row.kind, row.value)))
        for row in reached
    ]
    standing = {(row.customer_id, thing) for row, _, _, thing in rows if row.ended_at is None}
    for row, field, value, thing in rows:
        # One that a merge ended beside another that says the same was not taken back.
        if row.ended_at is None or (row.customer_id, thing) not in standing:
            for each in _sayers(row, thing, told.get(row.customer_id, ()), codes):
                yield row.customer_id, _listed_one(field, value, row, each)


def _document(kind: str, number: str) -> str:
    return read_document(DocumentType(kind), number).normal


def _point(kind: str, value: str) -> str:
    return read_contact_point(ContactPointKind(kind), value).normal


@dataclass(frozen=True)
class _Sayer:
    """Who says one thing of a list; source None: somebody by hand."""

    known_at: datetime
    true_at: datetime | None = None
    source: str | None = None
    source_key: str | None = None


def _sayers(row: Row[Any], thing: Thing, told: Sequence[_Lists], codes: Mapping[int, str]) -> list[_Sayer]:
    """The records that say a row now, and who put it there where that is none of these."""
    owner = codes.get(row.source_id) if row.source_id is not None else None
    if row.ended_at is not None:
        return [_Sayer(row.recorded_at, source=owner)]
    found = []
    for each in told:
        since = each.since(thing)
        if since is not None:
            code, key = each.told.system.code, each.told.record.source_key
            found.append(_Sayer(since.received_at, since.source_updated_at, code, key))
    if owner is None or owner not in [each.source for each in found]:
        found.append(_Sayer(row.recorded_at, source=owner))
    return found


def _listed_one(field: ValueField, value: str, row: Row[Any], sayer: _Sayer) -> SaidValue:
    return SaidValue(
        field=field,
        value=value,
        stands=row.ended_at is None,
        reason=Reason.LISTED if row.ended_at is None else Reason.WITHDRAWN,
        known_at=sayer.known_at,
        true_at=sayer.true_at,
        until=row.ended_at,
        source=sayer.source,
        source_key=sayer.source_key,
    )


def _plain(value: Any) -> Any:
    """As JSON has it."""
    return value.isoformat() if isinstance(value, date) else value
