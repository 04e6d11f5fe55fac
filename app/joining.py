"""Customers who are the same by the review tasks that a run has kept, merged group by group."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import cast

from sqlalchemy import Connection

from app.sweeping import pair_identity, write
from master.errors import Refusal
from master.onlookers import Onlooker
from master.reads.apart import Apart, apart
from master.reads.match_runs import KeptRun, Pair, same_pairs
from master.reads.records import records_of
from master.session import Master, Transaction
from master.writes.match_runs import note_merged
from master.writes.merging.guards import locked_customers
from master.writes.merging.merge import Merging, merge_customers
from master.writes.reviews import held_apart
from matching.cluster import Proven, clusters
from matching.columns import columns
from matching.normalized import normalized

AT_ONCE = 5_000  # customers read together


@dataclass(frozen=True)
class Seen:
    """What is compared of a customer, as one text, and its documents that prove themselves."""

    identity: str
    proven: Proven


@dataclass(frozen=True)
class Group:
    """Customers (ids) who are one, the oldest first; same: the pairs of them that the rules call one, with
    a digest of what they saw."""

    ids: list[int]
    same: Mapping[Pair, bytes]


@dataclass(frozen=True)
class Joining:
    """groups: those that are to be merged yet, in the order of their oldest customers.

    All of it is known by what stands in the master: so a run that was stopped goes on from here.
    """

    master: Master
    run: KeptRun
    groups: list[Group]

    @classmethod
    def of(cls, master: Master, run: KeptRun) -> "Joining":
        with master.reading() as connection:
            same = same_pairs(connection, run.rules)
            seen = _all_seen(connection, sorted({id for pair in same for id in pair}))
            two = set(_apart(master, apart(connection), seen))
        links = [pair for pair in same if seen.keys() >= {*pair}]
        found = clusters(links, {id: each.proven for id, each in seen.items()}, two)
        of_one = {id: min(group) for group in found for id in group}
        pairs: dict[int, dict[Pair, bytes]] = {min(group): {} for group in found}
        for one, other in links:
            if one in of_one and of_one[one] == of_one.get(other):
                pairs[of_one[one]][one, other] = same[one, other]
        groups = [Group(sorted(group), pairs[min(group)]) for group in sorted(found, key=min)]
        return cls(master, run, [each for each in groups if each.ids[0] > run.merged_after])

    def merge(self, told: Onlooker) -> Counter[str]:
        """Merge each group into its oldest customer, where nothing forbids it; how many of the whole run are,
        and are not. What came of each is kept with it, so that a run that is killed goes on behind it."""
        done = Counter(self.run.merged)
        for place, group in enumerate(self.groups, start=1):
            try:
                outcome = write(self.master, partial(self._merge, group=group))
            except Refusal:
                outcome = write(self.master, partial(self._note, group=group, outcome="not merged"))
            done[outcome] += len(group.ids) - 1
            told(place, len(self.groups))
        return done

    def _merge(self, tx: Transaction, group: Group) -> str:
        """What came of it. A run takes long: what was said and changed meanwhile goes before what it read."""
        locked_customers(tx, dict.fromkeys(group.ids, ()))
        now = _seen(tx.connection, group.ids)
        if any(_identity(self.master, pair, now) != known for pair, known in group.same.items()):
            return self._note(tx, group, "changed meanwhile")
        if any(_apart(self.master, held_apart(tx, group.ids), now)):
            return self._note(tx, group, "told apart meanwhile")
        survivor, *duplicates = group.ids
        reason = f"The same by the rules {self.run.rules}."
        merge_customers(tx, Merging(survivor, tuple(duplicates), reason))
        return self._note(tx, group, "merged")

    def _note(self, tx: Transaction, group: Group, outcome: str) -> str:
        note_merged(tx, self.run.id, group.ids, outcome)
        return outcome


def _all_seen(connection: Connection, ids: Sequence[int]) -> dict[int, Seen]:
    found: dict[int, Seen] = {}
    for start in range(0, len(ids), AT_ONCE):
        found |= _seen(connection, ids[start : start + AT_ONCE])
    return found


def _seen(connection: Connection, ids: Sequence[int]) -> dict[int, Seen]:
    """Of those of these customers that there are."""
    table = columns([normalized(record) for record in records_of(connection, ids)])
    found = {}
    for place, id in enumerate(table.ids):
        proven = {type: number for type, number, is_proven in table.documents.at(place) if is_proven}
        found[cast(int, id)] = Seen(table.identity(place), proven)
    return found


def _identity(master: Master, pair: Pair, seen: Mapping[int, Seen]) -> bytes:
    one, other = pair
    return pair_identity(master, seen[one].identity, seen[other].identity)


def _apart(master: Master, told: Apart, seen: Mapping[int, Seen]) -> Iterator[Pair]:
    """Pairs that a steward told apart, where neither has changed since, or took apart."""
    for pair in (*told.told, *told.taken):
        if seen.keys() >= {*pair} and (
            pair in told.taken or told.told[pair] == _identity(master, pair, seen)
        ):
            yield pair
