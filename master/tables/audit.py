"""Who did what, when, why and with what result. Subjects by id, never values."""

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from master.spelling import utc_now
from master.tables.base import AUTO, CodeText, Row, RowId
from master.tables.types import Instant


class AuditEntryRow(Row):
    """details: JSON without personal values (a bulk load's file digest and counts, changed field names …)."""

    __tablename__ = "audit_entries"
    __table_args__ = (
        Index("ix_audit_entries_customer_id_id", "customer_id", "id"),
        Index("ix_audit_entries_at", "at"),
        Index("ix_audit_entries_actor_action_at", "actor", "action", "at"),
        AUTO,
    )

    id: Mapped[RowId]
    at: Mapped[datetime] = mapped_column(Instant, server_default=utc_now())
    tx: Mapped[str | None]
    actor: Mapped[str]
    role: Mapped[CodeText | None]
    action: Mapped[CodeText]
    entity: Mapped[CodeText]
    entity_id: Mapped[int | None]
    customer_id: Mapped[int | None]
    outcome: Mapped[CodeText] = mapped_column(server_default="OK")
    reason: Mapped[str | None]
    request_id: Mapped[str | None]
    address: Mapped[str | None]
    details: Mapped[str] = mapped_column(server_default="{}")
