"""All that was said of customers' single values, by whom and when: what golden values are chosen from."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select

from master.tables.base import table
from master.tables.codes import DocumentType
from master.tables.customers import IdentityDocumentRow
from master.tables.history import HISTORY
from master.tables.merges import MergeChangeRow, MergeRow
from master.tables.sources import HandValueRow, SourceRecordRow, SourceSystemRow
from matching.numbers import read_document
from matching.survive import GROUPS, Claim, Group

records, systems, by_hand = table(SourceRecordRow), table(SourceSystemRow), table(HandValueRow)
documents, merges, moves = table(IdentityDocumentRow), table(MergeRow), table(MergeChangeRow)
old_records = HISTORY[records.name]

TRUST = {group: systems.c[f"trust_{group.lower()}"] for group in Group}
STATE = ("id", "content", "received_at", "source_updated_at")


@dataclass(frozen=True, slots=True)
class Saying:
    """What a record of a source says of a field, or somebody by hand; until: it was taken back then."""

    field: str
    claim: Claim
    until: datetime | None = None
    source: str | None = None
    source_key: str | None = None
    said_by: str | None = None
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """A record, its system, and all that it has said: its states with their contents, oldest first."""

    record: Row[Any]
    system: Row[Any]
    states: Sequence[Row[Any]]
    contents: Sequence[Mapping[str, Any]]


def told_by_records(connection: Connection, customers: Collection[int]) -> list[Told]:
    """All records of these customers, in the order in which they came."""
    own = select(records).where(records.c.kind == "customers", records.c.customer_id.in_(customers))
    rows = connection.execute(own.order_by(records.c.id)).all()
    old = _old_states(connection, [row.id for row in rows])
    known = {row.id: row for row in connection.execute(select(systems))} if rows else {}
    found = []
    for row in rows:
        states = [*old[row.id], row]
        found.append(Told(row, known[row.source_id], states, [json.loads(each.content) for each in states]))
    return found


def said_of(connection: Connection, customers: Collection[int]) -> Mapping[int, list[Saying]]:
    """By customer, oldest first."""
    return said_in(connection, customers, told_by_records(connection, customers))


def said_in(
    connection: Connection, customers: Collection[int], told: Sequence[Told]
) -> Mapping[int, list[Saying]]:
    """The same, of records that were read already."""
    reading = _Reading(_joined(connection, customers), verified(connection, customers))
    found: defaultdict[int, list[Saying]] = defaultdict(list)
    for each in told:
        found[each.record.customer_id] += reading.of_record(each)
    hand = select(by_hand).where(by_hand.c.customer_id.in_(customers), by_hand.c.field.in_(GROUPS))
    for row in connection.execute(hand.order_by(by_hand.c.id)):
        found[row.customer_id].append(reading.of_hand(row))
    return {id: sorted(each, key=lambda saying: saying.claim.known_at) for id, each in found.items()}


@dataclass(frozen=True)
class _Reading:
    """Makes sayings of rows, with what else is known of these customers."""

    joined: Mapping[tuple[str, int], datetime]
    verified: Set[tuple[int, str, Any]]

    def of_record(self, told: Told) -> Iterator[Saying]:
        row = told.record
        for field in GROUPS:
            for value, state, until in runs([each.get(field) for each in told.contents], told.states):
                claim = Claim(
                    key=record_key(row.id),
                    value=value,
                    known_at=state.received_at,
                    true_at=state.source_updated_at,
                    trust=trust_of(told.system, field),
                    is_verified=(row.customer_id, field, value) in self.verified,
                    came_along=self._came_along(records.name, row.id, state.received_at),
                )
                yield Saying(field, claim, until, told.system.code, row.source_key)

    def of_hand(self, row: Row[Any]) -> Saying:
        value = json.loads(row.value)
        claim = Claim(
            key=f"h{row.id}",
            value=value,
            known_at=row.recorded_at,
            by_hand=True,
            is_pinned=row.pinned,
            is_verified=(row.customer_id, row.field, value) in self.verified,
            came_along=self._came_along(by_hand.name, row.id, row.recorded_at),
        )
        return Saying(row.field, claim, row.ended_at, said_by=row.said_by, why=row.why)

    def _came_along(self, entity: str, id: int, at: datetime) -> bool:
        joined = self.joined.get((entity, id))
        return joined is not None and at <= joined


def record_key(id: int) -> str:
    """The key of all that a record says."""
    return f"r{id}"


def trust_of(system: Any, field: str) -> int:
    """How far a source system's row is trusted in a field."""
    own: int | None = getattr(system, TRUST[GROUPS[field]].name)
    rank: int = system.trust if own is None else own
    return rank


def verified(connection: Connection, customers: Collection[int]) -> set[tuple[int, str, Any]]:
    """(customer, field, value as JSON) that a resident ID without a fault tells too."""
    papers = select(documents.c.customer_id, documents.c.type, documents.c.number).where(
        documents.c.customer_id.in_(customers), documents.c.ended_at.is_(None)
    )
    found: set[tuple[int, str, Any]] = set()
    for row in connection.execute(papers):
        if row.type is not DocumentType.RESIDENT_ID:
            continue
        reading = read_document(row.type, row.number)
        if reading.doubt is None and reading.birth_date is not None:
            found.add((row.customer_id, "birth_date", reading.birth_date.isoformat()))
            found.add((row.customer_id, "gender", reading.gender))
    return found


def runs(
    values: Sequence[Any], states: Sequence[Row[Any]]
) -> Iterator[tuple[Any, Row[Any], datetime | None]]:
    """Each value of the states with the one that began it, and when the next did; None is no value."""
    starts = [place for place in range(len(values)) if place == 0 or values[place] != values[place - 1]]
    for start, following in zip(starts, [*starts[1:], None], strict=True):
        if values[start] is not None:
            until = None if following is None else states[following].received_at
            yield values[start], states[start], until


def _old_states(connection: Connection, ids: Sequence[int]) -> defaultdict[int, list[Row[Any]]]:
    found: defaultdict[int, list[Row[Any]]] = defaultdict(list)
    if ids:
        wanted = select(*(old_records.c[name] for name in STATE)).where(old_records.c.id.in_(ids))
        for row in connection.execute(wanted.order_by(old_records.c.history_id)):
            found[row.id].append(row)
    return found


def _joined(connection: Connection, customers: Collection[int]) -> dict[tuple[str, int], datetime]:
    """When records and values of hand came to these customers by a merge that stands, by (table, row)."""
    moved = (
        select(moves.c.entity, moves.c.row_id, func.max(merges.c.at).label("at"))
        .join(merges, merges.c.id == moves.c.merge_id)
        .where(
            merges.c.survivor_id.in_(customers),
            merges.c.undone_at.is_(None),
            moves.c.entity.in_((records.name, by_hand.name)),
            moves.c.field == "customer_id",
        )
        .group_by(moves.c.entity, moves.c.row_id)
    )
    return {(row.entity, row.row_id): row.at for row in connection.execute(moved)}
