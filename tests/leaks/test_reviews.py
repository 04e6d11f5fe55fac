"""Review tasks tell nothing of who is out of sight, nor what a steward does not see clear."""

import pytest

from tests.leaks.expecting import leaked
from tests.leaks.opening import Hub
from tests.leaks.paths import Entry, document
from tests.leaks.test_fields import READING, checked, refused
from tests.leaks.test_merging import MERGERS

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
