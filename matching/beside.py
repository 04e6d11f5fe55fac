"""One record beside some others: what speaks for and against each, the likeliest first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from matching.columns import columns
from matching.compare import FIELDS, MISSING, Levels
from matching.compare import compare as compared
from matching.normalized import NormalRecord
from matching.rules import VERDICTS, Rules, Weights
from matching.score import Reason, held_by, reasons, scored

SAME = "same"


@dataclass(frozen=True)
class Likeness:
    """place: of the other record; probability: 0 to 1; verdict: one of VERDICTS; is_likely: whether it would
    be worth a look without guards. levels: of this pair alone, by which weights it was judged.

    Of 200 records a few are told of: why is found out for them alone.
    """

    place: int
    probability: float
    verdict: str
    is_likely: bool
    levels: Levels
    weights: Weights

    @property
    def reasons(self) -> list[Reason]:
        return reasons(self.levels, np.zeros(1), self.weights)

    @property
    def guards(self) -> list[str]:
        """Why rules hold it back."""
        return held_by(self.levels, self.weights)


def beside(
    record: NormalRecord, others: Sequence[NormalRecord], rules: Rules, hidden: Mapping[str, bool]
) -> list[Likeness]:
    """hidden: fields that are left out, as if one of the two had none; true: but where both have the same.

    How rare a name is among all customers is not known here, and counts neither for nor against.
    """
    if not others:
        return []
    levels = _levels(record, others, hidden)
    judged = scored(levels, np.zeros(len(others)), rules, record.kind)
    probabilities, weights = judged.probabilities, rules.of(record.kind)
    found = [
        Likeness(
            place,
            round(float(probabilities[place]), 4),
            VERDICTS[judged.verdicts[place]],
            bool(judged.unguarded[place] >= rules.review),
            levels[place : place + 1],
            weights,
        )
        for place in range(len(others))
    ]
    return sorted(found, key=lambda each: (-each.probability, each.place))


def _levels(record: NormalRecord, others: Sequence[NormalRecord], hidden: Mapping[str, bool]) -> Levels:
    table = columns([record, *others])
    levels = compared(table, np.zeros(len(others), dtype=np.int64), np.arange(1, len(others) + 1))
    return seen(levels, hidden)


def seen(levels: Levels, hidden: Mapping[str, bool]) -> Levels:
    """Without what is hidden."""
    levels = levels.copy()
    for field, is_told_if_same in hidden.items():
        place = list(FIELDS).index(field)
        told = (levels[:, place] == FIELDS[field].index(SAME)) & is_told_if_same
        levels[:, place] = np.where(told, levels[:, place], MISSING)
    return levels
