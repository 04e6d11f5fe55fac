"""What the writes are given: plain values, KEEP for what was left out."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from master.tables.codes import (
    ContactChannel,
    ContactDirection,
    ContactPointKind,
    CustomerKind,
    CustomerStatus,
    DocumentType,
    Gender,
    LeadStage,
)
from master.tables.policies import DEFAULT_CURRENCY
from master.writes.kept import KEEP, Kept


@dataclass(frozen=True)
class GivenDocument:
    type: DocumentType
    number: str
    primary: bool = True


@dataclass(frozen=True)
class GivenContactPoint:
    kind: ContactPointKind
    value: str
    preferred: bool = False


@dataclass(frozen=True)
class NewCustomer:
    """branch: a code. duplicate_reason: why it is made although somebody has its document or mobile."""

    name: str
    kind: CustomerKind = CustomerKind.PERSON
    status: CustomerStatus | None = None
    gender: Gender | None = None
    birth_date: date | None = None
    branch: str | None = None
    documents: tuple[GivenDocument, ...] = ()
    contact_points: tuple[GivenContactPoint, ...] = ()
    duplicate_reason: str | None = None


@dataclass(frozen=True)
class CustomerChange:
    """customer, and documents and contact points to remove or prefer: ids; version: what the caller read."""

    customer: int
    version: int
    name: Kept[str] = KEEP
    status: Kept[CustomerStatus | None] = KEEP
    gender: Kept[Gender | None] = KEEP
    birth_date: Kept[date | None] = KEEP
    branch: Kept[str | None] = KEEP
    add_documents: tuple[GivenDocument, ...] = ()
    remove_documents: tuple[int, ...] = ()
    add_contact_points: tuple[GivenContactPoint, ...] = ()
    remove_contact_points: tuple[int, ...] = ()
    prefer_contact_point: int | None = None


@dataclass(frozen=True)
class SourcedCustomer:
    """A customer as a source system has it. KEEP: it does not say; None or (): it says there is none."""

    source: str
    key: str
    name: Kept[str] = KEEP
    kind: Kept[CustomerKind] = KEEP
    status: Kept[CustomerStatus | None] = KEEP
    gender: Kept[Gender | None] = KEEP
    birth_date: Kept[date | None] = KEEP
    branch: Kept[str | None] = KEEP
    documents: Kept[tuple[GivenDocument, ...]] = KEEP
    contact_points: Kept[tuple[GivenContactPoint, ...]] = KEEP


@dataclass(frozen=True)
class NewContact:
    """customer: an id; occurred_at None: now."""

    customer: int
    channel: ContactChannel
    direction: ContactDirection
    subject: str
    occurred_at: datetime | None = None
    outcome: str | None = None
    notes: str | None = None


@dataclass(frozen=True)
class Amount:
    amount: Decimal
    currency: str = DEFAULT_CURRENCY


@dataclass(frozen=True)
class NewLead:
    """customer: an id; product, owner: codes."""

    customer: int
    title: str
    product: str | None = None
    owner: str | None = None
    expected_premium: Amount | None = None
    due_at: datetime | None = None


@dataclass(frozen=True)
class LeadChange:
    lead: int
    version: int
    stage: Kept[LeadStage] = KEEP
    owner: Kept[str | None] = KEEP
    score: Kept[float | None] = KEEP
    expected_premium: Kept[Amount | None] = KEEP
    due_at: Kept[datetime | None] = KEEP
