"""Golden values are those that would be chosen of all that was ever said, whatever came in between."""

import json
from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from master.errors import Conflict, Invalid, NotFound
from master.reads.blocking_keys import key_digest
from master.reads.sayings import said_now, said_of
from master.session import Master
from master.tables.base import table
from master.tables.codes import DocumentType, Gender
from master.tables.customers import CustomerRow
from master.tables.sources import SourceRecordRow, SourceSystemRow
from master.writes.inputs import GivenDocument
from master.writes.sourced.customers import apply_customers
from master.writes.sourced.directory import source_named
from master.writes.sourced.golden import choose_again
from master.writes.sourced.linking import link
from master.writes.sourced.newcomers import newcomer
from master.writes.sourced.records import Ledger
from master.writes.sourced.rows import Batch, SourcedRow
from tests.conftest import TESTER, SetTime
from tests.master.merging.saying import put, rows
from tests.master.merging.town import merge
from tests.master.test_golden import BORN, ID, both, correct, customers, name_of, of, pinned, trust
from tests.schema.hub import filling

records, systems = table(SourceRecordRow), table(SourceSystemRow)

SOURCES = ["CORE", "CRM", "WEB"]
GIVEN: list[dict[str, Any]] = [
    {"gender": Gender.MALE},
    {"gender": Gender.FEMALE},
    {"gender": None},
    {"name": "张三", "birth_date": BORN},
    {"name": "张珊", "birth_date": None},
    {"birth_date": date(1950, 1, 1)},
]
RESIDENT = (GivenDocument(DocumentType.RESIDENT_ID, ID),)
SAID: list[dict[str, Any]] = [
    {"gender": Gender.MALE},
    {"gender": Gender.FEMALE},
    {"gender": None},
    {"name": "李四"},
    {"name": "李五"},
]
STEP = st.one_of(
    st.tuples(st.just("put"), st.sampled_from(SOURCES), st.sampled_from([*GIVEN, {"documents": RESIDENT}])),
    st.tuples(st.just("batch"), st.just("CORE"), st.tuples(st.sampled_from(SAID), st.sampled_from(SAID))),
    st.tuples(st.just("correct"), st.none(), st.sampled_from(GIVEN)),
    st.tuples(st.just("trust"), st.sampled_from(SOURCES), st.integers(0, 2)),
    st.tuples(st.just("pin"), st.just("gender"), st.booleans()),
)
MINUTES = st.sampled_from([0, 1])  # that pass before a step
STEPS = st.lists(st.tuples(MINUTES, STEP), max_size=8)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=STEPS)
def test_whatever_is_said_choosing_again_changes_nothing(
    master: Master, time: SetTime, steps: list[tuple[int, tuple[str, Any, Any]]]
) -> None:
    """What stands was chosen of little that was read; it is what is chosen of all that was ever said."""
    first, *others = (put(master, source, uuid4().hex, name=source) for source in SOURCES)
    keys = keys_of(master, first, *others)
    others.append(put(master, "CORE", f"{keys['CORE']}-2", name="CORE"))
    merge(master, first, *others)
    for minutes, step in steps:
        time.forward(minutes=minutes)
        one_step(master, first, keys, step)
        with master.transaction(TESTER) as tx:
            assert choose_again(tx, [first]) == {}, step


def keys_of(master: Master, *people: int) -> dict[str, str]:
    """By source, the key of one of these."""
    its = select(systems.c.code, records.c.source_key).join(systems, systems.c.id == records.c.source_id)
    return dict(rows(master, its.where(records.c.customer_id.in_(people))))


def put_both(master: Master, source: str, key: str, given: Sequence[dict[str, Any]]) -> None:
    """In one batch what two records say that mean one customer."""
    with master.transaction(TESTER) as tx:
        id, _ = source_named(tx, source)
        said = [SourcedRow(each, values) for each, values in zip((key, f"{key}-2"), given, strict=True)]
        apply_customers(tx, id, said)


