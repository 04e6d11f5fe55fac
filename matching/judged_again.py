"""A pair that was judged before, judged again from its levels: nothing is compared anew."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from matching.beside import seen
from matching.rules import VERDICTS, Rules
from matching.score import Reason, held_by, probability, reasons, scored


@dataclass(frozen=True)
class JudgedBefore:
    """kind of both; levels: places in those of compare.FIELDS, with commas between; rarity: what the name
    added."""

    kind: str
    levels: str
    rarity: float


@dataclass(frozen=True)
class Judged:
    """odds: log2; probability: 0 to 1; verdict: one of VERDICTS; guards: why rules hold it back."""

    odds: float
    probability: float
    verdict: str
    reasons: tuple[Reason, ...]
    guards: tuple[str, ...]


def probability_of(odds: float) -> float:
    """0 to 1, of log2 odds."""
    return round(float(probability(np.array([odds]))[0]), 4)


def priority_of(odds: float) -> int:
    """In hundredths: the likelier, the more harm does it to leave the two apart."""
    return round(odds * 100)


def judged_again(pair: JudgedBefore, rules: Rules, hidden: Mapping[str, bool] | None = None) -> Judged:
    """hidden: as in beside.beside."""
    levels = seen(np.array([pair.levels.split(",")], dtype=np.int8), hidden or {})
    rarity, weights = np.array([0.0 if "name" in (hidden or {}) else pair.rarity]), rules.of(pair.kind)
    judged = scored(levels, rarity, rules, pair.kind)
    odds = round(float(judged.odds[0]), 2)
    return Judged(
        odds=odds,
        probability=probability_of(odds),
        verdict=VERDICTS[judged.verdicts[0]],
        reasons=tuple(reasons(levels, rarity, weights)),
        guards=tuple(held_by(levels, weights)),
    )
