"""Many incoming records, each beside those whom it may be: which customer it is, or may be."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

import numpy as np

from matching.beside import seen
from matching.block import KINDS, RARE, Blocks
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
    """Of records that come together and share a key (kind, digest): the places of two, the later one first,
    in order; its likeness is with the earlier one, by whose place it is called.

    Who is the same is found however many share a key or a phone: they may all be one, and have it once.
    """
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
    early, late = _shared(blocks, rules)
    table = replace(columns(records), ids=range(len(records)))
    same = _named(table, np.concatenate([early, late]), rules)
    found = {pair: judged for pair, judged in same if judged.verdict == VERDICTS[-1]}
    for pair, judged in _named(of_few(table, rules.most_sharing), early, rules):
        found.setdefault(pair, judged)
    return [(later, earlier, found[later, earlier]) for later, earlier in sorted(found)]


def _shared(blocks: Mapping[str, Blocks], rules: Rules) -> tuple[Places, Places]:
    """Two who share a key that few had when the later one came; and others, of whom the earlier one was the
    first to have it. Each pair once, as one number."""
    early, late = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
    for kind, its in blocks.items():
        most = rules.most_in_rare_block if kind in RARE else rules.most_in_block
        first, others = its.in_turn(most)
        early += [its.every_two(most), first]
        late.append(others)
    together = np.unique(np.concatenate(early))
    return together, np.setdiff1d(np.concatenate(late), together)


def _named(table: Columns, pairs: Places, rules: Rules) -> Iterator[tuple[tuple[int, int], Likely]]:
    """The places of two of one kind, the later one first, and their likeness."""
    one, other = pairs >> 32, pairs & 0xFFFFFFFF
    kept = table.is_organization[one] == table.is_organization[other]
    one, other = one[kept], other[kept]
    for place, judged in _judged(table, (other, one), rules, {}):
        yield (int(other[place]), int(one[place])), judged


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
