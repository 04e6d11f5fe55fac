"""All customers compared with each other, and what comes of it kept: review tasks, and merges if wanted."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import cast

import numpy as np

from app.gathering import Opener, Progress, everybody
from master.audit import note
from master.errors import Refusal, Unavailable
from master.reads.blocking_keys import are_filled, blocks
from master.reads.records import customer_numbers
from master.reads.reviews import told_apart, unmerged
from master.sealing import seal_for
from master.session import Actor, Master
from master.writes.merging.merge import Merging, merge_customers
from master.writes.reviews import Pair, Proposal, keep_rules, propose, withdraw_others
from matching.block import pairs_in
from matching.columns import Columns
from matching.kept_rules import name_of
from matching.linking import Links, joined, linked, taught_by
from matching.rules import VERDICTS, Rules

ACTOR = Actor("match run")
AT_ONCE = 1_000  # pairs written in one transaction


@dataclass(frozen=True)
class Sweep:
    """Every customer in normal form, and each pair that shares a key; numbers: the customers' own, by id."""

    master: Master
    rules: Rules
    records: Columns
    numbers: dict[object, str]
    found: Links

    @classmethod
    def of(
        cls,
        master: Master,
        rules: Rules,
        *,
        learn: bool = False,
        opener: Opener | None = None,
        told: Progress = lambda done, total: None,
    ) -> "Sweep":
        """Raises Unavailable. opener: for reading by several processes; told: how many have been read."""
        records = everybody(master, opener, told)
        with master.reading() as connection:
            if not are_filled(connection):
                raise Unavailable("Some customers have no match keys yet: run `kehu init`.")
            numbers, shared = customer_numbers(connection), blocks(connection, rules.blocks)
        of_ids = pairs_in(shared, rules.most_in_block, rules.most_in_rare_block)
        found = of_ids.placed(np.array(records.ids, dtype=np.int64))
        rules = taught_by(records, found, rules) if learn else rules
        return cls(master, rules, records, numbers, linked(records, found, rules))

    def number(self, place: int) -> str:
        return self.numbers[self.records.ids[place]]

    @cached_property
    def apart(self) -> frozenset[tuple[int, int]]:
        """Places of pairs that a steward told apart, where neither has changed since, or took apart."""
        with self.master.reading() as connection:
            said, taken = told_apart(connection), unmerged(connection)
        places = {id: place for place, id in enumerate(self.records.ids)}
        known = ((places.get(one), places.get(other)) for one, other in (*said, *taken))
        return frozenset(
            (one, other)
            for one, other in known
            if one is not None and other is not None
            if (pair := self._pair(one, other)) in taken or said[pair] == self._identity(one, other)
        )

    @cached_property
    def groups(self) -> list[list[int]]:
        """Ids of those who are one customer each, the oldest first."""
        return [sorted(map(_id, group)) for group in joined(self.found, self.records, self.apart)]

    def keep(self, told: Progress) -> Counter[str]:
        """Make review tasks of pairs to be looked at; how many are new, opened again, known, withdrawn."""
        proposals = list(self._proposals())
        done: Counter[str] = Counter()
        with self.master.transaction(ACTOR) as tx:
            rules = keep_rules(tx, self.rules)
        for start in range(0, len(proposals), AT_ONCE):
            with self.master.transaction(ACTOR) as tx:
                done += propose(tx, proposals[start : start + AT_ONCE], rules)
            told(min(start + AT_ONCE, len(proposals)), len(proposals))
        with self.master.transaction(ACTOR) as tx:
            done["withdrawn"] = withdraw_others(tx, [each.pair for each in proposals])
            note(tx, "match.run", "hub", details={"rules": rules, **done})
        return done

    def merge(self, told: Progress) -> Counter[str]:
        """Merge each group into its oldest customer, where nothing forbids it; how many are, and are not."""
        done: Counter[str] = Counter()
        for place, (survivor, *duplicates) in enumerate(self.groups, start=1):
            try:
                with self.master.transaction(ACTOR) as tx:
                    reason = f"The same by the rules {name_of(self.rules)}."
                    merge_customers(tx, Merging(survivor, tuple(duplicates), reason))
                done["merged"] += len(duplicates)
            except Refusal:
                done["not merged"] += len(duplicates)
            told(place, len(self.groups))
        return done

    def _proposals(self) -> Iterator[Proposal]:
        wanted = {VERDICTS.index("SAME"), VERDICTS.index("REVIEW")}
        found = self.found
        places = zip(found.one.tolist(), found.other.tolist(), found.verdicts.tolist(), strict=True)
        for at, (one, other, verdict) in enumerate(places):
            if verdict in wanted:
                yield Proposal(
                    self._pair(one, other),
                    self.records.kind(one),
                    VERDICTS[verdict],
                    round(float(found.odds[at]), 2),
                    ",".join(map(str, found.levels[at].tolist())),
                    float(found.rarity[at]),
                    self._identity(one, other),
                )

    def _pair(self, one: int, other: int) -> Pair:
        first, second = sorted((_id(self.records.ids[one]), _id(self.records.ids[other])))
        return first, second

    def _identity(self, one: int, other: int) -> bytes:
        both = sorted((one, other), key=lambda place: _id(self.records.ids[place]))
        return seal_for(self.master.keys, "review_tasks").digest(" ".join(map(self.records.identity, both)))


def _id(of: object) -> int:
    return cast(int, of)
