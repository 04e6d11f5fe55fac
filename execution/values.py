"""From columns to JSON text: by the type of the column what is written, and how Python reads it back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeAlias

from sqlalchemy import Boolean, Column, ColumnElement, Date, Dialect, Enum, Float, Integer, case, null
from sqlalchemy.types import TypeDecorator

from execution.reasons import NotCompiled, Reason
from master.json_text import (
    day_text,
    decimal_text,
    hex_text,
    instant_text,
    joined,
    quoted,
    real_text,
    said,
    whole_text,
)
from master.sealing import Sealed
from master.tables.types import SCALE, Instant, Ten4

Text: TypeAlias = Callable[[ColumnElement[Any]], ColumnElement[str]]
Read: TypeAlias = Callable[[Any], Any]


@dataclass(frozen=True)
class Form:
    """How a column becomes text. json: what Python reads back by `read`; told: by type, the answer."""

    json: Text
    read: Read
    told: Mapping[str, Text] = field(default_factory=dict)


def _in_quotes(text: Text) -> Text:
    return lambda column: joined(said('"'), text(column), said('"'))


def _as_it_is(column: ColumnElement[Any]) -> ColumnElement[Any]:
    return column


def _truth(column: ColumnElement[Any]) -> ColumnElement[str]:
    return case((column.is_(None), null()), (column, said("true")), else_=said("false"))


INSTANT, DAY = _in_quotes(instant_text), _in_quotes(day_text)
CODE, DECIMAL, BYTES = _in_quotes(_as_it_is), _in_quotes(decimal_text), _in_quotes(hex_text)


def form_of(column: ColumnElement[Any], dialect: Dialect) -> Form:
    """How values of this column are written and read back."""
    kind = column.type
    if isinstance(kind, TypeDecorator):
        return _decorated(kind, dialect) or _text(column)
    if isinstance(kind, Enum):
        return _choice(kind)
    return next((form for plain, form in PLAIN.items() if isinstance(kind, plain)), None) or _text(column)


def _decorated(kind: TypeDecorator[Any], dialect: Dialect) -> Form | None:
    """None for one that changes nothing of its text."""
    if isinstance(kind, Instant):
        return Form(INSTANT, datetime.fromisoformat, {"DateTime": INSTANT})
    if isinstance(kind, Ten4):
        return Form(whole_text, lambda given: Decimal(given) / SCALE, {"Decimal": DECIMAL})
    if isinstance(kind, Sealed):
        return Form(BYTES, lambda given: kind.process_result_value(bytes.fromhex(given), dialect))
    if type(kind).process_result_value is TypeDecorator.process_result_value:
        return None
    return Form(quoted, lambda given: kind.process_result_value(given, dialect))


def _text(column: ColumnElement[Any]) -> Form:
    text = CODE if needs_no_escapes(column) else quoted
    return Form(text, str, {"String": text, "ID": text})


PLAIN: Mapping[type, Form] = {
    Date: Form(DAY, date.fromisoformat, {"Date": DAY}),
    Boolean: Form(_truth, bool, {"Boolean": _truth}),
    Float: Form(real_text, float),  # orjson and the databases write doubles in different ways
    Integer: Form(whole_text, int, {"Int": whole_text}),
}


def _choice(kind: Enum) -> Form:
    codes: Any = kind.enum_class
    if any(each.name != each.value for each in codes):
        raise NotCompiled(Reason.RESOLVER, f"{codes.__name__}: its names are not its values")
    return Form(CODE, codes, {codes.__name__: CODE})


def base_of(column: ColumnElement[Any]) -> Column[Any] | None:
    """The column of a table that is behind a column of a sub-query; None for what is computed."""
    (base,) = column.base_columns if len(column.base_columns) == 1 else (None,)
    return base if isinstance(base, Column) else None


def needs_no_escapes(column: ColumnElement[Any]) -> bool:
    """Whether a CHECK of its table keeps out what JSON would escape (tables/base.py: plain)."""
    base = base_of(column)
    if base is None or base.table is None:
        return False
    checks = (str(each.name) for each in getattr(base.table, "constraints", ()))
    return any(name.endswith(f"plain_{base.name}") for name in checks)
