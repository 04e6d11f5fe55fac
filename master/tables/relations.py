"""Who is what to whom: relations between customers, households, and pairs that may be relatives."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Float, ForeignKey, Index, LargeBinary, SmallInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from master.sealing import Sealed
from master.tables.base import AUTO, CodeText, Moment, Recorded, Row, RowId
from master.tables.codes import RelationKind, SuggestionStatus
from master.tables.types import Instant, choice


class RelationRow(Row):
    """kind: what the other one is to the customer. Each relation is two rows, one a side (codes.INVERSE).

    recorded_by: the actor, where it was a person; suggestion_id: the accepted suggestion that it came from.

    Where two who are related turn out to be one and are merged, the row names the same customer twice, and is
    not told until they are two again.
    """

    __tablename__ = "relations"
    __table_args__ = (Index("ix_relations_customer_id_other_id", "customer_id", "other_id"), AUTO)

    id: Mapped[RowId]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    other_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), index=True)
    kind: Mapped[RelationKind] = mapped_column(choice(RelationKind))
    source_kind: Mapped[str | None]
    since: Mapped[date | None]
    until: Mapped[date | None]
    source_id: Mapped[int | None] = mapped_column(ForeignKey("source_systems.id"))
    recorded_at: Mapped[Recorded]
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    recorded_by: Mapped[str | None]
    suggestion_id: Mapped[int | None]


class HouseholdRow(Row):
    __tablename__ = "households"
    __table_args__ = AUTO

    id: Mapped[RowId]
    name: Mapped[str]
    recorded_at: Mapped[Recorded]


class HouseholdMemberRow(Row):
    """A person may stand in several households; role: head, spouse, child, parent, dependant, other.

    recorded_by, suggestion_id: as of a relation.
    """

    __tablename__ = "household_members"
    __table_args__ = (
        CheckConstraint("customer_id IS NOT NULL OR name IS NOT NULL", name="somebody"),
        AUTO,
    )

    id: Mapped[RowId]
    household_id: Mapped[int] = mapped_column(ForeignKey("households.id"), index=True)
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"), index=True)
    name: Mapped[str | None]
    role: Mapped[str]
    since: Mapped[date | None]
    until: Mapped[date | None]
    recorded_at: Mapped[Recorded]
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    recorded_by: Mapped[str | None]
    suggestion_id: Mapped[int | None]


class RelativeSuggestionRow(Row):
    """A pair that may be of one household, once for ever: one_id < other_id, as they were then, so no foreign
    keys.

    levels (of matching/relatives.py's FIELDS, -1: missing), older (1: the other one is older), odds (log2):
    how it was judged. identity: a digest of all that is compared of both; another one, and a refusal does
    not hold any more. priority: odds in hundredths. household_id: of which both are by having been accepted.
    """

    __tablename__ = "relative_suggestions"
    __table_args__ = (
        UniqueConstraint("one_id", "other_id"),
        Index("ix_relative_suggestions_other_id", "other_id"),
        Index("ix_relative_suggestions_status_priority_id", "status", "priority", "id"),
        AUTO,
    )

    id: Mapped[RowId]
    one_id: Mapped[int]
    other_id: Mapped[int]
    levels: Mapped[CodeText]
    older: Mapped[int] = mapped_column(SmallInteger)
    odds: Mapped[float] = mapped_column(Float)
    priority: Mapped[int]
    identity: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[SuggestionStatus] = mapped_column(choice(SuggestionStatus), server_default="OPEN")
    proposed_at: Mapped[Moment]
    reason: Mapped[str | None] = mapped_column(Sealed("relative_suggestions"))
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    household_id: Mapped[int | None]
