"""All that was said of customers' single values, by whom and when: what golden values are chosen from."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from master.reads.reviews import name_of_actor
from master.spelling import checked
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
STATE = ("id", "customer_id", "content", "received_at", "source_updated_at")
OF_THE_HUB = frozenset({"created_at"})
BEGINNINGS = 2**62  # ids and places in histories stay below
BEHIND_ALL = -1  # a rank below those of source systems

Joined = tuple[int, str, int]  # a customer, and the table and key of a row that came to it

AT_ONCE = 16  # states that are opened of a record to find since when it says something


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


def told_by_records(
    connection: Connection, customers: Collection[int], most: int | None = None
) -> list[Told]:
    """All records of these customers, in the order in which they came; most: the last states of each."""
    own = select(records).where(checked(records.c.kind) == "customers", records.c.customer_id.in_(customers))
    rows = connection.execute(own.order_by(records.c.id)).all()
    old = _old_states(connection, [row.id for row in rows], most)
    known = {row.id: row for row in connection.execute(select(systems))} if rows else {}
    found = []
    for row in rows:
        states = standing([*old[row.id], row])
        found.append(Told(row, known[row.source_id], states, [json.loads(each.content) for each in states]))
    return found


def standing(states: Sequence[Row[Any]]) -> list[Row[Any]]:
    """The states of a record without those that were taken back: what it says then is as old as it was."""
    found: list[Row[Any]] = []
    for state in states:
        while found and found[-1].received_at > state.received_at:
            found.pop()
        found.append(state)
    return found


def said_of(connection: Connection, customers: Collection[int]) -> Mapping[int, list[Saying]]:
    """By customer, oldest first."""
    return said_in(connection, customers, told_by_records(connection, customers))


def said_now(connection: Connection, fields: Mapping[int, Collection[str]]) -> Mapping[int, list[Saying]]:
    """By customer, what is said of these of its fields and was not taken back. Of all that records have said
    before only so much is opened as tells since when they say it."""
    said = said_in(connection, fields, _told_lately(connection, fields))
    return {
        id: [each for each in its if each.until is None and each.field in fields[id]]
        for id, its in said.items()
    }


def said_in(
    connection: Connection, customers: Collection[int], told: Sequence[Told]
) -> Mapping[int, list[Saying]]:
    """The same, of records that were read already."""
    reading = _Reading(joined(connection, customers), verified(connection, customers))
    found: defaultdict[int, list[Saying]] = defaultdict(list)
    for each in told:
        found[each.record.customer_id] += reading.of_record(each)
    its = (by_hand.c.customer_id.in_(customers), by_hand.c.field.in_(GROUPS))
    hand = select(by_hand, name_of_actor(by_hand.c.said_by).label("who")).where(*its)
    for row in connection.execute(hand.order_by(by_hand.c.id)):
        found[row.customer_id].append(reading.of_hand(row))
    return {id: sorted(each, key=lambda saying: saying.claim.known_at) for id, each in found.items()}


def _told_lately(connection: Connection, fields: Mapping[int, Collection[str]]) -> list[Told]:
    """The records of these customers, with their states back to one before all that they say now of these."""
    told = {each.record.id: each for each in told_by_records(connection, fields, 0)}
    ids, place = list(told), 0
    while ids := [id for id in ids if _goes_back(told[id], fields[told[id].record.customer_id])]:
        older = _old_states(connection, ids, AT_ONCE, place)
        for id in ids:
            states = standing([*older[id], *told[id].states])
            known = len(told[id].states)
            contents = [*(json.loads(each.content) for each in states[:-known]), *told[id].contents]
            told[id] = replace(told[id], states=states, contents=contents)
        ids, place = [id for id in ids if len(older[id]) == AT_ONCE], place + AT_ONCE
    return list(told.values())


def _goes_back(told: Told, fields: Collection[str]) -> bool:
    """Whether what the record says now of one of these may be older than these states."""
    now = told.contents[-1]
    said = [field for field in fields if now.get(field) is not None]
    return any(all(each.get(field) == now[field] for each in told.contents) for field in said)


@dataclass(frozen=True)
class _Reading:
    """Makes sayings of rows, with what else is known of these customers."""

    joined: Mapping[Joined, datetime]
    verified: Set[tuple[int, str, Any]]

    def of_record(self, told: Told) -> Iterator[Saying]:
        row = told.record
        for field in GROUPS:
            values = [each.get(field) for each in told.contents]
            for start, until in _runs(values, told.states):
                state = told.states[start]
                claim = Claim(
                    key=record_key(row.id),
                    value=values[start],
                    known_at=state.received_at,
                    true_at=state.source_updated_at,
                    trust=trust_of(told.system, field),
                    is_verified=(row.customer_id, field, values[start]) in self.verified,
                    came_along=self._came_along((row.customer_id, records.name, row.id), state.received_at)
                    and not self._is_said_since(row, state),
                    turn=told.states[start - 1].history_id if start else turn_of_first(row.id),
                )
                yield Saying(field, claim, until, told.system.code, row.source_key)

    def of_hand(self, row: Row[Any]) -> Saying:
        value = json.loads(row.value)
        claim = Claim(
            key=f"h{row.id}",
            value=value,
            known_at=row.recorded_at,
            is_pinned=row.pinned,
            is_verified=(row.customer_id, row.field, value) in self.verified,
            came_along=self._came_along((row.customer_id, by_hand.name, row.id), row.recorded_at),
        )
        return Saying(
            row.field, of_unknown_hand(row.field, claim), row.ended_at, said_by=row.who, why=row.why
        )

    def _came_along(self, row: Joined, at: datetime) -> bool:
        return row in self.joined and at <= self.joined[row]

    def _is_said_since(self, record: Row[Any], state: Row[Any]) -> bool:
        """Whether a state that is as old as the merge was said after it: of whom the record is now."""
        is_as_old: bool = state.received_at == self.joined[record.customer_id, records.name, record.id]
        return is_as_old and state.customer_id == record.customer_id


def of_unknown_hand(field: str, claim: Claim) -> Claim:
    """What stands though no source says it: somebody has corrected it; but of the hub itself is the time at
    which it made a customer, and behind whatever a source says of that."""
    if field in OF_THE_HUB:
        return replace(claim, trust=BEHIND_ALL)
    return replace(claim, by_hand=True)


def record_key(id: int) -> str:
    """The key of all that a record says."""
    return f"r{id}"


def turn_of_first(record: int) -> int:
    """The turn of what a record says from its beginning: before all changes, and after older records."""
    return record - BEGINNINGS


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


def _runs(values: Sequence[Any], states: Sequence[Row[Any]]) -> Iterator[tuple[int, datetime | None]]:
    """Where each value of the states began, and when the next one did; None is no value."""
    starts = [place for place in range(len(values)) if place == 0 or values[place] != values[place - 1]]
    for start, following in zip(starts, [*starts[1:], None], strict=True):
        if values[start] is not None:
            yield start, None if following is None else states[following].received_at


def _old_states(
    connection: Connection, ids: Sequence[int], most: int | None, before: int = 0
) -> defaultdict[int, list[Row[Any]]]:
    """By record, oldest first; most: so many of each, older than so many of the last ones."""
    found: defaultdict[int, list[Row[Any]]] = defaultdict(list)
    if ids and most != 0:
        columns = [old_records.c[name] for name in (*STATE, "history_id")]
        wanted = select(*columns).where(old_records.c.id.in_(ids))
        if most is not None:
            wanted = wanted.where(old_records.c.history_id.in_(_places(ids, before, most)))
        for row in connection.execute(wanted.order_by(old_records.c.history_id)):
            found[row.id].append(row)
    return found


def _places(ids: Sequence[int], before: int, most: int) -> Select[Any]:
    """So many states of each record: chosen before any is opened."""
    place = func.row_number().over(partition_by=old_records.c.id, order_by=old_records.c.history_id.desc())
    placed = select(old_records.c.history_id, place.label("place")).where(old_records.c.id.in_(ids))
    its = placed.subquery()
    return select(its.c.history_id).where(its.c.place > before, its.c.place <= before + most)


def joined(connection: Connection, customers: Collection[int]) -> dict[Joined, datetime]:
    """When records and values of hand came to these customers by a merge that stands."""
    moved = (
        select(merges.c.survivor_id, moves.c.entity, moves.c.row_id, func.max(merges.c.at).label("at"))
        .join(merges, merges.c.id == moves.c.merge_id)
        .where(
            merges.c.survivor_id.in_(customers),
            merges.c.undone_at.is_(None),
            moves.c.entity.in_((records.name, by_hand.name)),
            moves.c.field == "customer_id",
        )
        .group_by(merges.c.survivor_id, moves.c.entity, moves.c.row_id)
    )
    return {(row.survivor_id, row.entity, row.row_id): row.at for row in connection.execute(moved)}
