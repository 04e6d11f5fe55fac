"""What of a query's variables tells one plan from another: not their values, but what is there."""

from collections.abc import Hashable, Mapping
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any


def shape(value: Any) -> Hashable:
    """Null or not, truths and enums by value, lists by length, inputs by keys; text empty, blank or not.

    Enums by value, for one may be what a list is ordered by; those of a list are only looked for.
    """
    if value is None or isinstance(value, bool | Enum):
        return value
    if isinstance(value, str):
        return "text" if value.strip() else "blank" if value else "empty"
    if isinstance(value, list):
        return tuple("choice" if isinstance(each, Enum) else shape(each) for each in value)
    if isinstance(value, Mapping):
        return frozenset((name, shape(each)) for name, each in value.items())
    return (
        "number"
        if isinstance(value, int | float | Decimal)
        else "day"
        if isinstance(value, date)
        else "other"
    )
