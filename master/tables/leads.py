"""Leads: chances to sell, each with an owner, a stage and a date."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from master.spelling import or_far_future, utc_now
from master.tables.base import AUTO, CodeText, Recorded, Row, RowId, plain
from master.tables.codes import LeadStage
from master.tables.types import Instant, Money, choice

LARGEST_SCORE = 1e12


class LeadRow(Row):
    """version: counted by a trigger. due_key: sorts those without a due date last."""

    __tablename__ = "leads"
    __table_args__ = (
        UniqueConstraint("source_id", "source_key"),
        CheckConstraint(f"score BETWEEN {-LARGEST_SCORE:g} AND {LARGEST_SCORE:g}", name="finite_score"),
        CheckConstraint("(expected_premium IS NULL) = (currency IS NULL)", name="amount_with_currency"),
        plain("currency"),
        Index("ix_leads_customer_id_due_key_id", "customer_id", "due_key", "id"),
        Index("ix_leads_due_key_id", "due_key", "id"),
        Index("ix_leads_stage_due_key_id", "stage", "due_key", "id"),
        Index("ix_leads_owner_id_due_key_id", "owner_id", "due_key", "id"),
        AUTO,
    )

    id: Mapped[RowId]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    title: Mapped[str]
    stage: Mapped[LeadStage] = mapped_column(choice(LeadStage))
    product_id: Mapped[int | None] = mapped_column(ForeignKey("products.id"))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    score: Mapped[float | None]
    expected_premium: Mapped[Decimal | None] = mapped_column(Money)
    currency: Mapped[CodeText | None]
    due_at: Mapped[datetime | None] = mapped_column(Instant)
    due_key: Mapped[datetime] = mapped_column(Instant, Computed(or_far_future("due_at"), persisted=True))
    created_at: Mapped[datetime] = mapped_column(Instant, server_default=utc_now())
    version: Mapped[int] = mapped_column(server_default="1")
    versioned_in: Mapped[str | None]
    source_id: Mapped[int | None] = mapped_column(ForeignKey("source_systems.id"))
    source_key: Mapped[str | None]
    recorded_at: Mapped[Recorded]
