"""Dates, instants and decimals as the API spells them; what is not spelled so is refused."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import strawberry
from strawberry.types.scalar import ScalarDefinition

from master.clock import milliseconds, spelled
from master.tables.types import LARGEST, SCALE

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?(Z|[+-][0-9]{2}:[0-9]{2})"
)
_DECIMAL = re.compile(r"-?[0-9]{1,15}(\.[0-9]+)?")

DATE_WANTED = 'a Date is a calendar date as "2026-11-21"'
INSTANT_WANTED = 'a DateTime is an instant with its offset, as "2026-11-21T08:30:00+08:00"'
DECIMAL_WANTED = (
    'a Decimal is a string of digits as "1200.00", with at most four decimal places and'
    f" not beyond {LARGEST.quantize(Decimal(1)):,} either way"
)


def read_date(value: object) -> date:
    """Raises ValueError, saying what is wanted."""
    if isinstance(value, str) and _DATE.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise ValueError(f"{DATE_WANTED}; there is no such day") from None
    raise ValueError(DATE_WANTED)


def read_instant(value: object) -> datetime:
    """The instant in UTC, cut to milliseconds. Raises ValueError, saying what is wanted."""
    if isinstance(value, str) and _INSTANT.fullmatch(value):
        try:
            return milliseconds(datetime.fromisoformat(value).astimezone(UTC))
        except (ValueError, OverflowError):
            raise ValueError(f"{INSTANT_WANTED}; there is no such instant") from None
    raise ValueError(INSTANT_WANTED)


def read_decimal(value: object) -> Decimal:
    """Raises ValueError, saying what is wanted."""
    if not isinstance(value, str) or not _DECIMAL.fullmatch(value):
        raise ValueError(DECIMAL_WANTED)
    number = Decimal(value)
    scaled = number * SCALE
    if scaled != scaled.to_integral_value() or abs(scaled) >= 2**63:
        raise ValueError(DECIMAL_WANTED)
    return number


def told_date(value: date) -> str:
    return value.isoformat()


def told_instant(value: datetime) -> str:
    return spelled(value)


def told_decimal(value: Decimal) -> str:
    """At least two decimals, further trailing zeros dropped."""
    whole, _, places = f"{value:f}".partition(".")
    return f"{whole}.{places.rstrip('0').ljust(2, '0')}"


def _scalar(
    name: str, description: str, told: Callable[[Any], str], read: Callable[[object], Any]
) -> ScalarDefinition:
    return strawberry.scalar(name=name, description=description, serialize=told, parse_value=read)


SCALARS: dict[object, ScalarDefinition] = {
    date: _scalar("Date", "Calendar date: 2026-11-21.", told_date, read_date),
    datetime: _scalar(
        "DateTime",
        "Instant, answered in UTC: 2026-11-21T00:30:00.000Z. Input needs an offset.",
        told_instant,
        read_instant,
    ),
    Decimal: _scalar(
        "Decimal",
        'Exact decimal number as a string, at least two decimals, further trailing zeros dropped: "1200.00".',
        told_decimal,
        read_decimal,
    ),
}
