"""Many incoming records, each beside those whom it may be: which customer it is, or may be."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

from matching.beside import seen
from matching.cluster import Clusters, Proven
from matching.columns import columns
from matching.compare import Levels, Truths, compare
from matching.normalized import NormalRecord
from matching.rules import VERDICTS, Rules
from matching.score import scored

_REVIEW = VERDICTS.index("REVIEW")


@dataclass(frozen=True, slots=True)
class Beside:
    """A record, and those whom it may be; their ids are customers'."""

    record: NormalRecord
    others: Sequence[NormalRecord]


@dataclass(frozen=True, slots=True)
class Likely:
    """A customer (id) that the record is, or may be: one of VERDICTS but DIFFERENT. odds: log2; levels: as
    review tasks keep them."""

    customer: int
    verdict: str
    odds: float
    levels: str


def likely(given: Sequence[Beside], rules: Rules, hidden: Mapping[str, bool]) -> list[list[Likely]]:
    """Of each record, the surest first. hidden: as in beside.beside; how rare a name is does not count, as
    there."""
    others = _others(given)
    at = {id(other): place for place, other in enumerate(others, start=len(given))}
    table = columns([*(each.record for each in given), *others])
    one = np.repeat(np.arange(len(given)), [len(each.others) for each in given])
    other = np.array([at[id(other)] for each in given for other in each.others], dtype=np.int64)
    levels = seen(compare(table, one, other), hidden)
    odds, verdicts = _judged(levels, table.is_organization[one], rules)
    found: list[list[Likely]] = [[] for _ in given]
    for pair in np.flatnonzero(verdicts >= _REVIEW).tolist():
        found[one[pair]].append(
            Likely(
                customer=cast(int, table.ids[other[pair]]),
                verdict=VERDICTS[verdicts[pair]],
                odds=round(float(odds[pair]), 2),
                levels=",".join(map(str, levels[pair].tolist())),
            )
        )
    return [sorted(its, key=lambda each: (-each.odds, each.customer)) for its in found]


def agree(record: NormalRecord, same: Sequence[NormalRecord], apart: Collection[tuple[int, int]]) -> bool:
    """Whether all of them can be one: no two with proven documents that differ, nor told apart; by ids."""
    joined = Clusters({each.id: _proven(each) for each in (record, *same)}, apart)
    return all(joined.join(record.id, each.id) for each in same)


def _others(given: Sequence[Beside]) -> list[NormalRecord]:
    """Each once, though it may be beside several records."""
    return list({id(other): other for each in given for other in each.others}.values())


def _judged(
    levels: Levels, is_organization: Truths, rules: Rules
) -> tuple[NDArray[np.float64], NDArray[np.int8]]:
    """Odds and verdicts; of a pair, both are of one kind."""
    odds, verdicts = np.zeros(len(levels)), np.zeros(len(levels), dtype=np.int8)
    for kind, of_kind in (("PERSON", ~is_organization), ("ORGANIZATION", is_organization)):
        judged = scored(levels[of_kind], np.zeros(int(of_kind.sum())), rules, kind)
        odds[of_kind], verdicts[of_kind] = judged.odds, judged.verdicts
    return odds, verdicts


def _proven(record: NormalRecord) -> Proven:
    return {each.type: each.number for each in record.documents if each.is_proven}
