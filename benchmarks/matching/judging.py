"""Precision, recall and F1 of links against the truth."""

from collections import Counter
from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass

from benchmarks.figures import Figure


@dataclass(frozen=True)
class Judged:
    precision: float
    recall: float

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    def figures(self, name: str) -> list[Figure]:
        told = (("precision", self.precision), ("recall", self.recall), ("F1", self.f1))
        return [Figure(f"{name}: {what}", value * 100, "%") for what, value in told]


def true_pairs(people: Sequence[Hashable]) -> int:
    """people: whose each record is."""
    return sum(n * (n - 1) // 2 for n in Counter(people).values())


def judged(links: Collection[tuple[int, int]], people: Sequence[Hashable], all_true: int) -> Judged:
    """links: pairs of places in people."""
    right = sum(people[one] == people[other] for one, other in links)
    return Judged(right / len(links) if links else 1.0, right / all_true)
