"""Cursors: what was written is read again, and nothing else."""

import base64
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders.cursors import Cursors, Mark
from master.errors import Invalid

CURSORS = Cursors(b"k" * 32, "t1")
QUERY = ["customers", None, "NAME", False, [["kind", "PERSON"]]]

places = st.lists(
    st.one_of(
        st.text(),
        st.integers(),
        st.dates(),
        st.datetimes(timezones=st.just(UTC)).map(
            lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000)
        ),
        st.floats(allow_nan=False, allow_infinity=False),
        st.booleans(),
    ),
    min_size=1,
)


@given(places, st.integers(0))
def test_a_place_comes_back_as_it_was(place: list[Any], passed: int) -> None:
    mark = Mark(tuple(place), passed)
    assert CURSORS.read(QUERY, CURSORS.write(QUERY, mark)) == mark


@given(st.text())
def test_text_that_was_not_written_here_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        CURSORS.read(QUERY, text)
    assert caught.value.path == ("after",)


def test_a_cursor_belongs_to_its_query_its_caller_and_its_key() -> None:
    cursor = CURSORS.write(QUERY, Mark(("zhang", "C000000001")))
    others = [
        (CURSORS, ["customers", None, "NAME", True, [["kind", "PERSON"]]]),
        (CURSORS, ["customers", None, "NAME", False, []]),
        (CURSORS, ["policies", None, "NAME", False, [["kind", "PERSON"]]]),
        (CURSORS, ["customers", 1, "NAME", False, [["kind", "PERSON"]]]),
        (Cursors(b"x" * 32, "t1"), QUERY),
        (Cursors(b"k" * 32, "t2"), QUERY),
    ]
    for cursors, query in others:
        with pytest.raises(Invalid):
            cursors.read(query, cursor)


def test_the_query_may_hold_dates_and_instants() -> None:
    query = [
        "customers",
        ("born_from", date(1990, 1, 1)),
        ("updated_since", datetime(2026, 1, 1, tzinfo=UTC)),
    ]
    assert CURSORS.read(query, CURSORS.write(query, Mark((7,)))) == Mark((7,))


def test_a_cursor_tells_nothing_of_its_place() -> None:
    cursor = CURSORS.write(QUERY, Mark(("zhangsan", "C000000001"), 25))
    opened = base64.urlsafe_b64decode(cursor + "==")
    assert b"zhang" not in opened
    assert b"C0000" not in opened
