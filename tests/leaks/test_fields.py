"""Every role, on every path, is told every field as the roles file says."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from master.roles import AUDIT_READ, CLASSES, MASKABLE, read_roles
from schema.classes import classes, masked_fields, refused_fields
from tests.leaks.expecting import Telling, comparable, hidden, leaked
from tests.leaks.opening import Hub, as_roles, on_one_database
from tests.leaks.paths import Entry, commands, concrete, document, entries, mutation, query, readable_fields

SHIPPED = tuple(read_roles(None))
MADE = ("READER", "ALL_MASKED", "ALL_FOUND", "OWN_ROWS", *(f"REFUSES_{name.upper()}" for name in CLASSES))
READING = tuple(name for name in (*SHIPPED, *MADE) if name != "SECURITY")
SOME = ("AGENT", "ALL_MASKED", "OWN_ROWS")  # asked on every database
OTHERS = tuple(name for name in READING if name not in SOME)
FEWEST_CHECKED = 5000  # values that each role is told: a suite that asks for nothing must not pass
# Told of the caller, of the time or of typed words: tested by themselves.
OTHERWISE = (
    *("AccessEntry", "AccessEntryConnection", "AccessEntryEdge", "Viewer"),
    *("SearchNotice", "SearchReading", "OtherReading"),
    *("MergePreview", "MergeMove", "MergeDifference", "UserError"),
    *("ReviewTask", "ReviewTaskConnection", "ReviewTaskEdge", "ReviewFigures"),
    *("RelativeSuggestion", "RelativeSuggestionConnection", "RelativeSuggestionEdge", "RelativeFigures"),
    *("Batch", "BatchConnection", "BatchEdge", "BatchFinding", "BatchRecord"),
    *("BatchRecordConnection", "BatchRecordEdge"),
)


def refused(hub: Hub, role: str) -> frozenset[str]:
    return frozenset(refused_fields(hub.roles[role]))


def clear_to(hub: Hub, role: str) -> str:
    """A role that sees the same customers, and all of them clear."""
    its = hub.roles[role]
    return "ADMIN" if its.sees_unassigned or its.branches == "all" else "READER"


def checked(hub: Hub, role: str, entry: Entry) -> Telling:
    """Asks for all below the entry that the role may ask for, and compares it with what is clear."""
    text, telling = document(entry, refused(hub, role)), Telling(hub.roles[role])
    answer = hub.ask(text, role)
    if classes().get(entry.by) in hub.roles[role].refused:
        assert (answer.codes, answer.data) == (["FORBIDDEN"], {entry.root: None}), entry
        return telling
    clear = hub.clear(text, clear_to(hub, role))[entry.root]
    assert clear, entry
    assert "errors" not in answer.json, (entry, answer.text)
    expected = telling.told(concrete(entry), clear)
    assert comparable(answer.data[entry.root]) == comparable(expected), entry
    assert leaked(answer.text, hidden(hub.filled, hub.roles[role])) == [], entry
    return telling


def emptied(hub: Hub, role: str) -> set[str]:
    """What stands only beside fields that the role may not ask for."""
    return {"Money.currency"} if "money" in hub.roles[role].refused else set()


@as_roles(SOME, OTHERS)
def test_every_field_is_told_as_the_role_says_on_every_path(
    hub: Hub, role: str, record_property: Callable[[str, object], None]
) -> None:
    tellings = [checked(hub, role, entry) for entry in entries(hub.filled)]
    asked = set[str]().union(*(each.fields for each in tellings))
    wanted = {name for name in readable_fields() if name.partition(".")[0] not in OTHERWISE}
    assert {name for name in asked if name.partition(".")[0] not in OTHERWISE} == wanted - refused(
        hub, role
    ) - {"Customer.accessLog", "Customer.suggestedRelatives"} - emptied(hub, role)
    checked_values = sum(each.checked for each in tellings)
    record_property("values", checked_values)
    assert checked_values > FEWEST_CHECKED


def test_every_way_in_is_one_of_the_suites(hub: Hub) -> None:
    """Merging, reviews, suggested relatives and batches are for few roles: test_merging.py, test_reviews.py,
    test_relatives.py and test_batches.py."""
    few = {"viewer", "previewMerge", "reviewTasks", "reviewTask", "reviewFigures"}
    few |= {"relativeSuggestions", "relativeSuggestion", "relativeFigures", "batches", "batch"}
    assert {each.root for each in entries(hub.filled)} == set(query().fields) - few
    for_stewards = {name for name in mutation().fields if "Review" in name or "Relatives" in name}
    for_stewards.add("takeBackBatch")
    assert {each.root for each in commands(hub.filled)} == set(mutation().fields) - for_stewards


@pytest.mark.parametrize("role", ["AGENT", "STEWARD", "ALL_FOUND", "REFUSES_NAME", "REFUSES_CONTACT"])
def test_what_a_command_shows_is_told_as_the_role_says(hub: Hub, role: str) -> None:
    """A lost update shows the present state, a duplicate the candidates."""
    tellings = [checked(hub, role, entry) for entry in commands(hub.filled)[:3]]
    assert sum(each.checked for each in tellings) > 500
    assert {"CustomerMatch.probability", "Lead.stage", "Customer.version"} <= set[str]().union(
        *(each.fields for each in tellings)
    )


def values_of(telling: Any, name: str = "") -> Counter[tuple[str, str]]:
    """How often each text stands at each name in an answer."""
    if isinstance(telling, dict):
        return sum((values_of(value, at) for at, value in telling.items()), Counter[tuple[str, str]]())
    if isinstance(telling, list):
        return sum((values_of(each, name) for each in telling), Counter[tuple[str, str]]())
    return Counter([(name, telling)] if isinstance(telling, str) else [])


def test_what_is_clear_is_what_was_put(hub: Hub) -> None:
    """So that a mask can not hide that nothing was told at all."""
    clear = [hub.clear(document(entry, frozenset()), "READER") for entry in entries(hub.filled)]
    told = sum((values_of(each) for each in clear), Counter[tuple[str, str]]())
    alice = hub.filled.alice
    for name, values in alice.values.items():
        field = name.partition(".")[2]
        assert [value for value in values if not told[field, value]] == [], name
    maskable = {name for name, of in classes().items() if of in MASKABLE and hub.filled.planted(name)}
    shown = {
        name for name in maskable if any(told[name.partition(".")[2], v] for v in hub.filled.planted(name))
    }
    assert shown == maskable
    # What a steward said is for few roles: test_reviews.py, test_relatives.py and test_batches.py.
    of_pairs = {"ReviewTask.reason", "RelativeSuggestion.reason", "Batch.takenBackReason"}
    assert maskable == set(masked_fields(hub.roles["ALL_MASKED"])) - of_pairs


@as_roles(("AUDITOR",), tuple(name for name in READING if name != "AUDITOR"))
def test_who_saw_a_customer_is_told_to_those_who_read_the_audit(hub: Hub, role: str) -> None:
    log = frozenset(f"{each}" for each in readable_fields() if each.startswith("AccessEntry"))
    for entry in entries(hub.filled)[:12]:
        text = document(entry, frozenset(), only=log)
        answer = hub.ask(text, role, log=True) if text else None
        if answer is None:
            continue
        if AUDIT_READ in hub.roles[role].permissions:
            assert "errors" not in answer.json, answer.text
            assert '"accessLog":{' in answer.text
        else:
            assert set(answer.codes) == {"FORBIDDEN"}
            assert '"occasion"' not in answer.text
        assert leaked(answer.text, hidden(hub.filled, hub.roles[role])) == []


@as_roles((), (*SHIPPED, *MADE))
def test_the_viewer_is_told_what_the_roles_file_says(hub: Hub, role: str) -> None:
    document = "{ viewer { name roles branches { code } permissions masked refused } }"
    its = hub.roles[role]
    assert hub.get(document, role)["viewer"] == {
        "name": f"the {role}",
        "roles": [role],
        "branches": None if role in ("AUDITOR", "SECURITY") else [{"code": "HQ"}],
        "permissions": sorted(its.permissions),
        "masked": masked_fields(its),
        "refused": refused_fields(its),
    }


@on_one_database
def test_who_may_not_read_is_told_nothing(hub: Hub) -> None:
    everything = [mark for person in hub.filled.everybody for mark in person.marks()]
    for entry in entries(hub.filled):
        answer = hub.ask(document(entry, frozenset()), "SECURITY", log=True)
        assert set(answer.codes) == {"FORBIDDEN"}, (entry, answer.text)
        assert answer.data is None or answer.data[entry.root] in (None, [None]), (entry, answer.text)
        assert leaked(answer.text, everything) == []
