"""Contacts: every call, visit and message with a customer."""

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from master.sealing import Sealed
from master.tables.base import AUTO, Moment, Recorded, Row, RowId
from master.tables.codes import ContactChannel, ContactDirection
from master.tables.types import choice


class ContactRow(Row):
    __tablename__ = "contacts"
    __table_args__ = (
        UniqueConstraint("source_id", "source_key"),
        Index("ix_contacts_customer_id_occurred_at_id", "customer_id", "occurred_at", "id"),
        AUTO,
    )

    id: Mapped[RowId]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    channel: Mapped[ContactChannel] = mapped_column(choice(ContactChannel))
    direction: Mapped[ContactDirection] = mapped_column(choice(ContactDirection))
    occurred_at: Mapped[Moment]
    subject: Mapped[str]
    outcome: Mapped[str | None]
    notes: Mapped[str | None] = mapped_column(Sealed("notes"))
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    source_id: Mapped[int | None] = mapped_column(ForeignKey("source_systems.id"))
    source_key: Mapped[str | None]
    recorded_at: Mapped[Recorded]
