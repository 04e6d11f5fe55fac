"""Tags and their categories, and which customers have them."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from master.tables.base import AUTO, CodeText, Moment, Recorded, Row, RowId, plain
from master.tables.codes import TagSource
from master.tables.types import Instant, choice


class TagCategoryRow(Row):
    __tablename__ = "tag_categories"
    __table_args__ = (UniqueConstraint("name"), AUTO)

    id: Mapped[RowId]
    name: Mapped[str]


class TagRow(Row):
    __tablename__ = "tags"
    __table_args__ = (UniqueConstraint("code"), plain("code"), AUTO)

    id: Mapped[RowId]
    code: Mapped[CodeText]
    name: Mapped[str]
    category_id: Mapped[int] = mapped_column(ForeignKey("tag_categories.id"), index=True)
    description: Mapped[str | None]
    recorded_at: Mapped[Recorded]


class CustomerTagRow(Row):
    """One row for each source that gave the tag; ended_at: taken away again."""

    __tablename__ = "customer_tags"
    __table_args__ = (
        Index("ix_customer_tags_customer_id_tag_id", "customer_id", "tag_id"),
        Index("ix_customer_tags_tag_id_customer_id", "tag_id", "customer_id"),
        AUTO,
    )

    id: Mapped[RowId]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    tag_id: Mapped[int] = mapped_column(ForeignKey("tags.id"))
    source: Mapped[TagSource] = mapped_column(choice(TagSource))
    source_id: Mapped[int | None] = mapped_column(ForeignKey("source_systems.id"))
    evidence: Mapped[str | None]
    assigned_at: Mapped[Moment]
    expires_at: Mapped[datetime | None] = mapped_column(Instant)
    recorded_at: Mapped[Recorded]
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
