"""Batches that came in, as commands tell of them."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from master.reads.reviews import name_of_actor
from master.tables.base import table
from master.tables.codes import IncomingOutcome
from master.tables.sources import ImportRunRow, IncomingRecordRow, SourceSystemRow

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
