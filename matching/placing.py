"""Many incoming records, each beside those whom it may be: which customer it is, or may be."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

import numpy as np

from matching.beside import seen
from matching.block import KINDS, Blocks, pairs_in
from matching.cluster import Clusters, Proven
from matching.columns import Columns, Places, columns, of_few
from matching.compare import compare
from matching.normalized import NormalRecord
from matching.rules import VERDICTS, Rules
from matching.score import scored

_REVIEW = VERDICTS.index("REVIEW")
NAMES = {number: kind for kind, number in KINDS.items()}


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
    found: list[list[Likely]] = [[] for _ in given]
    for place, judged in _judged(table, (one, other), rules, hidden):
        found[one[place]].append(judged)
    return [sorted(its, key=lambda each: (-each.odds, each.customer)) for its in found]


def likely_pairs(
    records: Sequence[NormalRecord], keys: Sequence[Collection[tuple[int, bytes]]], rules: Rules
) -> list[tuple[int, int, Likely]]:
    """Of records that come together and share a key (kind, digest): the places of two, the later one first;
    its likeness is with the earlier one, by whose place it is called."""
    its: defaultdict[int, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for place, own in enumerate(keys):
        for kind, digest in own:
            digests, places = its[kind]
            digests.append(int.from_bytes(digest, "big", signed=True))
            places.append(place)
    blocks = {
        NAMES[kind]: Blocks.of(np.array(digests, dtype=np.int64), np.array(places, dtype=np.int64))
        for kind, (digests, places) in its.items()
    }
    shared = pairs_in(blocks, rules.most_in_block, rules.most_in_rare_block)
    table = of_few(replace(columns(records), ids=range(len(records))), rules.most_sharing)
    kept = table.is_organization[shared.one] == table.is_organization[shared.other]
    one, other = shared.one[kept], shared.other[kept]
    return [
        (int(other[place]), int(one[place]), judged)
        for place, judged in _judged(table, (other, one), rules, {})
    ]


def judged_pair(one: NormalRecord, other: NormalRecord, rules: Rules) -> Likely:
    """The other one as the rules judge it beside the one, whatever their verdict."""
    first, second = np.zeros(1, dtype=np.int64), np.ones(1, dtype=np.int64)
    ((_, judged),) = _judged(columns([one, other]), (first, second), rules, {}, least=0)
    return judged


def agree(record: NormalRecord, same: Sequence[NormalRecord], apart: Collection[tuple[int, int]]) -> bool:
    """Whether all of them can be one: no two with proven documents that differ, nor told apart; by ids."""
    joined = Clusters({each.id: _proven(each) for each in (record, *same)}, apart)
    return all(joined.join(record.id, each.id) for each in same)


def _others(given: Sequence[Beside]) -> list[NormalRecord]:
    """Each once, though it may be beside several records."""
    return list({id(other): other for each in given for other in each.others}.values())


def _judged(
    table: Columns,
    pairs: tuple[Places, Places],
    rules: Rules,
    hidden: Mapping[str, bool],
    least: int = _REVIEW,
) -> Iterator[tuple[int, Likely]]:
    """The places of pairs of at least this verdict; both of a pair are of one kind."""
    one, other = pairs
    levels = seen(compare(table, one, other), hidden)
    odds, verdicts = np.zeros(len(levels)), np.zeros(len(levels), dtype=np.int8)
    is_organization = table.is_organization[one]
    for kind, of_kind in (("PERSON", ~is_organization), ("ORGANIZATION", is_organization)):
        judged = scored(levels[of_kind], np.zeros(int(of_kind.sum())), rules, kind)
        odds[of_kind], verdicts[of_kind] = judged.odds, judged.verdicts
    for pair in np.flatnonzero(verdicts >= least).tolist():
        yield (
            pair,
            Likely(
                customer=cast(int, table.ids[other[pair]]),
                verdict=VERDICTS[verdicts[pair]],
                odds=round(float(odds[pair]), 2),
                levels=",".join(map(str, levels[pair].tolist())),
            ),
        )


def _proven(record: NormalRecord) -> Proven:
    return {each.type: each.number for each in record.documents if each.is_proven}
