"""Merges, edits and unmerges in any order lose and repeat nothing: each row is where its customer is."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from master.tables.children import MOVED
from tests.master.merging.conftest import Fresh
from tests.master.merging.town import Rows, Town, a_town, everything, lasting, merge, unmerge
from tests.schema.hub import filling

MOST = 6  # customers

Key = tuple[str, Any]

OWNERS = {moved.name: [owner.column for owner in moved.owners if owner.only is None] for moved in MOVED}
ALIKE = {moved.name: moved.alike for moved in MOVED if moved.alike}
HANGS = [name for name in OWNERS if name != "merged_customers"]


class Merging(RuleBasedStateMachine):
    """home: whose a row was when it came, by column; None: of several who were one then.

    into: by customer, into whom it went and by which merge. ended: rows that somebody ended.
    """

    def __init__(self, fresh: Fresh) -> None:
        super().__init__()
        self.master = fresh()
        self.town: Town
        self.people: dict[int, str | None] = {}
        self.into: dict[int, tuple[int, int]] = {}
        self.home: dict[tuple[str, Any, str], int | None] = {}
        self.ended: set[Key] = set()
        self.is_edited = False
        self.first: Rows = {}

    @initialize(given=st.lists(st.sampled_from([None, "MALE", "FEMALE"]), min_size=3, max_size=MOST))
    def people_come(self, given: list[str | None]) -> None:
        with a_town(self.master) as (town, fill):
            self.town = town
            for n, gender in enumerate(given):
                source = ("CORE", "CRM")[n // 2 % 2]
                self.people[town.customer(fill, n, source, gender=gender)] = gender
            (one, other, *_) = self.people
            fill.related(one, other, "SPOUSE", "SPOUSE")
        self.first = everything(self.master)
        self.find_homes()

    def find_homes(self) -> None:
        """Rows that are new belong to whom they hang on, where that one is nobody else."""
        for (name, key), row in everything(self.master).items():
            for column in OWNERS[name] if name in HANGS else ():
                if (name, key, column) not in self.home and row[column] is not None:
                    is_one = len(self.members(row[column])) == 1
                    self.home[name, key, column] = row[column] if is_one else None

    def root(self, person: int) -> int:
        return self.root(self.into[person][0]) if person in self.into else person

    def members(self, root: int) -> set[int]:
        return {person for person in self.people if self.root(person) == root}

    @property
    def roots(self) -> list[int]:
        return [person for person in self.people if person not in self.into]

    @contextmanager
    def edited(self) -> Iterator[Any]:
        self.is_edited = True
        with filling(self.master) as fill:
            yield fill
            fill.derive()
        self.find_homes()

    @rule(pick=st.randoms(use_true_random=False), how_many=st.integers(1, 2))
    def are_merged(self, pick: Any, how_many: int) -> None:
        if len(self.roots) <= how_many:
            return
        survivor, *others = pick.sample(self.roots, how_many + 1)
        before = everything(self.master)
        done = merge(self.master, survivor, *others)
        assert lasting(everything(self.master)) == lasting(before)
        self.into |= {other: (survivor, id) for other, id in zip(others, done.merges, strict=True)}

    @rule(pick=st.randoms(use_true_random=False))
    def is_unmerged(self, pick: Any) -> None:
        if self.into:
            person = pick.choice(sorted(self.into))
            self.take_out(person)

    def take_out(self, person: int) -> None:
        survivor = self.root(person)
        done = unmerge(self.master, self.into[person][1])
        assert (done.survivor, done.restored) == (survivor, person)
        del self.into[person]

    @rule(pick=st.randoms(use_true_random=False))
    def are_merged_by_mistake(self, pick: Any) -> None:
        if len(self.roots) > 1:
            survivor, other = pick.sample(self.roots, 2)
            before = everything(self.master)
            unmerge(self.master, merge(self.master, survivor, other).merges[0])
            assert everything(self.master) == before

    @rule(pick=st.randoms(use_true_random=False), source=st.sampled_from(["CORE", "CRM", None]))
    def something_comes(self, pick: Any, source: str | None) -> None:
        person, fed = pick.choice(self.roots), {"source_id": self.town.sources[source] if source else None}
        with self.edited() as fill:
            fill.contact(person, "another call", **fed)
            fill.point(person, f"1390013900{pick.randrange(3)}", preferred=pick.random() < 0.5, **fed)
            fill.document(person, f"H{pick.randrange(3)}0000000", primary=pick.random() < 0.5, **fed)
            fill.tagged(person, pick.choice(self.town.tags))
            fill.lead(person, "another chance", **fed)
            fill.party(pick.choice(self.town.policies), person, "INSURED")
            if len(self.roots) > 1:
                other = pick.choice([each for each in self.roots if each != person])
                fill.related(person, other, "SIBLING", "SIBLING")

    @rule(pick=st.randoms(use_true_random=False), name=st.sampled_from(sorted(ALIKE)))
    def something_ends(self, pick: Any, name: str) -> None:
        rows = [
            (key, row)
            for key, row in everything(self.master).items()
            if key[0] == name and row["ended_at"] is None
        ]
        if not rows:
            return
        (_, (id,)), row = pick.choice(rows)
        with self.edited() as fill:
            kind = next(moved.row for moved in MOVED if moved.name == name)
            fill.change(kind, id, ended_at=fill.tx.at)
        # Who said the same is silent with it, until they are two again.
        same = [
            key
            for key, each in everything(self.master).items()
            if key[0] == name and self.alike(each, row, name)
        ]
        self.ended |= set(same)

    def alike(self, one: dict[str, Any], other: dict[str, Any], name: str) -> bool:
        columns = {*ALIKE[name], *OWNERS[name]}
        return all(one[column] == other[column] for column in columns)

    @invariant()
    def all_is_well(self) -> None:
        rows = everything(self.master)
        self.each_row_is_with_its_customer(rows)
        self.all_that_was_said_is_said_once(rows)
        self.what_one_leaves_open_another_one_says(rows)

    def each_row_is_with_its_customer(self, rows: Rows) -> None:
        for (name, key, column), home in self.home.items():
            owner = rows[name, key][column]
            assert owner in self.roots, (name, key)
            if home is not None:
                assert owner == self.root(home), (name, key, column)

    def all_that_was_said_is_said_once(self, rows: Rows) -> None:
        """By each who is one now: all that those say who came to it, but what somebody ended."""
        for name, columns in ALIKE.items():
            told: dict[tuple[Any, ...], list[Key]] = {}
            wanted = set()
            for (table, key), row in rows.items():
                if table != name or len({row[each] for each in OWNERS[name]}) < len(OWNERS[name]):
                    continue
                says = tuple(row[each] for each in dict.fromkeys((*OWNERS[name], *columns)))
                if row["ended_at"] is None:
                    told.setdefault(says, []).append((table, key))
                elif (table, key) not in self.ended:
                    wanted.add(says)
            assert wanted <= told.keys(), name

    def what_one_leaves_open_another_one_says(self, rows: Rows) -> None:
        for root in self.roots:
            gender = rows["customers", (root,)]["gender"]
            own = self.people[root]
            known = {self.people[each] for each in self.members(root)} - {None}
            assert gender == own if own else gender in (known or {None})

    def teardown(self) -> None:
        for person in sorted(self.into, key=lambda each: hash((each, len(self.home)))):
            self.take_out(person)
            self.all_is_well()
        if self.first and not self.is_edited:
            assert everything(self.master) == self.first


def test_any_sequence_of_merges_edits_and_unmerges_loses_and_repeats_nothing(fresh: Fresh) -> None:
    run_state_machine_as_test(
        lambda: Merging(fresh),
        settings=settings(
            max_examples=15,
            stateful_step_count=12,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