def one_step(master: Master, customer: int, keys: dict[str, str], step: tuple[str, Any, Any]) -> None:
    what, whose, given = step
    if what == "put":
        put(master, whose, keys[whose], **given)
    elif what == "batch":
        put_both(master, whose, keys[whose], given)
    elif what == "correct":
        with suppress(Conflict, Invalid):  # it is pinned, or does not fit a document
            correct(master, customer, **given)
    elif what == "trust":
        trust(master, whose, given)
    else:
        with suppress(NotFound):
            pinned(master, customer, whose, pins=given)


def test_of_two_records_that_one_batch_changes_the_second_is_heard_now_and_later(
    master: Master, time: SetTime
) -> None:
    one, other = (put(master, "CORE", key, name="张三") for key in ("A", "A-2"))
    merge(master, one, other)
    time.forward(minutes=1)
    put_both(master, "CORE", "A", ({"name": "李四"}, {"name": "李五"}))
    assert name_of(master, one) == "李五"
    with master.transaction(TESTER) as tx:
        assert choose_again(tx, [one]) == {}


def test_what_a_source_says_in_the_millisecond_of_a_correction_stands_neither_now_nor_later(
    master: Master, time: SetTime
) -> None:
    one = put(master, "CORE", "A", name="张三", gender=Gender.MALE)
    time.forward(minutes=1)
    correct(master, one, gender=Gender.FEMALE)
    put(master, "CORE", "A", gender=None)
    put(master, "CORE", "A", gender=Gender.MALE)
    assert of(master, customers.c.gender, one) == Gender.FEMALE
    with master.transaction(TESTER) as tx:
        assert choose_again(tx, [one]) == {}
    time.forward(minutes=1)
    put(master, "CORE", "A", gender=None)
    put(master, "CORE", "A", gender=Gender.MALE)
    assert of(master, customers.c.gender, one) == Gender.MALE


def test_what_nobody_is_known_to_have_said_stands_where_a_document_comes_that_tells_it(
    master: Master, time: SetTime
) -> None:
    one = put(master, "CORE", "A", name="张三")
    correct(master, one, name="张珊")
    with filling(master) as fill:
        fill.change(CustomerRow, one, gender=Gender.FEMALE)
    time.forward(minutes=1)
    put(master, "CORE", "A", name="张三", gender=Gender.MALE, documents=RESIDENT)
    assert of(master, customers.c.gender, one) == Gender.FEMALE
    with master.transaction(TESTER) as tx:
        assert choose_again(tx, [one]) == {}


def test_what_is_linked_in_one_millisecond_is_heard_alike_now_and_later(
    master: Master, time: SetTime
) -> None:
    one = put(master, "CORE", "A", name="张三", gender=Gender.FEMALE)
    with master.transaction(TESTER) as tx:
        source, _ = source_named(tx, "WEB")
        row = SourcedRow("B", {"name": "张三", "gender": Gender.MALE})
        joining = [(newcomer(row, key_digest(tx.master.keys)), one)]
        link(Ledger(tx, source, "customers"), joining, Batch())
    assert of(master, customers.c.gender, one) == Gender.MALE
    with master.transaction(TESTER) as tx:
        assert choose_again(tx, [one]) == {}


def test_a_record_that_changes_each_night_is_opened_back_to_what_it_says_now(
    master: Master, time: SetTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("master.reads.sayings.AT_ONCE", 3)
    one = both(master, time)
    for night in range(20):
        time.forward(days=1)
        put(master, "CORE", "A", name=f"张{night}", gender=Gender.MALE)
    opened: list[str] = []
    counting = SimpleNamespace(loads=lambda text: opened.append(text) or json.loads(text))
    with master.reading() as connection:
        said = said_of(connection, [one])[one]
        monkeypatch.setattr("master.reads.sayings.json", counting)
        for field, count in (("name", 7), ("gender", 22)):
            del opened[:]
            expected = [each for each in said if each.field == field and each.until is None]
            assert said_now(connection, {one: [field]}) == {one: expected}
            assert len(opened) == count
