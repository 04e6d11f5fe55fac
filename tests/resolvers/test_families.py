"""Whatever is accepted of a family, and in whatever order it is taken back, nothing of it stays."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from master.session import Master
from master.tables.base import table
from master.tables.relations import HouseholdMemberRow, RelationRow
from tests.resolvers.commanding import codes
from tests.resolvers.relating import accept, family, households, relations, suggestions, undo
from tests.schema.hub import Hub

PEOPLE = ("c1", "c2", "c3", "c4")
PAIRS = st.lists(st.integers(0, 5), max_size=12)


@pytest.fixture
def home(master: Master) -> Hub:
    family(master)
    return Hub(master)


def lasting(hub: Hub) -> list[int]:
    """How many rows of relations and memberships last."""
    with hub.master.reading() as connection:
        return [
            connection.execute(select(func.count()).where(each.c.ended_at.is_(None))).scalar_one()
            for each in map(table, (RelationRow, HouseholdMemberRow))
        ]


def turned(hub: Hub, ids: Sequence[str], turns: Sequence[int]) -> set[str]:
    """Accepts what is open, and takes back what is accepted, in turn; what is accepted then."""
    accepted: set[str] = set()
    for turn in turns:
        id = ids[turn]
        if id in accepted:
            assert undo(hub, id)["errors"] == []
        elif accept(hub, id)["errors"]:  # of several households: nobody says which
            continue
        accepted ^= {id}
    return accepted


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(turns=PAIRS, back=st.permutations(range(6)))
def test_what_is_accepted_and_taken_back_in_any_order_leaves_nothing(
    home: Hub, turns: list[int], back: list[int]
) -> None:
    pairs = suggestions(home)
    ids = [each["id"] for each in pairs.values()]
    accepted = turned(home, ids, turns)
    told = {(pair.split()[0], pair.split()[1]) for pair, each in pairs.items() if each["id"] in accepted}
    assert {(one, other) for one in PEOPLE for other in relations(home, one)} == {
        each for one, other in told for each in ((one, other), (other, one))
    }
    for one, other in told:
        assert any({one, other} <= members.keys() for _, members in households(home, one))
    for turn in back:
        if ids[turn] in accepted:
            assert undo(home, ids[turn])["errors"] == []
    assert lasting(home) == [0, 0]


@pytest.mark.only_on("postgresql")  # SQLite has one writer
def test_of_two_stewards_at_one_suggestion_one_is_told_of_the_other(home: Hub) -> None:
    ids = [each["id"] for each in suggestions(home).values()]
    with ThreadPoolExecutor(4) as stewards:
        told = list(stewards.map(lambda each: codes(accept(home, each, withHousehold=False)), ids * 2))
    assert sorted(told) == [[]] * 6 + [[("CONFLICT", ["suggestions", "0"])]] * 6
    assert lasting(home) == [12, 0]
