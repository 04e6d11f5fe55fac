"""Pairs of customers that may be one: what the rules made of them, and what stewards say."""

from datetime import datetime

from sqlalchemy import Float, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from master.sealing import Sealed
from master.tables.base import AUTO, CodeText, Moment, Row, RowId
from master.tables.codes import ReviewAnswer, ReviewStatus
from master.tables.types import Instant, choice


class ReviewTaskRow(Row):
    """A pair, once for ever: one_id < other_id, as they were then, so no foreign keys.

    verdict, odds (log2), levels (of matching/compare.py's FIELDS, -1: missing), rules: how it was judged.
    identity: a digest of all that was compared; another one, and what was answered does not hold any more.
    priority: odds in hundredths; the likelier, the more harm does it to leave them apart.
    """

    __tablename__ = "review_tasks"
    __table_args__ = (
        UniqueConstraint("one_id", "other_id"),
        Index("ix_review_tasks_other_id", "other_id"),
        Index("ix_review_tasks_status_priority_id", "status", "priority", "id"),
        AUTO,
    )

    id: Mapped[RowId]
    one_id: Mapped[int]
    other_id: Mapped[int]
    verdict: Mapped[CodeText]
    odds: Mapped[float] = mapped_column(Float)
    levels: Mapped[CodeText]
    rules: Mapped[str]
    identity: Mapped[bytes] = mapped_column(LargeBinary)
    priority: Mapped[int]
    status: Mapped[ReviewStatus] = mapped_column(choice(ReviewStatus), server_default="OPEN")
    proposed_at: Mapped[Moment]
    answer: Mapped[ReviewAnswer | None] = mapped_column(choice(ReviewAnswer))
    reason: Mapped[str | None] = mapped_column(Sealed("review_tasks"))
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
