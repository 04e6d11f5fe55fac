"""Golden values are those that would be chosen of all that was ever said, whatever came in between."""

from contextlib import suppress
from datetime import date
from typing import Any
from uuid import uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from master.errors import Conflict, Invalid, NotFound
from master.session import Master
from master.tables.base import table
from master.tables.codes import DocumentType, Gender
from master.tables.sources import SourceRecordRow, SourceSystemRow
from master.writes.inputs import GivenDocument
from master.writes.sourced.golden import choose_again
from tests.conftest import TESTER, SetTime
from tests.master.merging.saying import put, rows
from tests.master.merging.town import merge
from tests.master.test_golden import BORN, ID, correct, pinned, trust

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
STEPS = st.lists(
    st.one_of(
        st.tuples(
            st.just("put"), st.sampled_from(SOURCES), st.sampled_from([*GIVEN, {"documents": RESIDENT}])
        ),
        st.tuples(st.just("correct"), st.none(), st.sampled_from(GIVEN)),
        st.tuples(st.just("trust"), st.sampled_from(SOURCES), st.integers(0, 2)),
        st.tuples(st.just("pin"), st.just("gender"), st.booleans()),
    ),
    max_size=8,
)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=STEPS)
def test_whatever_is_said_choosing_again_changes_nothing(
    master: Master, time: SetTime, steps: list[tuple[str, Any, Any]]
) -> None:
    """What stands was chosen of little that was read; it is what is chosen of all that was ever said."""
    first, *others = (put(master, source, uuid4().hex, name=source) for source in SOURCES)
    keys = keys_of(master, first, *others)
    merge(master, first, *others)
    for step in steps:
        time.forward(minutes=1)
        one_step(master, first, keys, step)
        with master.transaction(TESTER) as tx:
            assert choose_again(tx, [first]) == {}, step


def keys_of(master: Master, *people: int) -> dict[str, str]:
    """By source, the key of one of these."""
    its = select(systems.c.code, records.c.source_key).join(systems, systems.c.id == records.c.source_id)
    return dict(rows(master, its.where(records.c.customer_id.in_(people))))


def one_step(master: Master, customer: int, keys: dict[str, str], step: tuple[str, Any, Any]) -> None:
    what, whose, given = step
    if what == "put":
        put(master, whose, keys[whose], **given)
    elif what == "correct":
        with suppress(Conflict, Invalid):  # it is pinned, or does not fit a document
            correct(master, customer, **given)
    elif what == "trust":
        trust(master, whose, given)
    else:
        with suppress(NotFound):
            pinned(master, customer, whose, pins=given)
