"""How well links agree with pairs that people have judged."""

from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass

Pair = frozenset[Hashable]


@dataclass(frozen=True)
class Evaluation:
    """Counts of judged pairs, of which there are `all`. found, missed: the same customer, linked or not;
    wrong: two, that were linked; in_review: left to a steward, of those that are the same."""

    all: int
    found: int
    missed: int
    wrong: int
    in_review: int

    @property
    def precision(self) -> float | None:
        """Of those linked; None where none was."""
        linked = self.found + self.wrong
        return self.found / linked if linked else None

    @property
    def recall(self) -> float | None:
        """Of those that are the same; None where none is."""
        same = self.found + self.missed
        return self.found / same if same else None

    @property
    def recall_with_review(self) -> float | None:
        same = self.found + self.missed
        return (self.found + self.in_review) / same if same else None


def evaluated(verdicts: Mapping[Pair, str], labels: Mapping[Pair, bool]) -> Evaluation:
    """labels: whether each pair is one customer; a pair without a verdict counts as two."""
    same: Collection[Pair] = [pair for pair, is_same in labels.items() if is_same]
    found = sum(verdicts.get(pair) == "SAME" for pair in same)
    return Evaluation(
        all=len(labels),
        found=found,
        missed=len(same) - found,
        wrong=sum(verdicts.get(pair) == "SAME" for pair, is_same in labels.items() if not is_same),
        in_review=sum(verdicts.get(pair) == "REVIEW" for pair in same),
    )
