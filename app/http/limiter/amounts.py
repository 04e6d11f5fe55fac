"""Costs as sums whose page sizes may be variables: made once a document, evaluated in one pass a request."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from graphql import IntValueNode, ListValueNode, ValueNode

MOST = 10**12  # far above any limit; without it, fragments that spread each other make numbers of any length
_INT32 = range(-(2**31), 2**31)


@dataclass(frozen=True, slots=True)
class Asked:
    """A list is as long as a variable says, or, where it says nothing, as its field's default."""

    variable: str
    default: int


Size: TypeAlias = int | Asked
Sizes: TypeAlias = Mapping[str, int]  # what variables say


@dataclass(slots=True)
class Amount:
    """A number, and other amounts (by their index in Amounts) times a size each."""

    fixed: int = 0
    parts: list[tuple[int, Size]] = field(default_factory=list)

    def add(self, other: "Amount") -> None:
        self.fixed = min(MOST, self.fixed + other.fixed)
        self.parts.extend(other.parts)


class Amounts:
    """The amounts that others are made of, each behind those it is made of: no recursion, no expansion."""

    def __init__(self) -> None:
        self._parts: list[Amount] = []

    def times(self, amount: Amount, size: Size) -> Amount:
        if not amount.parts and isinstance(size, int):
            return Amount(min(MOST, amount.fixed * size))
        if not amount.parts and not amount.fixed:
            return Amount()
        self._parts.append(amount)
        return Amount(0, [(len(self._parts) - 1, size)])

    def evaluated(self, amount: Amount, sizes: Sizes) -> int:
        if not amount.parts:
            return amount.fixed
        values: list[int] = []
        for part in self._parts:
            values.append(_sum(part, values, sizes))
        return _sum(amount, values, sizes)


def _sum(amount: Amount, values: Sequence[int], sizes: Sizes) -> int:
    total = amount.fixed
    for index, size in amount.parts:
        times = size if isinstance(size, int) else sizes.get(size.variable, size.default)
        total = min(MOST, total + values[index] * times)
    return total


def size_given(value: object) -> int | None:
    """The length that a variable's JSON value gives a list; None where it gives none, or may not stand."""
    if isinstance(value, list):
        return len(value)
    if isinstance(value, float) and value.is_integer():  # 10.0 is an Int to GraphQL
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or value not in _INT32:
        return None
    return max(0, value)


def size_written(node: ValueNode | None) -> int | None:
    """The same of a literal. What is longer than any Int is not read: validation refuses it."""
    if isinstance(node, ListValueNode):
        return len(node.values)
    if isinstance(node, IntValueNode) and len(node.value) <= 11:
        return size_given(int(node.value))
    return None
