"""All steps in one: which of many records are the same, from their keys to a verdict for each pair."""

from collections.abc import Collection, Hashable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from matching.block import Pairs, pairs
from matching.cluster import Proven, clusters
from matching.columns import Columns, Places, columns, of_few
from matching.compare import FIELDS, Levels, compare
from matching.normalized import NormalRecord
from matching.rules import VERDICTS, Rules
from matching.score import name_counts, rarities, scored
from matching.training import learned

DRAWN = 100_000  # pairs, to learn what those look like that are not the same
AT_ONCE = 500_000  # pairs compared in one go: about 300 MB


@dataclass(frozen=True)
class Links:
    """What was found of each pair that shares a key, the surest first; places are those of the records.

    levels: of FIELDS; odds: log2, in which rarity is what the name adds; verdicts: places in VERDICTS.
    cut: keys that too many shared, by kind.
    """

    one: Places
    other: Places
    levels: Levels
    odds: NDArray[np.float64]
    rarity: NDArray[np.float64]
    verdicts: NDArray[np.int8]
    cut: dict[str, int]

    def of(self, verdict: str) -> Iterator[tuple[int, int]]:
        held = self.verdicts == VERDICTS.index(verdict)
        return zip(self.one[held].tolist(), self.other[held].tolist(), strict=True)


def links(records: Sequence[NormalRecord], rules: Rules) -> Links:
    """Persons and organisations each by their own weights, and never one with the other."""
    return linked(columns(records), _pairs(records, rules), rules)


def linked(records: Columns, found: Pairs, rules: Rules) -> Links:
    """The same; found: the pairs that share a key, by their places."""
    table = of_few(records, rules.most_sharing)
    kept = table.is_organization[found.one] == table.is_organization[found.other]
    one, other = found.one[kept], found.other[kept]
    levels = _compared(table, one, other)
    odds, rarity, verdicts = np.zeros(len(one)), np.zeros(len(one)), np.zeros(len(one), dtype=np.int8)
    for kind, of_kind in (
        ("PERSON", ~table.is_organization[one]),
        ("ORGANIZATION", table.is_organization[one]),
    ):
        rarity[of_kind] = rarities(levels[of_kind], *name_counts(table, one[of_kind]))
        judged = scored(levels[of_kind], rarity[of_kind], rules, kind)
        odds[of_kind], verdicts[of_kind] = judged.odds, judged.verdicts
    surest = np.argsort(-odds, kind="stable")
    return Links(
        one=one[surest],
        other=other[surest],
        levels=levels[surest],
        odds=odds[surest],
        rarity=rarity[surest],
        verdicts=verdicts[surest],
        cut=dict(found.cut),
    )


def taught(records: Sequence[NormalRecord], rules: Rules) -> Rules:
    """The rules with weights learned from these records, where there are anchors enough; for persons."""
    return taught_by(columns(records), _pairs(records, rules), rules)


def taught_by(records: Columns, found: Pairs, rules: Rules, seed: int = 1) -> Rules:
    """The same; found: the pairs that share a key, by their places."""
    table, shared = of_few(records.persons(), rules.most_sharing), _of_persons(records, found)
    strangers = compare(table, *_strangers(len(table.ids), shared, seed))
    levels = _compared(table, shared.one, shared.other)
    return replace(rules, person=learned(table, levels, strangers, rules.person).weights)


def _pairs(records: Sequence[NormalRecord], rules: Rules) -> Pairs:
    return pairs(records, rules.blocks, rules.most_in_block, rules.most_in_rare_block)


def _of_persons(records: Columns, found: Pairs) -> Pairs:
    """The pairs of persons, by their places among persons alone."""
    is_person = ~records.is_organization
    places = np.cumsum(is_person) - 1
    kept = is_person[found.one] & is_person[found.other]
    return Pairs(places[found.one[kept]], places[found.other[kept]], found.cut)


def _strangers(how_many: int, found: Pairs, seed: int) -> tuple[Places, Places]:
    """Pairs drawn from all; those that share a key may be the same, and are left out."""
    drawn = np.random.default_rng(seed).integers(0, max(how_many, 1), (2, DRAWN))
    one, other = drawn.min(axis=0), drawn.max(axis=0)
    apart = (one != other) & ~np.isin(one << 32 | other, found.one << 32 | found.other)
    return one[apart], other[apart]


def joined(found: Links, records: Columns, apart: Collection[tuple[int, int]] = ()) -> list[list[Hashable]]:
    """Ids of the records that are one customer each, two and more; apart: places of pairs that are not."""
    same = list(found.of("SAME"))
    proven: dict[int, Proven] = {
        place: {type: number for type, number, is_proven in records.documents.at(place) if is_proven}
        for pair in same
        for place in pair
    }
    return [[records.ids[place] for place in group] for group in clusters(same, proven, apart)]


def _compared(table: Columns, one: Places, other: Places) -> Levels:
    parts = [
        compare(table, one[start : start + AT_ONCE], other[start : start + AT_ONCE])
        for start in range(0, len(one), AT_ONCE)
    ]
    return np.concatenate(parts) if parts else np.empty((0, len(FIELDS)), dtype=np.int8)
