"""Cursors: what was written is read again, and nothing else."""

import asyncio
import base64
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.graphql import schema
from loaders.cursors import Cursors, Mark
from master.access import Viewer
from master.errors import Invalid
from master.roles import shipped_roles
from master.session import Master
from schema.context import open_context
from tests.schema.hub import Hub, filling

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


@given(st.integers(0), st.integers(1, 255))
def test_a_cursor_with_a_changed_byte_is_refused(at: int, change: int) -> None:
    cursor = CURSORS.write(QUERY, Mark(("zhang", "C000000001"), 25))
    sealed = bytearray(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    sealed[at % len(sealed)] ^= change
    with pytest.raises(Invalid):
        CURSORS.read(QUERY, base64.urlsafe_b64encode(sealed).rstrip(b"=").decode())


PAGE = """query ($first: Int, $after: String) { customers(first: $first, after: $after) {
  nodes { number } pageInfo { endCursor } } }"""


def test_a_cursor_of_somebody_else_is_worth_nothing(master: Master) -> None:
    with filling(master) as fill:
        for number in range(1, 4):
            fill.customer(number)
    hub = Hub(master)
    after = hub.get(PAGE, "AGENT", first=1)["customers"]["pageInfo"]["endCursor"]

    async def asked_by(token: str) -> list[Any]:
        viewer = Viewer("tester", shipped_roles()["AGENT"], token)
        async with open_context(master, viewer) as context:
            variables = {"first": 1, "after": after}
            result = await schema.execute(PAGE, variable_values=variables, context_value=context)
        return [error.original_error for error in result.errors or []]

    assert asyncio.run(asked_by("t1")) == []
    (error,) = asyncio.run(asked_by("t2"))
    assert (error.code, error.path) == ("INVALID", ("after",))
