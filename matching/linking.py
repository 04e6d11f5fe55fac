"""All steps in one: which of many records are the same, from their keys to a verdict for each pair."""

from collections.abc import Collection, Hashable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from matching.block import Pairs, pairs
from matching.cluster import Proven, clusters
from matching.columns import Columns, Places, columns
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
    found = _pairs(records, rules)
    table = columns(records, rules.most_sharing)
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


def taught(records: Sequence[NormalRecord], rules: Rules, seed: int = 1) -> Rules:
    """The rules with weights learned from these records, where there are anchors enough; for persons."""
    persons = [record for record in records if record.kind != "ORGANIZATION"]
    found = _pairs(persons, rules)
    table = columns(persons, rules.most_sharing)
    strangers = compare(table, *_strangers(len(persons), found, seed))
    levels = _compared(table, found.one, found.other)
    return replace(rules, person=learned(table, levels, strangers, rules.person).weights)


def _pairs(records: Sequence[NormalRecord], rules: Rules) -> Pairs:
    return pairs(records, rules.blocks, rules.most_in_block, rules.most_in_rare_block)


def _strangers(how_many: int, found: Pairs, seed: int) -> tuple[Places, Places]:
    """Pairs drawn from all; those that share a key may be the same, and are left out."""
    drawn = np.random.default_rng(seed).integers(0, max(how_many, 1), (2, DRAWN))
    one, other = drawn.min(axis=0), drawn.max(axis=0)
    apart = (one != other) & ~np.isin(one << 32 | other, found.one << 32 | found.other)
    return one[apart], other[apart]


def joined(
    found: Links, records: Sequence[NormalRecord], apart: Collection[tuple[int, int]] = ()
) -> list[list[Hashable]]:
    """Ids of the records that are one customer each, two and more; apart: places of pairs that are not."""
    proven: dict[int, Proven] = {
        place: {document.type: document.number for document in record.documents if document.is_proven}
        for place, record in enumerate(records)
    }
    groups = clusters(found.of("SAME"), proven, apart)
    return [[records[place].id for place in group] for group in groups]


def _compared(table: Columns, one: Places, other: Places) -> Levels:
    parts = [
        compare(table, one[start : start + AT_ONCE], other[start : start + AT_ONCE])
        for start in range(0, len(one), AT_ONCE)
    ]
    return np.concatenate(parts) if parts else np.empty((0, len(FIELDS)), dtype=np.int8)
