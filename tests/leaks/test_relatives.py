"""Suggested relatives tell nothing of who is out of sight, nor what a steward does not see clear."""

from dataclasses import replace

import pytest

from loaders.relative_suggestions import COMPARED
from master.roles import FRAGMENTS, Role, shipped_roles
from master.session import Master
from schema.relative_suggestions import COMPARED as COMPARED_FIELDS
from tests.conftest import TESTER
from tests.leaks.expecting import leaked
from tests.leaks.opening import Hub
from tests.leaks.paths import Entry, document
from tests.leaks.test_fields import READING, checked, refused
from tests.leaks.test_merging import MERGERS
from tests.resolvers.commanding import codes
from tests.resolvers.relating import accept, family, households, id_of, relations, suggestions
from tests.schema.hub import Hub as HubInProcess

SUGGESTIONS, FIGURES = Entry("relativeSuggestions", how_far=2), Entry("relativeFigures")
COUNTED = """{ relativeSuggestions { totalCount nodes { id one { id } other { id } } }
  relativeFigures { open } }"""
OF_ONE = "query ($id: ID!) { customer(by: {id: $id}) { suggestedRelatives { id one { id } other { id } } } }"
ONE = "query ($id: ID!) { relativeSuggestion(id: $id) { id reasons { field } } }"
ACCEPT = """mutation ($id: ID!) { acceptRelatives(input: {suggestions: [$id]}) {
  suggestions { id } errors { code message path } } }"""
IN_THE_EAST, ACROSS, ABSENT = "f1", "f2", "f9998"  # see filling.py


@pytest.mark.parametrize("role", [name for name in READING if name not in MERGERS])
def test_who_may_not_merge_is_told_of_no_suggestion(hub: Hub, role: str) -> None:
    everybody = [mark for person in hub.filled.everybody for mark in person.marks()]
    for entry in (SUGGESTIONS, FIGURES, Entry("relativeSuggestion", f'(id: "{IN_THE_EAST}")', how_far=1)):
        answer = hub.ask(document(entry, refused(hub, role)), role)
        assert (set(answer.codes), answer.data) == ({"FORBIDDEN"}, {entry.root: None}), entry
        assert leaked(answer.text, everybody) == []
    answer = hub.ask(OF_ONE, role, id=hub.filled.alice.ids["c"])
    assert (set(answer.codes), answer.data) == ({"FORBIDDEN"}, {"customer": {"suggestedRelatives": None}})


@pytest.mark.parametrize("role", MERGERS)
def test_both_customers_of_a_suggestion_are_told_as_the_role_says(hub: Hub, role: str) -> None:
    telling = checked(hub, role, SUGGESTIONS)
    assert telling.checked > 500
    assert {"RelativeSuggestion.status", "IdentityDocument.number"} <= telling.fields


def test_a_suggestion_is_in_sight_where_both_are_and_told_nowhere_else(hub: Hub) -> None:
    alice, bob, wendy = (each.ids["c"] for each in (hub.filled.alice, hub.filled.bob, hub.filled.wendy))
    for branches, seen in (
        (("EAST",), [{"id": IN_THE_EAST, "one": {"id": alice}, "other": {"id": bob}}]),
        (("WEST1",), [{"id": ACROSS, "one": {"id": alice}, "other": {"id": wendy}}]),
        (("EAST2",), []),
    ):
        told = hub.get(COUNTED, "STEWARD", branches)
        assert told == {
            "relativeSuggestions": {"totalCount": len(seen), "nodes": seen},
            "relativeFigures": {"open": len(seen)},
        }
        if seen:
            of_alice = hub.get(OF_ONE, "STEWARD", branches, id=alice)
            assert of_alice == {"customer": {"suggestedRelatives": seen}}


def test_a_suggestion_out_of_sight_is_answered_as_one_that_is_not_there(hub: Hub) -> None:
    for asked in (ONE, ACCEPT):
        told = [hub.ask(asked, "STEWARD", ("EAST",), id=id).alike for id in (ACROSS, ABSENT)]
        assert told[0] == told[1]


@pytest.fixture
def home(master: Master) -> HubInProcess:
    """A family of which the daughter, c4, is at home in the south alone."""
    family(master, ("NORTH", "NORTH", "NORTH", "SOUTH"))
    return HubInProcess(master)


def test_pairs_that_differ_in_masked_fields_alone_are_told_alike(home: HubInProcess) -> None:
    """Father and son share a mobile too; made a man, the daughter differs from the son by that alone."""
    with home.master.transaction(TESTER) as tx:
        tx.connection.exec_driver_sql(
            "UPDATE relative_suggestions SET levels = '1,-1,1,1,2' WHERE odds = 6.0"
        )
    told = suggestions(home, "STEWARD")
    one, another = ({**told[pair], "id": "", "other": ""} for pair in ("c1 c3", "c1 c4"))
    assert one == another
    assert suggestions(home)["c1 c3"]["probability"] > suggestions(home)["c1 c4"]["probability"]


def test_the_order_tells_nothing_to_who_may_not_sort_by_what_it_does_not_see(home: HubInProcess) -> None:
    steward = shipped_roles()["STEWARD"]
    whole_values = replace(steward, permissions=steward.permissions - {FRAGMENTS})
    refusing = Role("R", "refuses", steward.permissions, refused=frozenset({"birth"}))
    with home.master.transaction(TESTER) as tx:
        tx.connection.exec_driver_sql("UPDATE relative_suggestions SET priority = 10000 WHERE id = 6")
    first = {
        name: next(iter(suggestions(home, role).values()))["id"]
        for name, role in {"all": "ADMIN", "parts": steward, "whole": whole_values, "no": refusing}.items()
    }
    assert first == {"all": "f6", "parts": "f6", "whole": "f1", "no": "f1"}


def test_what_a_role_does_not_see_is_not_made_a_relation_by_it(home: HubInProcess) -> None:
    """Who is parent, and who is child, follows of birth dates."""
    refusing = Role("R", "refuses", shipped_roles()["STEWARD"].permissions, refused=frozenset({"birth"}))
    (father,) = id_of(home, "c1 c3")
    assert suggestions(home, refusing)["c1 c3"]["relation"] is None
    assert accept(home, father, role=refusing)["errors"] == []
    assert (relations(home, "c3"), len(households(home, "c3"))) == ({}, 1)


def test_nobody_is_brought_into_a_household_out_of_sight(home: HubInProcess) -> None:
    siblings, couple = id_of(home, "c3 c4", "c1 c2")
    assert codes(accept(home, siblings, branches=["NORTH"])) == [("NOT_FOUND", ["suggestions", "0"])]
    home.get(
        """mutation { createHousehold(input: {name: "South", members: [{customer: "c4", role: "head"}]}) {
          household { id } errors { code } } }"""
    )
    refused = accept(home, couple, branches=["NORTH"], household="h1")
    assert codes(refused) == [("NOT_FOUND", ["household"])]


def test_what_a_suggestion_tells_of_is_all_that_is_compared() -> None:
    assert set(COMPARED) == set(COMPARED_FIELDS.values())
