"""Who saw whom: one entry for each answered operation, and the customers that it showed."""

from sqlalchemy import ForeignKey, Index, PrimaryKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from master.tables.base import AUTO, CodeText, Moment, Row, RowId
from master.tables.codes import Occasion
from master.tables.types import choice


class AccessEntryRow(Row):
    """viewer: the token's name at the time."""

    __tablename__ = "access_entries"
    __table_args__ = (Index("ix_access_entries_at", "at"), AUTO)

    id: Mapped[RowId]
    at: Mapped[Moment]
    occasion: Mapped[Occasion] = mapped_column(choice(Occasion))
    token_id: Mapped[CodeText]
    viewer: Mapped[str]
    role: Mapped[CodeText]
    request_id: Mapped[str | None]
    address: Mapped[str | None]
    field: Mapped[CodeText | None]
    reason: Mapped[str | None]


class AccessSubjectRow(Row):
    """No foreign key to the customer: what was seen stays noted when the customer is gone."""

    __tablename__ = "access_subjects"
    __table_args__ = (
        PrimaryKeyConstraint("customer_id", "entry_id"),
        Index("ix_access_subjects_entry_id", "entry_id"),
    )

    customer_id: Mapped[int]
    entry_id: Mapped[int] = mapped_column(ForeignKey("access_entries.id"))
