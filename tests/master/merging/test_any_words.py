"""Whatever is said, merged, split off and undone, all have the values and numbers that are said of them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from master.errors import Conflict, Invalid, NotFound
from master.reads.blocking_keys import key_digest
from master.reads.sayings import said_of
from master.session import Transaction
from master.tables.base import table
from master.tables.codes import DocumentType, Gender
from master.tables.customers import ContactPointRow, CustomerRow, IdentityDocumentRow
from master.tables.sources import HandValueRow, SourceRecordRow
from master.writes.checks import disagreement
from master.writes.customer_changes import update_customer
from master.writes.derived import refresh
from master.writes.hand_values import Pinning, pin_value, unpin_value
from master.writes.inputs import CustomerChange, GivenContactPoint, GivenDocument, SourcedCustomer
from master.writes.merging.splitting import split_record
from master.writes.sourced.directory import source_named
from master.writes.sourced.golden import COLUMNS, open_claims
from master.writes.sourced.linking import link
from master.writes.sourced.newcomers import newcomer
from master.writes.sourced.put import given_values
from master.writes.sourced.records import Ledger
from master.writes.sourced.rows import Batch, SourcedRow
from master.writes.sourced.said import plain
from matching.numbers import read_document
from matching.survive import ranked
from tests.conftest import TESTER, SetTime
from tests.master.merging.conftest import Fresh
from tests.master.merging.saying import put
from tests.master.merging.town import merge, unmerge
from tests.schema.hub import filling

customers, records, by_hand = table(CustomerRow), table(SourceRecordRow), table(HandValueRow)
documents, points = table(IdentityDocumentRow), table(ContactPointRow)

MOST = 5  # customers
SOURCES = ("CORE", "CRM", "WEB")
NAMES = ("张三", "张珊", "李四")
BORN = date(1949, 12, 31)
RESIDENT = GivenDocument(DocumentType.RESIDENT_ID, "11010519491231002X")
PASSPORTS = tuple(GivenDocument(DocumentType.PASSPORT, f"E1234567{n}") for n in range(2))
MOBILES = ("13800138000", "13900139000")

NAME, GENDER, BIRTH = st.sampled_from(NAMES), st.sampled_from([None, *Gender]), st.sampled_from([None, BORN])
SAID = st.fixed_dictionaries(
    {"name": NAME},
    optional={
        "gender": GENDER,
        "birth_date": BIRTH | st.just(date(1980, 1, 1)),
        "mobiles": st.sets(st.sampled_from(MOBILES)).map(lambda given: tuple(sorted(given))),
        "documents": st.sets(st.sampled_from([RESIDENT, *PASSPORTS])).map(
            lambda given: tuple(sorted(given, key=lambda each: each.number))
        ),
    },
)
CORRECTED = st.one_of(
    st.fixed_dictionaries({"name": NAME}),
    st.fixed_dictionaries({"gender": GENDER}),
    st.fixed_dictionaries({"birth_date": BIRTH | st.just(date(1990, 1, 1))}),
)
PICK = st.randoms(use_true_random=False)
MINUTES = st.integers(0, 1)  # that have passed since the last step
FIELD = st.sampled_from(["name", "gender", "birth_date"])


@dataclass(frozen=True)
class Key:
    """A record, by its source and the source's key."""

    source: str
    key: str


