"""Customers: persons and organisations, with all that identifies them."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, PrimaryKeyConstraint, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from master.sealing import BlindIndex, Sealed
from master.spelling import utc_now
from master.tables.base import AUTO, CodeText, Recorded, Row, RowId, plain
from master.tables.codes import (
    BranchReason,
    ContactPointKind,
    CustomerKind,
    CustomerStatus,
    DocumentType,
    Gender,
    OtherNameKind,
)
from master.tables.types import Instant, choice


class CustomerRow(Row):
    """status, name_key: derived (master/writes/derived.py). revision, version: counted by triggers only."""

    __tablename__ = "customers"
    __table_args__ = (
        UniqueConstraint("number"),
        plain("number"),
        Index("ix_customers_name_key_number", "name_key", "number"),
        Index("ix_customers_updated_at_number", "updated_at", "number"),
        AUTO,
    )

    id: Mapped[RowId]
    number: Mapped[CodeText]
    kind: Mapped[CustomerKind] = mapped_column(choice(CustomerKind))
    status: Mapped[CustomerStatus] = mapped_column(choice(CustomerStatus), server_default="PROSPECT")
    status_by_hand: Mapped[CustomerStatus | None] = mapped_column(choice(CustomerStatus, "status_by_hand"))
    name: Mapped[str]
    name_key: Mapped[CodeText] = mapped_column(server_default="")
    gender: Mapped[Gender | None] = mapped_column(choice(Gender))
    birth_date: Mapped[date | None]
    branch_id: Mapped[int | None] = mapped_column(ForeignKey("branches.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(Instant, server_default=utc_now())
    updated_at: Mapped[datetime] = mapped_column(Instant, server_default=utc_now())
    version: Mapped[int] = mapped_column(server_default="0")
    versioned_in: Mapped[str | None]
    revision: Mapped[int] = mapped_column(server_default="0")
    revised_in: Mapped[str | None]
    recorded_at: Mapped[Recorded]


class OtherNameRow(Row):
    """Former names, aliases, Latin and short names: found by search, never shown as the name."""

    __tablename__ = "other_names"
    __table_args__ = AUTO

    id: Mapped[RowId]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), index=True)
    kind: Mapped[OtherNameKind] = mapped_column(choice(OtherNameKind))
    name: Mapped[str]
    recorded_at: Mapped[Recorded]
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


class IdentityDocumentRow(Row):
    """number as it was given; number_index over its normal form. Sources repeat numbers: not unique."""

    __tablename__ = "identity_documents"
    __table_args__ = (Index("ix_identity_documents_type_number_index", "type", "number_index"), AUTO)

    id: Mapped[RowId]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), index=True)
    type: Mapped[DocumentType] = mapped_column(choice(DocumentType))
    source_type: Mapped[str | None]
    number: Mapped[str] = mapped_column(Sealed("documents"))
    number_index: Mapped[str] = mapped_column(BlindIndex("documents"))
    primary: Mapped[bool] = mapped_column(server_default=false())
    doubt: Mapped[str | None]
    source_id: Mapped[int | None] = mapped_column(ForeignKey("source_systems.id"))
    recorded_at: Mapped[Recorded]
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


class ContactPointRow(Row):
    """value as it was given; value_index over its normal form."""

    __tablename__ = "contact_points"
    __table_args__ = (Index("ix_contact_points_kind_value_index", "kind", "value_index"), AUTO)

    id: Mapped[RowId]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), index=True)
    kind: Mapped[ContactPointKind] = mapped_column(choice(ContactPointKind))
    value: Mapped[str] = mapped_column(Sealed("contact_points"))
    value_index: Mapped[str] = mapped_column(BlindIndex("contact_points"))
    preferred: Mapped[bool] = mapped_column(server_default=false())
    doubt: Mapped[str | None]
    source_id: Mapped[int | None] = mapped_column(ForeignKey("source_systems.id"))
    recorded_at: Mapped[Recorded]
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


class AddressRow(Row):
    """The parts of a contact point of kind ADDRESS, where they are known (region: GB/T 2260)."""

    __tablename__ = "addresses"

    contact_point_id: Mapped[int] = mapped_column(ForeignKey("contact_points.id"), primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), index=True)
    region_code: Mapped[str | None]
    postal_code: Mapped[str | None]
    street: Mapped[str | None] = mapped_column(Sealed("contact_points"))
    recorded_at: Mapped[Recorded]


class CustomerBranchRow(Row):
    """The branches a customer belongs to, and why; derived, see master/writes/derived.py."""

    __tablename__ = "customer_branches"
    __table_args__ = (
        PrimaryKeyConstraint("customer_id", "branch_id", "reason"),
        Index("ix_customer_branches_branch_id_customer_id", "branch_id", "customer_id"),
    )

    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    branch_id: Mapped[int] = mapped_column(ForeignKey("branches.id"))
    reason: Mapped[BranchReason] = mapped_column(choice(BranchReason))
