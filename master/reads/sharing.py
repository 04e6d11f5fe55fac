"""Who shares a key with records: the candidates and all that is compared of them, by one statement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

import orjson
from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    FromClause,
    Integer,
    LargeBinary,
    Select,
    SmallInteger,
    String,
    bindparam,
    case,
    cast,
    exists,
    func,
    literal_column,
    null,
    select,
    type_coerce,
    union_all,
)

from master.access import customers_in_sight
from master.json_text import listed
from master.reads.blocking_keys import ARE_FILLED, DIGEST_BYTES, Key
from master.reads.own_phones import is_own_phone
from master.reads.records import record_of
from master.sealing import DIGEST_BYTES as DIGEST_OF_NUMBER
from master.sight import Reach, Sight, bound, reach_of
from master.tables.base import table
from master.tables.codes import DocumentType
from master.tables.customers import ContactPointRow, CustomerRow, IdentityDocumentRow, OtherNameRow
from master.tables.matching import BlockingFillRow, BlockingKeyRow
from master.tables.merges import MergedCustomerRow
from matching.records import CustomerRecord

customers, names = table(CustomerRow), table(OtherNameRow)
documents, points, keys = table(IdentityDocumentRow), table(ContactPointRow), table(BlockingKeyRow)
merged, fills = table(MergedCustomerRow), table(BlockingFillRow)

MOST_CANDIDATES = (
    200  # of a record, those that share most keys; opening and comparing one takes 50 µs (measured 2026-11)
)

NO_NUMBER = bytes(DIGEST_OF_NUMBER)

PERSON, NAME, DOCUMENT, POINT, MERGED, FOUND, SHARED, WHOLE = PARTS = range(8)  # what a row of the answer is

# The columns of the answer. each part has some of them.
ABSENT = {
    "kind": cast(null(), String),
    "name": cast(null(), String),
    "gender": cast(null(), String),
    "birth_date": cast(null(), customers.c.birth_date.type),
    "number": cast(null(), documents.c.number.type),
    "value": cast(null(), points.c.value.type),
    "rank": literal_column("0", Integer),
    "row_id": literal_column("0", Integer),
}


@dataclass(frozen=True)
class Sharing:
    """Customers that share a key. found: for each record the ids of those that share one with it, who shares
    most keys first. counts: of keys that more have than are followed, how many that is at least.

    is_whole: whether all customers have their keys; else some are not found.
    """

    customers: Mapping[int, CustomerRecord]
    revisions: Mapping[int, int]
    found: Sequence[Sequence[int]]
    counts: Mapping[Key, int]
    is_whole: bool


def sharing(
    connection: Connection,
    asked: Sequence[Mapping[Key, int]],
    sight: Sight | None,
    resident_ids: Sequence[bytes] = (),
) -> Sharing:
    """Who is in sight and shares one of the keys of each record; asked: of each its keys, with how many a key
    may have to be followed; resident_ids: of each the digest of a proven one, or none, so that whoever has
    another one is left out."""
    wanted = [(key, most, place) for place, keys in enumerate(asked) for key, most in keys.items()]
    if not wanted:
        return Sharing({}, {}, [()] * len(asked), {}, is_whole=True)
    given = {
        "asked": orjson.dumps([[kind, most, place] for (kind, _), most, place in wanted]).decode(),
        "digests": b"".join(digest for (_, digest), _, _ in wanted),
        "resident_ids": b"".join(each or NO_NUMBER for each in resident_ids),
    }
    most = max(most for _, most, _ in wanted)
    statement = _statement(most, reach_of(sight), connection.dialect.name, any(resident_ids))
    parts: dict[int, dict[int, list[Any]]] = {part: {} for part in PARTS}
    for row in connection.execute(statement, {**given, **bound(sight)}).all():
        parts[row.part].setdefault(row.id, []).append(row)
    found: list[list[int]] = [[] for _ in asked]
    for place, rows in parts[FOUND].items():
        found[place] = [row.row_id for row in rows]
    return Sharing(
        customers={id: _record(id, parts) for id in sorted(parts[PERSON])},
        revisions={id: rows[0].rank for id, rows in parts[PERSON].items()},
        found=found,
        counts={wanted[place][0]: rows[0].rank for place, rows in parts[SHARED].items()},
        is_whole=bool(parts[WHOLE]),
    )


def _record(id: int, parts: Mapping[int, Mapping[int, list[Any]]]) -> CustomerRecord:
    (person,) = parts[PERSON][id]
    numbers = [SimpleNamespace(type=row.kind, number=row.number) for row in parts[DOCUMENT].get(id, ())]
    gone = parts[MERGED].get(id, ())
    return record_of(person, parts[NAME].get(id, ()), numbers, parts[POINT].get(id, ()), gone)


@lru_cache(maxsize=32)
def _statement(most: int, reach: Reach | None, dialect: str, is_told_apart: bool) -> Select[Any]:
    counted = _counted(most, dialect)
    nearest = _nearest(counted, reach, is_told_apart)
    found = select(nearest.c.id).distinct().cte("candidates")
    shares = _part(FOUND, nearest.c.record, rank=nearest.c.many, row_id=nearest.c.id)
    shared = _part(SHARED, counted.c.place, rank=counted.c.many).where(counted.c.many > counted.c.most)
    whole = _part(WHOLE, fills.c.form).where(ARE_FILLED)
    parts = union_all(*_parts(found), shares, shared, whole).subquery()
    return select(parts).order_by(parts.c.part, parts.c.rank.desc(), parts.c.row_id)


def _counted(most: int, dialect: str) -> CTE:
    """Each key asked, and how many have it: counted no further than needed to know that it is too many, as it
    always is of a phone of the insurer's own."""
    given = listed(dialect, "asked", "record").subquery()
    digests, start = bindparam("digests", type_=LargeBinary), cast(given.c.place, Integer) * DIGEST_BYTES + 1
    asked = select(
        given.c.place,
        cast(given.c.kind, SmallInteger).label("kind"),
        func.substr(digests, start, DIGEST_BYTES, type_=LargeBinary).label("digest"),
        given.c.number.label("most"),
        given.c.record,
    ).cte("asked")
    its = select(keys.c.customer_id).where(keys.c.kind == asked.c.kind, keys.c.digest == asked.c.digest)
    some = its.limit(most + 1).correlate(asked).subquery()
    counted = select(func.count()).select_from(some).scalar_subquery()
    many = case((is_own_phone(asked.c.kind, asked.c.digest), most + 1), else_=counted)
    return select(*asked.c, many.label("many")).cte("counted")


