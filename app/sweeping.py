"""All customers compared with each other, and what comes of it kept: review tasks, and merges if wanted."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import cast

from master.audit import note
from master.errors import Refusal
from master.reads.records import customer_numbers, every_record
from master.reads.reviews import told_apart, unmerged
from master.sealing import seal_for
from master.session import Actor, Master
from master.writes.merging.merge import Merging, merge_customers
from master.writes.reviews import Pair, Proposal, keep_rules, propose, withdraw_others
from matching.kept_rules import name_of
from matching.linking import Links, joined, links, taught
from matching.normalized import NormalRecord, identity, normalized
from matching.rules import VERDICTS, Rules

ACTOR = Actor("match run")
AT_ONCE = 1_000  # pairs written in one transaction

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Sweep:
    """Every customer in normal form, and each pair that shares a key; numbers: the customers' own, by id."""

    master: Master
    rules: Rules
    records: Sequence[NormalRecord]
    numbers: dict[object, str]
    found: Links

    @classmethod
    def of(cls, master: Master, rules: Rules, *, learn: bool) -> "Sweep":
        with master.reading() as connection:
            records = [normalized(record) for record in every_record(connection)]
            numbers = customer_numbers(connection)
        rules = taught(records, rules) if learn else rules
        return cls(master, rules, records, dict(numbers), links(records, rules))

    def number(self, place: int) -> str:
        return self.numbers[self.records[place].id]

    @cached_property
    def apart(self) -> frozenset[tuple[int, int]]:
        """Places of pairs that a steward told apart, where neither has changed since, or took apart."""
        with self.master.reading() as connection:
            said, taken = told_apart(connection), unmerged(connection)
        places = {record.id: place for place, record in enumerate(self.records)}
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
                    self.records[one].kind,
                    VERDICTS[verdict],
                    round(float(found.odds[at]), 2),
                    ",".join(map(str, found.levels[at].tolist())),
                    float(found.rarity[at]),
                    self._identity(one, other),
                )

    def _pair(self, one: int, other: int) -> Pair:
        first, second = sorted((_id(self.records[one].id), _id(self.records[other].id)))
        return first, second

    def _identity(self, one: int, other: int) -> bytes:
        both = sorted((self.records[one], self.records[other]), key=lambda record: _id(record.id))
        return seal_for(self.master.keys, "review_tasks").digest(" ".join(map(identity, both)))


def _id(of: object) -> int:
    return cast(int, of)
