"""From levels to odds and a verdict: the Fellegi-Sunter model, with guards that no score overrules.

I. P. Fellegi, A. B. Sunter, "A theory for record linkage", JASA 64 (1969). Weights are log2(m/u): bits.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.columns import Columns, Places, Values
from matching.compare import FIELDS, MISSING, Levels
from matching.rules import STRANGER, Guard, Rules, Weights

MOST_FOR_RARITY = 4.0  # bits that a rare or a common name adds or takes
JUST_BELOW = 0.01  # bits: where a guard keeps a score

_NAME, _SAME_NAME = list(FIELDS).index("name"), len(FIELDS["name"]) - 1


@dataclass(frozen=True)
class Scores:
    """By pair: log2 odds as the guards leave them, and without them; the place of the verdict in VERDICTS."""

    odds: NDArray[np.float64]
    unguarded: NDArray[np.float64]
    verdicts: NDArray[np.int8]

    @property
    def probabilities(self) -> NDArray[np.float64]:
        return probability(self.odds)


@dataclass(frozen=True)
class Reason:
    """How one field speaks for or against, in bits."""

    field: str
    level: str
    weight: float


def probability(odds: NDArray[np.float64]) -> NDArray[np.float64]:
    """0 to 1, of log2 odds."""
    return 1.0 / (1.0 + np.exp2(-np.clip(odds, -1000.0, 1000.0)))


def scored(levels: Levels, rarity: NDArray[np.float64], rules: Rules, kind: str = "PERSON") -> Scores:
    """rarity: what each pair's name adds, of `rarities`."""
    weights = rules.of(kind)
    odds = unguarded = _against_each(levels, rarity, weights).min(axis=0)
    for guard in weights.guards:
        most = (rules.review if guard.verdict == "DIFFERENT" else rules.same) - JUST_BELOW
        odds = np.where(_holds(guard, levels), np.minimum(odds, most), odds)
    verdicts = (odds >= rules.review).astype(np.int8) + (odds >= rules.same).astype(np.int8)
    return Scores(odds, unguarded, verdicts)


def _against_each(levels: Levels, rarity: NDArray[np.float64], weights: Weights) -> NDArray[np.float64]:
    """Log2 odds of one customer, a row for each alternative."""
    rows = []
    for name, alternative in weights.alternatives.items():
        odds = np.full(len(levels), alternative.prior) + (rarity if name == STRANGER else 0.0)
        for place, field in enumerate(FIELDS):
            odds += np.array([*alternative.fields[field], 0.0])[levels[:, place]]  # the last for MISSING, -1
        rows.append(odds)
    return np.array(rows)


def reasons(levels: Levels, rarity: NDArray[np.float64], weights: Weights) -> list[Reason]:
    """What speaks for and against the first pair, beside the likeliest alternative to one customer."""
    nearest = int(_against_each(levels[:1], rarity[:1], weights)[:, 0].argmin())
    name, alternative = list(weights.alternatives.items())[nearest]
    found = []
    for (field, names), level in zip(FIELDS.items(), levels[0].tolist(), strict=True):
        if level != MISSING:
            rare = float(rarity[0]) if field == "name" and name == STRANGER else 0.0
            found.append(Reason(field, names[level], round(alternative.fields[field][level] + rare, 2)))
    return found


def held_by(levels: Levels, weights: Weights) -> list[str]:
    """Why guards hold the first pair back."""
    return [guard.why for guard in weights.guards if _holds(guard, levels[:1])[0]]


def rarities(levels: Levels, counts: NDArray[np.int64], average: float) -> NDArray[np.float64]:
    """What the same name adds beside strangers: the bits by which it is rarer than names are on average.

    counts: how many records have the name of each pair. 王伟 is little evidence, 欧阳震华 is much.
    """
    bits = np.log2(max(average, 1.0) / np.maximum(counts, 1))
    clipped = np.clip(bits, -MOST_FOR_RARITY, MOST_FOR_RARITY)
    return np.where(levels[:, _NAME] == _SAME_NAME, clipped, 0.0)


def name_counts(records: Columns, places: Places) -> tuple[NDArray[np.int64], float]:
    """How many records have the first name of each of these, and how many a record's name has on average."""
    names: Values[tuple[str, str, str, str]] = records.names
    if not len(names.codes):
        return np.ones(len(places), dtype=np.int64), 1.0
    often = names.frequencies().astype(np.int64)
    firsts = names.codes[np.minimum(names.starts[:-1], len(names.codes) - 1)][places]
    return often[firsts], float((often.astype(np.float64) ** 2).sum() / often.sum())


def _holds(guard: Guard, levels: Levels) -> NDArray[np.bool_]:
    holds = np.ones(len(levels), dtype=np.bool_)
    for place, (field, names) in enumerate(FIELDS.items()):
        if field in guard.when:
            is_among = np.zeros(len(names) + 1, dtype=np.bool_)  # the last for MISSING, -1
            is_among[list(guard.when[field])] = True
            holds &= is_among[levels[:, place]]
    return holds
