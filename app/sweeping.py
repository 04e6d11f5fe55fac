"""All customers compared with each other, and what comes of it kept as review tasks."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import TypeVar, cast

import numpy as np

from app.gathering import Opener, everybody
from master.audit import note
from master.deadlocks import untangled
from master.errors import Unavailable
from master.onlookers import Onlooker, nobody
from master.reads.apart import Apart, apart
from master.reads.blocking_keys import are_filled, blocks
from master.reads.own_phones import own_numbers
from master.reads.records import customer_numbers
from master.sealing import seal_for
from master.session import Actor, Master, Transaction
from master.writes.proposals import Pair, open_ones, withdraw_others
from master.writes.relatives.suggesting import suggestions
from master.writes.reviews import Proposal, keep_rules, propose, tasks
from matching.block import pairs_in
from matching.columns import Columns, without
from matching.linking import Links, joined, linked, taught_by
from matching.rules import VERDICTS, Rules

ACTOR = Actor("match run")
T = TypeVar("T")

AT_ONCE = 1_000  # pairs written in one transaction


@dataclass(frozen=True)
class Sweep:
    """Every customer in normal form, and each pair that shares a key; numbers: the customers' own, by id.

    compared: the same without the phones of the insurer's own branches and staff. before: what had been
    proposed when they were read, and was not decided, by table.
    """

    master: Master
    rules: Rules
    records: Columns
    compared: Columns
    numbers: dict[object, str]
    found: Links
    before: Mapping[str, Mapping[int, bytes]]

    @classmethod
    def of(
        cls,
        master: Master,
        rules: Rules,
        *,
        learn: bool = False,
        opener: Opener | None = None,
        told: Onlooker = nobody,
    ) -> "Sweep":
        """Raises Unavailable. opener: for reading by several processes; told: how many have been read."""
        with master.reading() as connection:
            before = {each.name: open_ones(connection, each) for each in (tasks, suggestions)}
        records = everybody(master, opener, told)
        with master.reading() as connection:
            if not are_filled(connection):
                raise Unavailable("Some customers have no match keys yet: run `kehu init`.")
            numbers, shared = customer_numbers(connection), blocks(connection, rules.blocks)
            own = own_numbers(connection)
        of_ids = pairs_in(shared, rules.most_in_block, rules.most_in_rare_block)
        found = of_ids.placed(np.array(records.ids, dtype=np.int64))
        compared = replace(records, mobiles=without(records.mobiles, own)) if own else records
        rules = taught_by(compared, found, rules) if learn else rules
        return cls(master, rules, records, compared, numbers, linked(compared, found, rules), before)

    def number(self, place: int) -> str:
        return self.numbers[self.records.ids[place]]

    @cached_property
    def apart(self) -> frozenset[tuple[int, int]]:
        """Places of pairs that a steward told apart, where neither has changed since, or took apart."""
        with self.master.reading() as connection:
            return frozenset(self._apart(apart(connection)))

    def _apart(self, found: Apart) -> Iterator[tuple[int, int]]:
        for pair in (*found.told, *found.taken):
            one, other = (self.places.get(id) for id in pair)
            if one is None or other is None:
                continue
            if pair in found.taken or found.told[pair] == self.identity(one, other):
                yield one, other

    @cached_property
    def places(self) -> dict[object, int]:
        """Of the customers, by their ids."""
        return {id: place for place, id in enumerate(self.records.ids)}

    @cached_property
    def groups(self) -> list[list[int]]:
        """Ids of those who are one customer each, the oldest first."""
        return [sorted(map(_id, group)) for group in joined(self.found, self.records, self.apart)]

    def keep(self, told: Onlooker) -> Counter[str]:
        """Make review tasks of pairs to be looked at; how many are new, opened again, known, withdrawn."""
        proposals = list(self._proposals())
        done: Counter[str] = Counter()
        rules = write(self.master, lambda tx: keep_rules(tx, self.rules))
        for start in range(0, len(proposals), AT_ONCE):
            some = proposals[start : start + AT_ONCE]
            done += write(self.master, partial(propose, proposals=some, rules=rules))
            told(min(start + AT_ONCE, len(proposals)), len(proposals))
        kept = [each.pair for each in proposals]

        def end(tx: Transaction) -> int:
            withdrawn = withdraw_others(tx, tasks, kept, self.before[tasks.name])
            note(tx, "match.run", "hub", details={"rules": rules, **done, "withdrawn": withdrawn})
            return withdrawn

        done["withdrawn"] = write(self.master, end)
        return done

    def _proposals(self) -> Iterator[Proposal]:
        wanted = {VERDICTS.index("SAME"), VERDICTS.index("REVIEW")}
        found = self.found
        places = zip(found.one.tolist(), found.other.tolist(), found.verdicts.tolist(), strict=True)
        for at, (one, other, verdict) in enumerate(places):
            if verdict in wanted:
                yield Proposal(
                    self.pair(one, other),
                    self.records.kind(one),
                    VERDICTS[verdict],
                    round(float(found.odds[at]), 2),
                    ",".join(map(str, found.levels[at].tolist())),
                    float(found.rarity[at]),
                    self.identity(one, other),
                )

    def pair(self, one: int, other: int) -> Pair:
        """The ids of these two (places), the older one first."""
        first, second = sorted((_id(self.records.ids[one]), _id(self.records.ids[other])))
        return first, second

    def identity(self, one: int, other: int) -> bytes:
        """A digest of all that is compared of these two (places)."""
        both = sorted((one, other), key=lambda place: _id(self.records.ids[place]))
        return pair_identity(self.master, *map(self.records.identity, both))


def pair_identity(master: Master, one: str, other: str) -> bytes:
    """A digest of what is compared of two customers, the older one first."""
    return seal_for(master.keys, "review_tasks").digest(f"{one} {other}")


def write(master: Master, act: Callable[[Transaction], T]) -> T:
    """What the act gives in a transaction of its own, which begins anew where others were in its way."""

    def acted() -> T:
        with master.transaction(ACTOR) as tx:
            return act(tx)

    return untangled(acted)


def _id(of: object) -> int:
    return cast(int, of)