class Words(RuleBasedStateMachine):
    """home: whose each record is. into: by customer, into whom it went by which merge. first: what another
    client has said of the first one. spoken: whose each word is that people said by hand. touched: numbers
    that people have added or taken away."""

    def __init__(self, fresh: Fresh, time: SetTime) -> None:
        super().__init__()
        self.master, self.time = fresh(), time
        self.people: list[int] = []
        self.into: dict[int, tuple[int, int]] = {}
        self.home: dict[Key, int] = {}
        self.spoken: dict[int, int] = {}
        self.touched: set[str] = set()
        self.first: dict[str, Any] = {}

    @initialize(said=st.lists(SAID, min_size=3, max_size=MOST), by_hand=GENDER)
    def people_come(self, said: list[dict[str, Any]], by_hand: Gender | None) -> None:
        with filling(self.master) as fill:
            self.first = {"name": "Somebody", "gender": by_hand}
            self.people = [fill.customer(1, **self.first)]
            fill.derive()
        for n, each in enumerate(said):
            key = Key(SOURCES[n % 2], f"K{n}")
            self.people.append(put(self.master, key.source, key.key, **each))
            self.home[key] = self.people[-1]

    @property
    def roots(self) -> list[int]:
        return [person for person in self.people if person not in self.into]

    def root(self, person: int) -> int:
        return self.root(self.into[person][0]) if person in self.into else person

    @contextmanager
    def spoken_by_hand(self, person: int, *refusals: type[Exception]) -> Iterator[tuple[Transaction, int]]:
        """With the customer's version; what is said now is said of this one."""
        with suppress(*refusals), self.master.transaction(TESTER, "they said so") as tx:
            version = tx.execute(select(customers.c.version).where(customers.c.id == person)).scalar_one()
            yield tx, version
        self.find_spoken(person)

    def find_spoken(self, person: int) -> None:
        with self.master.reading() as connection:
            for id in connection.scalars(select(by_hand.c.id).where(by_hand.c.said_by != "")):
                self.spoken.setdefault(id, person)

    @rule(pick=PICK, minutes=MINUTES, said=SAID)
    def a_source_speaks(self, pick: Any, minutes: int, said: dict[str, Any]) -> None:
        self.time.forward(minutes=minutes)
        key = pick.choice(sorted(self.home, key=lambda each: (each.key, each.source)))
        assert put(self.master, key.source, key.key, **said) == self.root(self.home[key])
        self.find_spoken(self.root(self.home[key]))

    @rule(pick=PICK, minutes=MINUTES, said=SAID)
    def another_record_is_linked(self, pick: Any, minutes: int, said: dict[str, Any]) -> None:
        self.time.forward(minutes=minutes)
        key, person = Key("WEB", f"L{len(self.home)}"), pick.choice(self.roots)
        with self.master.transaction(TESTER) as tx:
            given = {**said, "contact_points": tuple(map(_mobile, said.get("mobiles", ())))}
            given.pop("mobiles", None)
            source, _ = source_named(tx, key.source)
            row = SourcedRow(key.key, given_values(tx, SourcedCustomer(key.source, key.key, **given)))
            batch = Batch()
            link(
                Ledger(tx, source, "customers"), [(newcomer(row, key_digest(tx.master.keys)), person)], batch
            )
            refresh(tx, [person])
        self.home[key] = person
        self.find_spoken(person)

    @rule(pick=PICK, minutes=MINUTES)
    def a_record_is_split_off(self, pick: Any, minutes: int) -> None:
        self.time.forward(minutes=minutes)
        key = pick.choice(sorted(self.home, key=lambda each: (each.key, each.source)))
        if len(self.people) > 2 * MOST:
            return
        with suppress(Invalid), self.master.transaction(TESTER) as tx:
            done = split_record(tx, key.source, key.key, "somebody else")
            self.people.append(done.made)
            self.home[key] = done.made

    @rule(pick=PICK, minutes=MINUTES, said=CORRECTED)
    def somebody_corrects(self, pick: Any, minutes: int, said: dict[str, Any]) -> None:
        self.time.forward(minutes=minutes)
        person = pick.choice(self.roots)
        with self.spoken_by_hand(person, Conflict, Invalid) as (tx, version):
            update_customer(tx, CustomerChange(person, version, **said))

    @rule(pick=PICK, minutes=MINUTES, field=FIELD, pins=st.booleans())
    def a_steward_pins_or_unpins(self, pick: Any, minutes: int, field: str, pins: bool) -> None:
        self.time.forward(minutes=minutes)
        person = pick.choice(self.roots)
        with self.spoken_by_hand(person, NotFound) as (tx, version):
            wanted = Pinning(person, version, field, "as they said")
            _ = pin_value(tx, wanted) if pins else unpin_value(tx, wanted)

    @rule(pick=PICK, adds=st.booleans())
    def somebody_adds_or_takes_away_a_number(self, pick: Any, adds: bool) -> None:
        person, mobile = pick.choice(self.roots), pick.choice(MOBILES)
        its = select(points.c.id).where(points.c.customer_id == person, points.c.ended_at.is_(None))
        with self.spoken_by_hand(person, Conflict, Invalid) as (tx, version):
            there = tuple(tx.execute(its.where(points.c.value == mobile)).scalars())
            change = {"add_contact_points": (_mobile(mobile),)} if adds else {"remove_contact_points": there}
            update_customer(tx, CustomerChange(person, version, **change))  # type: ignore[arg-type]
            self.touched.add(mobile)

    @rule(pick=PICK, minutes=MINUTES, how_many=st.integers(1, 2))
    def are_merged(self, pick: Any, minutes: int, how_many: int) -> None:
        self.time.forward(minutes=minutes)
        if len(self.roots) > how_many:
            survivor, *others = pick.sample(self.roots, how_many + 1)
            done = merge(self.master, survivor, *others)
            self.into |= {other: (survivor, id) for other, id in zip(others, done.merges, strict=True)}

    @rule(pick=PICK, minutes=MINUTES)
    def is_unmerged(self, pick: Any, minutes: int) -> None:
        self.time.forward(minutes=minutes)
        if self.into:
            self.take_out(pick.choice(sorted(self.into)))

    def take_out(self, person: int) -> None:
        survivor = self.root(person)
        done = unmerge(self.master, self.into[person][1])
        assert (done.survivor, done.restored) == (survivor, person)
        del self.into[person]
        self.find_spoken(survivor)

    @invariant()
    def all_is_well(self) -> None:
        with self.master.transaction(TESTER) as tx:
            for row in tx.execute(select(by_hand).where(by_hand.c.said_by != "")):
                assert row.customer_id == self.root(self.spoken[row.id]), (row.id, row.field)
            told = select(records).where(records.c.kind == "customers")
            said = {row.source_key: json.loads(row.content) for row in tx.execute(told)}
            people = tx.execute(select(customers)).all()
            assert {row.id for row in people} == set(self.roots)
            for row in people:
                contents = [said[key.key] for key, home in self.home.items() if self.root(home) == row.id]
                self.what_stands_is_what_would_be_chosen(tx, row)
                self.who_is_alone_has_what_is_said_of_him(tx, row, contents)
                self.all_numbers_are_there_once(tx, row, contents)

    def what_stands_is_what_would_be_chosen(self, tx: Transaction, row: Any) -> None:
        said = said_of(tx.connection, [row.id]).get(row.id, ())
        for field, column in COLUMNS.items():
            if claims := open_claims(said, field):
                assert plain(getattr(row, column)) == ranked(claims)[0].value, (row.id, field)

    def who_is_alone_has_what_is_said_of_him(
        self, tx: Transaction, row: Any, contents: list[dict[str, Any]]
    ) -> None:
        members = [each for each in self.people if self.root(each) == row.id]
        if len(members) > 1 or row.id in self.spoken.values():
            return
        own = contents if row.id != self.people[0] else [*contents, self.first]
        if len(own) == 1:
            for field in ("name", "gender", "birth_date"):
                assert plain(getattr(row, field)) == own[0].get(field), (row.id, field)

    def all_numbers_are_there_once(self, tx: Transaction, row: Any, contents: list[dict[str, Any]]) -> None:
        its = select(points.c.value).where(points.c.customer_id == row.id, points.c.ended_at.is_(None))
        reached = sorted(tx.execute(its).scalars())
        assert len(reached) == len(set(reached)), row.id
        said = {value for content in contents for value, _ in content.get("mobile", ())}
        assert set(reached) - self.touched == said - self.touched, row.id
        its = select(documents).where(documents.c.customer_id == row.id, documents.c.ended_at.is_(None))
        papers = tx.execute(its).all()
        said = {number for content in contents for _, number, *_ in content.get("documents", ())}
        assert sorted(each.number for each in papers) == sorted(said), row.id
        assert sum(each.primary for each in papers) <= 1, row.id
        for each in papers:
            reading = read_document(each.type, each.number)
            assert each.doubt == disagreement(reading, row.birth_date, row.gender), row.id

    def teardown(self) -> None:
        for person in sorted(self.into, key=lambda each: hash((each, len(self.people)))):
            self.take_out(person)
            self.all_is_well()


def _mobile(value: str) -> GivenContactPoint:
    return GivenContactPoint("MOBILE", value)  # type: ignore[arg-type]


def test_whatever_is_said_and_merged_and_undone_all_have_what_is_said_of_them(
    fresh: Fresh, time: SetTime
) -> None:
    run_state_machine_as_test(
        lambda: Words(fresh, time),
        settings=settings(
            max_examples=15, stateful_step_count=14, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
