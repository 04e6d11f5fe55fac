"""Who is what to whom: relations between customers, and households."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from master.tables.base import AUTO, Recorded, Row, RowId
from master.tables.codes import RelationKind
from master.tables.types import Instant, choice


class RelationRow(Row):
    """kind: what the other one is to the customer. Each relation is two rows, one a side (codes.INVERSE).

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


class HouseholdRow(Row):
    __tablename__ = "households"
    __table_args__ = AUTO

    id: Mapped[RowId]
    name: Mapped[str]
    recorded_at: Mapped[Recorded]


class HouseholdMemberRow(Row):
    """A person may stand in several households; role: head, spouse, child, parent, dependant, other."""

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
