"""How far the import of a file has come: kept with every part of it, read when it is started again."""

import json
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection, select

from master.session import Transaction
from master.tables.base import table
from master.tables.sources import ImportRunRow, SourceSystemRow
from master.writes.batches import NewBatch, finish_batch, hold_batch, keep_counts, open_batch
from master.writes.sourced.rows import Outcome

runs, sources = table(ImportRunRow), table(SourceSystemRow)


@dataclass
class Counts:
    """Of lines with data; warnings: of findings that refuse nothing."""

    read: int = 0
    added: int = 0
    linked: int = 0
    review: int = 0
    changed: int = 0
    unchanged: int = 0
    stale: int = 0
    refused: int = 0
    warnings: int = 0

    def count(self, outcomes: list[Outcome], warnings: int) -> None:
        self.read += len(outcomes)
        self.warnings += warnings
        for outcome in outcomes:
            setattr(self, outcome.value, getattr(self, outcome.value) + 1)


@dataclass
class Run:
    """id: None before the first lines; line: the last one that was taken in."""

    id: int | None = None
    line: int = 0
    counts: Counts = field(default_factory=Counts)

    def with_lines(self, last: int, outcomes: list[Outcome], warnings: int) -> "Run":
        """As it is when these are taken in. It stays as it was: they may have to be taken in once more."""
        counts = replace(self.counts)
        counts.count(outcomes, warnings)
        return Run(self.id, last, counts)


def unfinished_run(connection: Connection, digest: str, kind: str, source: str | None) -> Run:
    """The run to go on with: the last one of this kind and source, if it was of this file and is open.

    Where another file has come between, the older one starts again: nothing of it may overtake the newer.
    """
    found = connection.execute(
        select(runs)
        .outerjoin(sources, sources.c.id == runs.c.source_id)
        .where(runs.c.kind == kind, sources.c.code.is_not_distinct_from(source))
        .order_by(runs.c.id.desc())
        .limit(1)
    ).one_or_none()
    if found is None or found.finished_at is not None or found.file_digest != digest:
        return Run()
    if found.taking_back_at is not None:
        return Run()
    return Run(found.id, found.line, Counts(**json.loads(found.counts)))


def hold_run(tx: Transaction, run: Run) -> None:
    """Raises Conflict where it is being taken back."""
    if run.id is not None:
        hold_batch(tx, run.id)


def keep_run(tx: Transaction, run: Run, new: NewBatch) -> int:
    """Note, in the transaction that takes lines in, that the run has come to its line; its id."""
    if run.id is None:
        run.id = open_batch(tx, new)
    keep_counts(tx, run.id, run.line, vars(run.counts))
    return run.id


def finish_run(tx: Transaction, run: Run) -> None:
    if run.id is not None:
        finish_batch(tx, run.id)
