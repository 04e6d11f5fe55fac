"""What a source says of one thing, and what became of it."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from master.tables.codes import ContactPointKind, DocumentType
from matching.numbers import NumberReading, read_contact_point, read_document

LONGEST_KEY = 200
Said = dict[str, Any]  # what a source said, by field, as JSON values


class Outcome(StrEnum):
    ADDED = "added"
    LINKED = "linked"  # taken for a customer who was there
    REVIEW = "review"  # added, and a steward is asked whether it is one who was there
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    STALE = "stale"  # older than what the source said last
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class SourcedRow:
    """values by field: None or () where the source says there is none, left out where it does not say.

    Codes and other systems' keys are ids already.
    """

    key: str
    values: dict[str, Any]
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SourcedDocument:
    """assumed: the type is the default, not said."""

    type: DocumentType
    number: str
    reading: NumberReading
    source_type: str | None = None
    primary: bool = True
    assumed: bool = False


@dataclass(frozen=True, slots=True)
class SourcedPoint:
    kind: ContactPointKind
    value: str
    reading: NumberReading
    preferred: bool = False


@dataclass(frozen=True, slots=True)
class SourcedParty:
    """A customer (id) or a name, in the role that the field says; share in per cent."""

    customer_id: int | None = None
    name: str | None = None
    share: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about one field; never holds the value."""

    field: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of a row, with its doubtful values or the reason it was refused."""

    outcome: Outcome
    entity_id: int | None = None
    remarks: tuple[Remark, ...] = ()
    fields: tuple[str, ...] = ()


@dataclass
class Batch:
    """By the rows' keys; touched: the customers whose derived values may be stale now (not new ones)."""

    applied: dict[str, Applied] = field(default_factory=dict)
    touched: set[int] = field(default_factory=set)


def sourced_document(
    type: DocumentType,
    number: str,
    source_type: str | None = None,
    *,
    primary: bool = True,
    assumed: bool = False,
) -> SourcedDocument:
    return SourcedDocument(type, number, read_document(type, number), source_type, primary, assumed)


def sourced_point(kind: ContactPointKind, value: str, preferred: bool = False) -> SourcedPoint:
    return SourcedPoint(kind, value, read_contact_point(kind, value), preferred)


def lacking(field: str) -> Applied:
    """A new row without something it can not be made without."""
    return Applied(Outcome.REFUSED, None, (Remark(field, "REQUIRED", "A new row needs this."),))
