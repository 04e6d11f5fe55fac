"""Batches that came in, as commands tell of them."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select, text

from master.reads.reviews import name_of_actor
from master.tables.base import table
from master.tables.codes import IncomingOutcome
from master.tables.sources import HALF_DONE, ImportRunRow, IncomingRecordRow, SourceSystemRow

batches, incoming, systems = table(ImportRunRow), table(IncomingRecordRow), table(SourceSystemRow)

TOLD = select(
    batches,
    systems.c.code.label("source"),
    name_of_actor(batches.c.sent_by).label("sender"),
    name_of_actor(batches.c.taken_back_by).label("taker"),
).outerjoin(systems, systems.c.id == batches.c.source_id)


def last_batches(connection: Connection, most: int) -> Sequence[Row[Any]]:
    """The newest first."""
    return connection.execute(TOLD.order_by(batches.c.id.desc()).limit(most)).all()


def batch_with_id(connection: Connection, id: int) -> Row[Any] | None:
    return connection.execute(TOLD.where(batches.c.id == id)).one_or_none()


def refusals(connection: Connection, id: int) -> Iterator[tuple[int, str, str, str]]:
    """Line, column, code and message of all that was wrong in records that were refused."""
    its = select(incoming.c.line, incoming.c.findings).where(
        incoming.c.batch_id == id, incoming.c.outcome == IncomingOutcome.REFUSED
    )
    for row in connection.execute(its.order_by(incoming.c.id)):
        for column, code, message in json.loads(row.findings or "[]"):
            yield row.line, column, code, message


def left_records(connection: Connection, id: int) -> Sequence[Row[Any]]:
    """Line and why, of records that stayed when their batch was taken back, or stayed in part."""
    its = (incoming.c.batch_id == id, incoming.c.taken_back.not_in(("TAKEN_BACK", "NOTHING")))
    lines: Select[Any] = select(incoming.c.line, incoming.c.taken_back).where(*its)
    return connection.execute(lines.order_by(incoming.c.id)).all()


@dataclass(frozen=True)
class Intake:
    """What came in lately. records: of batches begun within a day, by outcome; half_done: batches that are
    being taken in or back, or were stopped at it."""

    records: Mapping[str, int]
    half_done: int


def intake(connection: Connection, now: datetime) -> Intake:
    lately = select(batches.c.counts).where(batches.c.started_at > now - timedelta(days=1))
    found = Counter(dict.fromkeys((each.value.lower() for each in IncomingOutcome), 0))
    for counts in connection.scalars(lately):
        found.update({name: count for name, count in json.loads(counts).items() if name in found})
    halves = select(func.count()).select_from(batches).where(text(HALF_DONE))
    return Intake(found, connection.scalar(halves) or 0)