def _nearest(counted: CTE, reach: Reach | None, is_told_apart: bool) -> CTE:
    """For each record, those who share most keys with it, of the keys that are followed."""
    followed = select(counted.c.kind, counted.c.digest, counted.c.record)
    followed_ones = followed.where(counted.c.many.between(1, counted.c.most)).subquery()
    its = (keys.c.kind == followed_ones.c.kind) & (keys.c.digest == followed_ones.c.digest)
    many = func.count()
    place = func.row_number().over(
        partition_by=followed_ones.c.record, order_by=(many.desc(), keys.c.customer_id)
    )
    found = (
        select(
            followed_ones.c.record, keys.c.customer_id.label("id"), many.label("many"), place.label("place")
        )
        .join_from(followed_ones, keys, its)
        .where(customers_in_sight(keys.c.customer_id, reach))
        .group_by(followed_ones.c.record, keys.c.customer_id)
        .subquery()
    )
    near = select(found).where(found.c.place <= MOST_CANDIDATES)
    return (near.where(~_is_other(found)) if is_told_apart else near).cte("nearest")


def _is_other(nearest: FromClause) -> ColumnElement[bool]:
    """Whether one has a proven resident ID, and the record another one.

    Of five who share a key with a record three do (measured 2026-11): nothing of them is opened.
    """
    start = cast(nearest.c.record, Integer) * len(NO_NUMBER) + 1
    number = func.substr(bindparam("resident_ids", type_=LargeBinary), start, len(NO_NUMBER))
    return exists().where(
        documents.c.customer_id == nearest.c.id,
        documents.c.ended_at.is_(None),
        documents.c.doubt.is_(None),
        documents.c.type == DocumentType.RESIDENT_ID,
        type_coerce(documents.c.number_index, LargeBinary) != number,
        number != NO_NUMBER,
    )


def _parts(found: CTE) -> list[Select[Any]]:
    def of(part: int, target: Any, **columns: Any) -> Select[Any]:
        picked = _part(part, target.c.customer_id, **columns, row_id=target.c.id)
        return picked.join_from(found, target, target.c.customer_id == found.c.id).where(
            target.c.ended_at.is_(None)
        )

    person = _part(
        PERSON,
        customers.c.id,
        kind=type_coerce(customers.c.kind, String),
        name=customers.c.name,
        gender=type_coerce(customers.c.gender, String),
        birth_date=customers.c.birth_date,
        rank=customers.c.revision,
    ).join_from(found, customers, customers.c.id == found.c.id)
    numbers = of(
        DOCUMENT,
        documents,
        kind=type_coerce(documents.c.type, String),
        number=documents.c.number,
        rank=cast(documents.c.primary, Integer),
    )
    reached = of(
        POINT,
        points,
        kind=type_coerce(points.c.kind, String),
        value=points.c.value,
        rank=cast(points.c.preferred, Integer),
    )
    gone = _part(
        MERGED, merged.c.survivor_id, name=merged.c.name, birth_date=merged.c.birth_date, row_id=merged.c.id
    ).join_from(found, merged, merged.c.survivor_id == found.c.id)
    return [person, of(NAME, names, name=names.c.name), numbers, reached, gone]


def _part(part: int, id: Any, **columns: Any) -> Select[Any]:
    """Rows of one part of the answer, with nothing in the columns that it has not."""
    values = {**ABSENT, **columns}
    return select(
        literal_column(str(part), Integer).label("part"),
        id.label("id"),
        *(value.label(name) for name, value in values.items()),
    )
