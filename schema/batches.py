"""Batches: files and lists of records that came in, what became of each record, and taking them back."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import strawberry

from intake.hints import hint_of
from loaders.import_batches import batches_by_id, records_by_batch
from master.tables.codes import LEFT_BECAUSE
from matching.masks import masked_text
from schema.codes import BatchOrigin, IncomingOutcome, TakenBack
from schema.described import described, described_from, described_input
from schema.errors import UserError
from schema.fields import answered_by, computed_by, identified, loaded_by, masked_by
from schema.ids import BATCH
from schema.pages import Connection, Edge, edges, nodes


@described
class BatchFinding:
    """Something wrong or doubtful in a record. Tells no value of it."""

    column: str
    """The column or field; empty: the record as a whole."""
    code: str
    """What kind of thing it is."""
    message: str
    """What it is."""
    hint: str
    """What to do about it."""


async def _findings(root: Any) -> list[BatchFinding]:
    return [
        BatchFinding(column=column, code=code, message=message, hint=hint_of(code))
        for column, code, message in (json.loads(root.findings) if root.findings else ())
    ]


def _left_because(became: TakenBack | None) -> str | None:
    return None if became is None else LEFT_BECAUSE.get(TakenBack(became))


def _count(name: str) -> Callable[[str], int]:
    def count(counts: str) -> int:
        found: int = json.loads(counts).get(name, 0)
        return found

    return count


@described
class BatchRecord:
    """A record of a batch, and what became of it."""

    line: int
    """Its line in the file, or its place in the list, from 1."""
    outcome: IncomingOutcome
    """What became of it when it came."""
    findings: list[BatchFinding] = answered_by(_findings)
    """Why it was refused, or what is doubtful in it."""
    taken_back: TakenBack | None
    """What became of it when the batch was taken back; null: nobody has tried."""
    left_because: str | None = computed_by(_left_because, "taken_back")
    """Why it was left then, and what to do; null where it was not."""


@described_from(Edge)
class BatchRecordEdge:
    """A record in a list."""

    cursor: str
    """Its place in the list."""
    node: BatchRecord
    """The record."""


@described
class BatchRecordConnection(Connection):
    """A page of the records of a batch."""

    edges: list[BatchRecordEdge] = edges()
    nodes: list[BatchRecord] = nodes()


@described_input
class BatchRecordFilter:
    """All that are given hold together."""

    outcome: list[IncomingOutcome] | None = strawberry.UNSET
    """What became of it: one of these."""
    taken_back: list[TakenBack] | None = strawberry.UNSET
    """What became of taking it back: one of these."""


@described
class Batch:
    """A file that was imported, or a list of records that was submitted. For those who see all branches."""

    id: strawberry.ID = identified(BATCH)
    """Opaque and globally unique."""
    origin: BatchOrigin
    """How it came."""
    kind: str
    """Of what: branches, products, tags, customers, documents, relations, policies, contacts or leads."""
    source: str | None
    """The code of the system that it came from; null for branches, products and tags."""
    file_name: str | None
    """What the file was called."""
    sent_by: str | None
    """Who sent it: the name of a token, or of a command."""
    started_at: datetime
    """When its first record came."""
    finished_at: datetime | None
    """When its last one had come; null: it still comes, or was stopped."""
    read: int = computed_by(_count("read"), "counts")
    """How many records came."""
    added: int = computed_by(_count("added"), "counts")
    """How many of these were new."""
    linked: int = computed_by(_count("linked"), "counts")
    """How many were taken for customers who were there."""
    review: int = computed_by(_count("review"), "counts")
    """How many were added, and stewards asked whether they are somebody who was there."""
    changed: int = computed_by(_count("changed"), "counts")
    """How many changed what their source had said."""
    unchanged: int = computed_by(_count("unchanged"), "counts")
    """How many said what their source had said already."""
    stale: int = computed_by(_count("stale"), "counts")
    """How many were older than what their source had said already."""
    refused: int = computed_by(_count("refused"), "counts")
    """How many were not taken in."""
    warnings: int = computed_by(_count("warnings"), "counts")
    """How many findings there were that refuse nothing."""
    open_reviews: int
    """How many of the review tasks that it made wait still."""
    records: BatchRecordConnection = loaded_by(records_by_batch, filter=BatchRecordFilter)
    """Its records, in the order in which they came."""
    taking_back_at: datetime | None
    """Since when it is being taken back; null: it is not."""
    taken_back_at: datetime | None
    """When all was taken back that could be; null, though it was begun: half of it still stands."""
    taken_back_by: str | None
    """Who takes it back: the name of a token, or of a command."""
    taken_back_reason: str | None = masked_by("notes", masked_text, "taken_back_reason")
    """Why."""
    records_forgotten_at: datetime | None
    """Since when some of its records are no longer kept, and it can not be taken back; null: all are."""


@described_from(Edge)
class BatchEdge:
    """A batch in a list."""

    cursor: str
    """Its place in the list."""
    node: Batch
    """The batch."""


@described
class BatchConnection(Connection):
    """A page of batches."""

    edges: list[BatchEdge] = edges()
    nodes: list[Batch] = nodes()


@described_input
class BatchFilter:
    """All that are given hold together."""

    kind: str | None = strawberry.UNSET
    """Of what, as Batch.kind tells it."""
    source: str | None = strawberry.UNSET
    """The code of the system that it came from."""
    origin: BatchOrigin | None = strawberry.UNSET
    """How it came."""


@described_input
class TakeBackBatchInput:
    """A batch that was wrong."""

    id: strawberry.ID
    """Which."""
    reason: str
    """Why; it is kept with the batch, and with each change that this makes."""


@described
class TakeBackBatchPayload:
    """What came of taking a batch back."""

    batch_id: strawberry.Private[int | None]
    batch: Batch | None = loaded_by(batches_by_id, key="batch_id")
    """The batch as it is now."""
    errors: list[UserError]
    """What was refused; TIMEOUT: a part of it stands still, call again to go on. Empty: it is done."""
