"""What of a query's variables tells one plan from another: not their values, but what is there."""

from collections.abc import Hashable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

from graphql import ListTypeNode, NamedTypeNode, NonNullTypeNode, TypeNode, VariableDefinitionNode

# Of rows: a whole number says how many are wanted, and about so many stands in the SQL (master/planning.py).
PAGES = (1, 5, 10, 25, 50, 100, 250, 500, 1000)


def shapes(definitions: Iterable[VariableDefinitionNode], values: Mapping[str, Any]) -> Hashable:
    """Of all variables' values. Lists of ids are alike whatever is in them: `nodes` binds one as a whole, and
    no filter takes any."""
    ids = {each.variable.name.value for each in definitions if _is_list_of_ids(each.type)}
    return frozenset(
        (name, "ids" if name in ids and value else shape(value)) for name, value in values.items()
    )


def _is_list_of_ids(kind: TypeNode) -> bool:
    wrapped = _nullable(kind)
    inside = _nullable(wrapped.type) if isinstance(wrapped, ListTypeNode) else None
    return isinstance(inside, NamedTypeNode) and inside.name.value == "ID"


def _nullable(kind: TypeNode) -> TypeNode:
    return kind.type if isinstance(kind, NonNullTypeNode) else kind


def shape(value: Any) -> Hashable:
    """Null or not, truths and enums by value, whole numbers by size, lists by length, inputs by keys; text
    empty, blank or not.

    Enums by value, for one may be what a list is ordered by; those of a list are only looked for.
    """
    if value is None or isinstance(value, bool | Enum):
        return value
    if isinstance(value, int):
        return room_for(value)
    if isinstance(value, str):
        return "text" if value.strip() else "blank" if value else "empty"
    if isinstance(value, list):
        return tuple("choice" if isinstance(each, Enum) else shape(each) for each in value)
    if isinstance(value, Mapping):
        return frozenset((name, shape(each)) for name, each in value.items())
    return "number" if isinstance(value, float | Decimal) else "day" if isinstance(value, date) else "other"


def room_for(rows: int) -> int:
    """The size of page that these fit in: so few that a list read by pages of any size has few plans."""
    return next((each for each in PAGES if rows <= each), PAGES[-1])
