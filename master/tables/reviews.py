"""Pairs of customers that may be one: what the rules made of them, and what stewards say; and these rules."""

from datetime import datetime

from sqlalchemy import Float, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from master.sealing import Sealed
from master.tables.base import AUTO, CodeText, Moment, Row, RowId
from master.tables.codes import ReviewAnswer, ReviewStatus
from master.tables.types import Instant, choice


class ReviewTaskRow(Row):
    """A pair, once for ever: one_id < other_id, as they were then, so no foreign keys.

    kind (of both), verdict, odds (log2), levels (of matching/compare.py's FIELDS, -1: missing), rarity (what
    the name adds; null: not kept), rules (MatchRulesRow): how it was judged.
    identity: a digest of all that was compared; another one, and what was answered does not hold any more.
    priority: odds in hundredths; the likelier, the more harm does it to leave them apart.
    assignee: the name of the token of whoever is to decide. claimed_by, decided_by: actors.
    merge_id: by which they are one now, where the answer made them that.
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
    kind: Mapped[CodeText] = mapped_column(server_default="PERSON")
    verdict: Mapped[CodeText]
    odds: Mapped[float] = mapped_column(Float)
    levels: Mapped[CodeText]
    rarity: Mapped[float | None] = mapped_column(Float)
    rules: Mapped[str]
    identity: Mapped[bytes] = mapped_column(LargeBinary)
    priority: Mapped[int]
    status: Mapped[ReviewStatus] = mapped_column(choice(ReviewStatus), server_default="OPEN")
    proposed_at: Mapped[Moment]
    assignee: Mapped[str | None]
    claimed_by: Mapped[str | None]
    claimed_until: Mapped[datetime | None] = mapped_column(Instant)
    answer: Mapped[ReviewAnswer | None] = mapped_column(choice(ReviewAnswer))
    reason: Mapped[str | None] = mapped_column(Sealed("review_tasks"))
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    merge_id: Mapped[int | None]


class MatchRulesRow(Row):
    """Rules by which pairs were judged, word for word, so that each can be judged again as it was.

    name: their version, and a digest of all that they say.
    """

    __tablename__ = "match_rules"

    name: Mapped[str] = mapped_column(primary_key=True)
    rules: Mapped[str]
    kept_at: Mapped[Moment]


class MatchRunRow(Row):
    """A run over all customers, and how far it has come.

    asked: by which rules it compares, and what it is to do; rules (MatchRulesRow): those that it judged by,
    which it may have learned. kept_at: when all that it had found stood. merged: how many customers are, and
    are not, as JSON; merged_after: the oldest customer of the last group that was gone through.
    """

    __tablename__ = "match_runs"
    __table_args__ = AUTO

    id: Mapped[RowId]
    asked: Mapped[str]
    rules: Mapped[str | None]
    started_at: Mapped[Moment]
    kept_at: Mapped[datetime | None] = mapped_column(Instant)
    merged: Mapped[str] = mapped_column(server_default="{}")
    merged_after: Mapped[int] = mapped_column(server_default="0")
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
