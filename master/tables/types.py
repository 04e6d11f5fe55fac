"""The column types of the master: what Python sees, and the one form both databases keep."""

from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Dialect, Enum, Integer, String
from sqlalchemy.types import TypeDecorator, TypeEngine

from master import spelling
from master.clock import milliseconds, spelled

SCALE = 10_000  # money and shares are whole numbers of 1/10,000: exact on both databases
LARGEST = Decimal(2**63 - 1) / SCALE

Id = BigInteger().with_variant(Integer, "sqlite")  # SQLite's rowid alias must be spelled INTEGER


def choice(codes: type[StrEnum], name: str = "") -> Enum:
    """A column that holds one of these codes, and is checked to; name: where a table has two of a kind."""
    return Enum(
        codes,
        native_enum=False,
        create_constraint=True,
        length=40,
        name=name or codes.__name__.lower(),
        values_callable=lambda members: [member.value for member in members],
    )


class Code(TypeDecorator[str]):
    """A short code in plain text (a branch's, a product's …), sorted byte by byte."""

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return spelling.ascii_type(dialect)


class Ten4(TypeDecorator[Decimal]):
    """A decimal with up to four places, kept as a 64-bit integer of 1/10,000."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> int | None:
        """Raises ValueError for more than four places or more than 64 bits."""
        if value is None:
            return None
        scaled = Decimal(value) * SCALE
        if scaled != scaled.to_integral_value() or abs(scaled) >= 2**63:
            raise ValueError("at most four decimal places and fifteen digits before them")
        return int(scaled)

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value) / SCALE


class Money(Ten4):
    """An amount; its currency stands in the column beside it."""

    cache_ok = True


class Share(Ten4):
    """Per cent."""

    cache_ok = True


class Instant(TypeDecorator[datetime]):
    """An instant in UTC with milliseconds; aware in Python."""

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return spelling.instant_type(dialect)

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs an offset")
        utc = milliseconds(value)
        return utc if dialect.name == "postgresql" else spelled(utc)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if isinstance(value, datetime) else datetime.fromisoformat(value)
