"""Review tasks tell nothing of who is out of sight, nor what a steward does not see clear."""

from dataclasses import replace
from datetime import date

import pytest

from loaders.reviews import COMPARED
from master.roles import FRAGMENTS, Role, shipped_roles
from master.session import Master
from schema.comparing import COMPARED as COMPARED_FIELDS
from tests.conftest import TESTER
from tests.leaks.expecting import leaked
from tests.leaks.opening import Hub
from tests.leaks.paths import Entry, document
from tests.leaks.test_fields import READING, checked, refused
from tests.leaks.test_merging import MERGERS
from tests.resolvers.reviewing import FIGURES as ALL_FIGURES
from tests.resolvers.reviewing import TASKS as ALL_TASKS
from tests.resolvers.reviewing import decide, run, tasks
from tests.schema.hub import Hub as HubInProcess
from tests.schema.hub import filling

TASKS, FIGURES = Entry("reviewTasks", how_far=2), Entry("reviewFigures")
COUNTED = "{ reviewTasks { totalCount nodes { id one { id } other { id } } } reviewFigures { open } }"
ONE = "query ($id: ID!) { reviewTask(id: $id) { id reasons { field } } }"
CLAIM = """mutation ($id: ID!) { claimReviewTasks(tasks: [$id]) {
  tasks { id } errors { code message path } } }"""
IN_THE_EAST, ACROSS, ABSENT = "w1", "w2", "w9998"  # see filling.py


@pytest.mark.parametrize("role", [name for name in READING if name not in MERGERS])
def test_who_may_not_merge_is_told_of_no_task(hub: Hub, role: str) -> None:
    everybody = [mark for person in hub.filled.everybody for mark in person.marks()]
    for entry in (TASKS, FIGURES, Entry("reviewTask", f'(id: "{IN_THE_EAST}")', how_far=1)):
        answer = hub.ask(document(entry, refused(hub, role)), role)
        assert (set(answer.codes), answer.data) == ({"FORBIDDEN"}, {entry.root: None}), entry
        assert leaked(answer.text, everybody) == []


@pytest.mark.parametrize("role", MERGERS)
def test_both_customers_of_a_task_are_told_as_the_role_says(hub: Hub, role: str) -> None:
    telling = checked(hub, role, TASKS)
    assert telling.checked > 500
    assert {"ReviewTask.odds", "MatchReason.weight", "IdentityDocument.number"} <= telling.fields


def test_a_task_is_in_sight_where_both_are_and_counted_nowhere_else(hub: Hub) -> None:
    alice, bob, wendy = (each.ids["c"] for each in (hub.filled.alice, hub.filled.bob, hub.filled.wendy))
    for branches, seen in (
        (("EAST",), [{"id": IN_THE_EAST, "one": {"id": alice}, "other": {"id": bob}}]),
        (("WEST1",), [{"id": ACROSS, "one": {"id": alice}, "other": {"id": wendy}}]),
        (("EAST2",), []),
    ):
        told = hub.get(COUNTED, "STEWARD", branches)
        assert told == {
            "reviewTasks": {"totalCount": len(seen), "nodes": seen},
            "reviewFigures": {"open": len(seen)},
        }


def test_a_task_out_of_sight_is_answered_as_one_that_is_not_there(hub: Hub) -> None:
    for asked in (ONE, CLAIM):
        told = [hub.ask(asked, "STEWARD", ("EAST",), id=id).alike for id in (ACROSS, ABSENT)]
        assert told[0] == told[1]


@pytest.fixture
def alike(master: Master) -> HubInProcess:
    """Two pairs, each of one name, mobile and year of birth: w1 also of one e-mail address, which stewards
    see masked, w2 of two."""
    with filling(master) as fill:
        fill.token()
        for n, name, born, mobile, email in (
            (1, "王晓梅", date(1980, 1, 1), "13800138000", "mei@example.com"),
            (2, "王晓梅", date(1980, 7, 19), "13800138000", "mei@example.com"),
            (3, "李大明", date(1970, 1, 1), "13900139000", "daming@example.com"),
            (4, "李大明", date(1970, 7, 19), "13900139000", "office@example.org"),
        ):
            person = fill.customer(n, name, birth_date=born)
            fill.point(person, mobile, "MOBILE")
            fill.point(person, email, "EMAIL")
        fill.derive()
    run(master)
    return HubInProcess(master)


# The same of each task, whichever it is.
OWN = {"id", "one", "other"}


def test_pairs_that_differ_in_hidden_fields_alone_are_told_alike(alike: HubInProcess) -> None:
    """Also by verdict and priority, which come of the odds."""
    assert [(each["verdict"], each["priority"]) for each in tasks(alike)] == [("SAME", 1230), ("REVIEW", 380)]
    told = tasks(alike, "STEWARD")
    one, another = ({name: value for name, value in each.items() if name not in OWN} for each in told)
    assert one == another
    assert (one["verdict"], one["priority"]) == ("SAME", round(one["odds"] * 100))


def test_tasks_are_filtered_by_verdict_for_those_alone_who_see_all_that_was_compared(
    alike: HubInProcess,
) -> None:
    assert [each["id"] for each in tasks(alike, verdict=["SAME"])] == ["w1"]
    refused = alike.ask(ALL_TASKS, "STEWARD", filter={"verdict": ["SAME"]})
    assert (refused.errors, refused.input_paths) == (
        [("FORBIDDEN", ["reviewTasks"])],
        [["filter", "verdict"]],
    )


def test_the_share_that_was_decided_by_the_odds_is_told_to_those_alone_who_see_them(
    alike: HubInProcess,
) -> None:
    decide(alike, "DIFFERENT", "w1")
    told = {role: alike.get(ALL_FIGURES, role)["reviewFigures"] for role in ("ADMIN", "STEWARD")}
    assert {role: (each["decided"], each["agreement"]) for role, each in told.items()} == {
        "ADMIN": (1, 0.0),
        "STEWARD": (1, None),
    }


def test_the_order_of_tasks_tells_nothing_to_who_may_not_sort_by_what_it_does_not_see(
    alike: HubInProcess,
) -> None:
    """Who may find parts of masked values may sort by them, as everywhere."""
    steward = shipped_roles()["STEWARD"]
    whole_values = replace(steward, permissions=steward.permissions - {FRAGMENTS})
    refusing = Role("R", "refuses", steward.permissions, refused=frozenset({"birth"}))
    with alike.master.transaction(TESTER) as tx:
        tx.connection.exec_driver_sql("UPDATE review_tasks SET priority = priority + 10000 WHERE id = 2")
    found = {
        name: [each["id"] for each in tasks(alike, role)]
        for name, role in {"all": "ADMIN", "parts": steward, "whole": whole_values, "no": refusing}.items()
    }
    assert found == {"all": ["w2", "w1"], "parts": ["w2", "w1"], "whole": ["w1", "w2"], "no": ["w1", "w2"]}


def test_what_a_judgement_tells_of_is_all_that_is_compared() -> None:
    assert set(COMPARED) == {of for of, _ in COMPARED_FIELDS.values()}
