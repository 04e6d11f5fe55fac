"""Chance that a seed decides: weighted choices and whole numbers, each one call of the generator."""

from bisect import bisect
from collections.abc import Iterable, Sequence
from itertools import accumulate
from random import Random
from typing import Generic, TypeVar

T = TypeVar("T")


def dice_of(*seed: object) -> Random:
    """A generator that gives the same numbers for the same seed, in any process."""
    return Random(":".join(map(str, seed)))  # noqa: S311  # it makes samples, not secrets


class Weighted(Generic[T]):
    """Things to pick from by their weights."""

    def __init__(self, items: Iterable[tuple[T, float]]) -> None:
        pairs = [(item, weight) for item, weight in items if weight > 0]
        self.items = [item for item, _ in pairs]
        self.sums = list(accumulate(weight for _, weight in pairs))

    def pick(self, dice: Random) -> T:
        return self.items[bisect(self.sums, dice.random() * self.sums[-1])]


def one_of(dice: Random, items: Sequence[T]) -> T:
    return items[int(dice.random() * len(items))]


def whole(dice: Random, low: int, high: int) -> int:
    """A whole number from low to high, both included."""
    return low + int(dice.random() * (high - low + 1))


def digits(dice: Random, count: int) -> str:
    return f"{int(dice.random() * 10**count):0{count}d}"
