"""Asks every case of a searcher, and says how well and how fast it answered."""

import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from benchmarks.search.judging import TOP, Judged

WARM = 10  # cases asked before any is timed

Ask = Callable[[str], Awaitable[list[int]]]


@dataclass
class Score:
    """Of one class: means over its cases, and milliseconds of each; tens: the first ten of each case."""

    precision: float
    hits: float
    ceiling: float
    reciprocal: float
    times: list[float]
    tens: list[list[int]] = field(repr=False)

    def cut(self, share: int) -> float:
        return statistics.quantiles(self.times, n=100, method="inclusive")[share - 1]


async def scored(ask: Ask, cases: Sequence[Judged]) -> Score:
    """The class's figures; a case that fits nobody is a fault of the benchmark."""
    for one in cases[:WARM]:
        await ask(one.case.words)
    tens, times = [], []
    for one in cases:
        begun = time.perf_counter()
        found = await ask(one.case.words)
        times.append((time.perf_counter() - begun) * 1000)
        tens.append(found[:TOP])
    told = list(zip(cases, tens, strict=True))
    return Score(
        precision=statistics.fmean(one.precision(found) for one, found in told),
        hits=statistics.fmean(one.case.customer in found for one, found in told),
        ceiling=statistics.fmean(one.most / len(one.surely) for one in cases),
        reciprocal=statistics.fmean(_reciprocal(one, found) for one, found in told),
        times=times,
        tens=tens,
    )


def _reciprocal(one: Judged, found: list[int]) -> float:
    return 1 / (found.index(one.case.customer) + 1) if one.case.customer in found else 0.0


def missed(cases: Sequence[Judged], score: Score, most: int) -> list[tuple[str, list[int], list[int]]]:
    """The worst cases: what was typed, some that fit and were not told, and those told that do not fit."""
    worst = sorted(zip(cases, score.tens, strict=True), key=lambda pair: pair[0].precision(pair[1]))
    return [
        (
            one.case.words,
            sorted(one.surely.difference(found))[:3],
            [id for id in found[: one.most] if id not in one.fits],
        )
        for one, found in worst[:most]
        if one.precision(found) < 1
    ]
