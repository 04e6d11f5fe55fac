"""What changed and what waits: events, the index queue, what falls due, the writer's context."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, PrimaryKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from master.spelling import only_where, writing_transaction
from master.tables.base import AUTO, Moment, Row, RowId
from master.tables.types import Id, Instant

# Of events: somebody wrote whom no command of the hub told the triggers, or the clock did.
NOT_BY_A_COMMAND = "actor LIKE 'db:%' OR actor = 'clock'"


class ChangeContextRow(Row):
    """SQLite only: who writes and why, for the triggers. One row while `transaction()` runs, else none."""

    __tablename__ = "change_context"

    tx: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[Moment]
    actor: Mapped[str]
    reason: Mapped[str | None]
    trace: Mapped[str | None]


class EventRow(Row):
    """One for each committed revision of a customer; kept 7 days.

    survivor_id: who the customer is from now on, where this revision is the merge that ended it.

    Ids are in the order of commits on SQLite only. written_in: the PostgreSQL transaction, to read behind the
    ones that are still open (master/spelling.py).
    """

    __tablename__ = "events"
    __table_args__ = (
        UniqueConstraint("customer_id", "revision"),
        Index("ix_events_at", "at"),
        Index("ix_events_written_in", "written_in", **only_where("written_in IS NOT NULL")),
        Index("ix_events_to_mend", "customer_id", **only_where(NOT_BY_A_COMMAND)),
        AUTO,
    )

    id: Mapped[RowId]
    customer_id: Mapped[int]
    revision: Mapped[int]
    at: Mapped[Moment]
    tx: Mapped[str | None]
    actor: Mapped[str]
    survivor_id: Mapped[int | None]
    written_in: Mapped[int | None] = mapped_column(server_default=writing_transaction())


class IndexQueueRow(Row):
    """A customer whose search document is behind. Put in by triggers; deleted when it is indexed.

    claimed_by: the batch of a worker that is at it, for others not before claimed_until; a change of the
    customer ends the claim. wanted_at: since when a search waits for it. trace: the span of the last change,
    as a W3C traceparent, where traces are on.
    """

    __tablename__ = "index_queue"
    __table_args__ = (
        Index("ix_index_queue_queued_at", "queued_at", "customer_id"),
        Index("ix_index_queue_wanted_at", "wanted_at", **only_where("wanted_at IS NOT NULL")),
    )

    customer_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    revision: Mapped[int]
    queued_at: Mapped[Moment]
    attempts: Mapped[int] = mapped_column(server_default="0")
    not_before: Mapped[datetime | None] = mapped_column(Instant)
    error: Mapped[str | None]
    dead_at: Mapped[datetime | None] = mapped_column(Instant)
    claimed_by: Mapped[str | None]
    claimed_until: Mapped[datetime | None] = mapped_column(Instant)
    wanted_at: Mapped[datetime | None] = mapped_column(Instant)
    trace: Mapped[str | None]


class DueRow(Row):
    """When the clock alone changes a customer: a tag's expiry, a policy's first or last day."""

    __tablename__ = "due"
    __table_args__ = (PrimaryKeyConstraint("at", "customer_id"), Index("ix_due_customer_id", "customer_id"))

    at: Mapped[Moment]
    customer_id: Mapped[int]


class WideChangeRow(Row):
    """A change that concerns many customers (a branch moved …), queued in chunks up to `after_customer`."""

    __tablename__ = "wide_changes"
    __table_args__ = AUTO

    id: Mapped[RowId]
    subject: Mapped[str]
    row_id: Mapped[int]
    at: Mapped[Moment]
    after_customer: Mapped[int] = mapped_column(server_default="0")


class LeaseRow(Row):
    """Who alone is at something, by the database's clock."""

    __tablename__ = "leases"

    name: Mapped[str] = mapped_column(primary_key=True)
    holder: Mapped[str]
    until: Mapped[Moment]


class IndexCheckRow(Row):
    """What a comparison of master and index found; kept for good."""

    __tablename__ = "index_checks"
    __table_args__ = AUTO

    id: Mapped[RowId]
    at: Mapped[Moment]
    compared: Mapped[int]
    missing: Mapped[int]
    stale: Mapped[int]
    orphans: Mapped[int]


class IdempotencyKeyRow(Row):
    """The answer that a caller's key got; kept 24 hours."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (PrimaryKeyConstraint("token_id", "key"), Index("ix_idempotency_keys_at", "at"))

    token_id: Mapped[str] = mapped_column(ForeignKey("api_tokens.id"))
    key: Mapped[str]
    input_digest: Mapped[bytes]
    entity_id: Mapped[int]
    at: Mapped[Moment]
