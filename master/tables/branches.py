"""The insurer's own people and places: branches, a tree, and staff."""

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from master.sealing import Sealed
from master.tables.base import AUTO, CodeText, Recorded, Row, RowId, plain


class BranchRow(Row):
    """phones: its own, with | between them: no customer is known by them."""

    __tablename__ = "branches"
    __table_args__ = (UniqueConstraint("code"), plain("code"), AUTO)

    id: Mapped[RowId]
    code: Mapped[CodeText]
    name: Mapped[str]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("branches.id"), index=True)
    recorded_at: Mapped[Recorded]
    phones: Mapped[str | None] = mapped_column(Sealed("contact_points"))


class StaffRow(Row):
    """phones: as a branch's."""

    __tablename__ = "staff"
    __table_args__ = (UniqueConstraint("code"), plain("code"), AUTO)

    id: Mapped[RowId]
    code: Mapped[CodeText]
    name: Mapped[str]
    branch_id: Mapped[int | None] = mapped_column(ForeignKey("branches.id"))
    recorded_at: Mapped[Recorded]
    phones: Mapped[str | None] = mapped_column(Sealed("contact_points"))
