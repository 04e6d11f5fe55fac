"""Products, policies and the people on them."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from master.tables.base import AUTO, CodeText, Recorded, Row, RowId, plain
from master.tables.codes import PolicyRole, PolicyStatus
from master.tables.types import Instant, Money, Share, choice

DEFAULT_CURRENCY = "CNY"


class ProductRow(Row):
    __tablename__ = "products"
    __table_args__ = (UniqueConstraint("code"), plain("code"), plain("line"), AUTO)

    id: Mapped[RowId]
    code: Mapped[CodeText]
    name: Mapped[str]
    line: Mapped[CodeText]
    recorded_at: Mapped[Recorded]


class PolicyRow(Row):
    """Policy numbers are unique within a source; a policy made by hand has none."""

    __tablename__ = "policies"
    __table_args__ = (
        UniqueConstraint("source_id", "number"),
        Index("ix_policies_number_id", "number", "id"),
        plain("number"),
        plain("currency"),
        AUTO,
    )

    id: Mapped[RowId]
    source_id: Mapped[int | None] = mapped_column(ForeignKey("source_systems.id"))
    number: Mapped[CodeText]
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"), index=True)
    status: Mapped[PolicyStatus] = mapped_column(choice(PolicyStatus))
    source_status: Mapped[str | None]
    effective_date: Mapped[date]
    expiry_date: Mapped[date | None]
    annual_premium: Mapped[Decimal] = mapped_column(Money)
    sum_insured: Mapped[Decimal | None] = mapped_column(Money)
    currency: Mapped[CodeText] = mapped_column(server_default=DEFAULT_CURRENCY)
    branch_id: Mapped[int | None] = mapped_column(ForeignKey("branches.id"), index=True)
    recorded_at: Mapped[Recorded]


class PolicyPartyRow(Row):
    """A person in a role on a policy: a customer, or a free-text name (法定继承人)."""

    __tablename__ = "policy_parties"
    __table_args__ = (
        CheckConstraint("customer_id IS NOT NULL OR name IS NOT NULL", name="somebody"),
        Index("ix_policy_parties_customer_id_policy_id", "customer_id", "policy_id"),
        AUTO,
    )

    id: Mapped[RowId]
    policy_id: Mapped[int] = mapped_column(ForeignKey("policies.id"), index=True)
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"))
    role: Mapped[PolicyRole] = mapped_column(choice(PolicyRole))
    name: Mapped[str | None]
    position: Mapped[int | None]
    share: Mapped[Decimal | None] = mapped_column(Share)
    recorded_at: Mapped[Recorded]
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
