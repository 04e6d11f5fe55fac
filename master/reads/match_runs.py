"""Runs of matching over all customers: which one was stopped, and what it is to merge yet."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from master.tables.base import table
from master.tables.codes import ReviewStatus
from master.tables.reviews import MatchRunRow, ReviewTaskRow

runs, tasks = table(MatchRunRow), table(ReviewTaskRow)

Pair = tuple[int, int]


@dataclass(frozen=True)
class StoppedRun:
    """kept_at: when all that it had found was kept; None: it was not."""

    id: int
    started_at: datetime
    kept_at: datetime | None


@dataclass(frozen=True)
class KeptRun:
    """merged: how many customers are by now, and are not, by what came of them; merged_after: the oldest
    customer of the last group that was gone through."""

    id: int
    rules: str
    merged: Mapping[str, int]
    merged_after: int


def stopped_run(connection: Connection, asked: str, since: datetime) -> StoppedRun | None:
    """The last one, where it has not ended, began since then, and the same was asked of it."""
    row = connection.execute(select(runs).order_by(runs.c.id.desc()).limit(1)).one_or_none()
    if row is None or row.ended_at is not None or row.asked != asked or row.started_at < since:
        return None
    return StoppedRun(row.id, row.started_at, row.kept_at)


def kept_run(connection: Connection, id: int) -> KeptRun:
    row = connection.execute(select(runs).where(runs.c.id == id)).one()
    return KeptRun(row.id, row.rules, json.loads(row.merged), row.merged_after)


def same_pairs(connection: Connection, rules: str) -> dict[Pair, bytes]:
    """Open tasks of which these rules say that the two are one, the surest first; with a digest of what they
    saw."""
    wanted = select(tasks.c.one_id, tasks.c.other_id, tasks.c.identity).where(
        tasks.c.status == ReviewStatus.OPEN, tasks.c.verdict == "SAME", tasks.c.rules == rules
    )
    found = connection.execute(wanted.order_by(tasks.c.odds.desc(), tasks.c.id))
    return {(row.one_id, row.other_id): bytes(row.identity) for row in found}
