"""Merging, looking at it before, and asking for who was merged tell nothing of who is out of sight."""

import pytest

from tests.leaks.expecting import hidden, leaked
from tests.leaks.opening import Hub
from tests.leaks.paths import Entry, document
from tests.leaks.test_fields import READING, refused

MERGERS = ("STEWARD", "ADMIN")
MERGED, ABSENT = "c8", "c9998"  # see filling.py; nobody has the other
MERGE = """mutation ($survivor: ID!, $duplicate: ID!) {
  mergeCustomers(input: {survivor: $survivor, survivorVersion: 1, duplicates: [$duplicate], reason: "x"}) {
    survivor { id } errors { code message path } } }"""


def preview(survivor: str, duplicate: str) -> Entry:
    asked = f'(input: {{survivor: "{survivor}", duplicates: ["{duplicate}"]}})'
    return Entry("previewMerge", asked, how_far=1)


@pytest.mark.parametrize("role", [name for name in READING if name not in MERGERS])
def test_who_may_not_merge_is_told_nothing_of_those_that_are_named(hub: Hub, role: str) -> None:
    alice, una = hub.filled.alice, hub.filled.una
    answer = hub.ask(document(preview(alice.ids["c"], una.ids["c"]), refused(hub, role)), role)
    told = answer.data["previewMerge"]
    assert [error["code"] for error in told["errors"]] == ["FORBIDDEN"]
    assert (told["survivor"], told["moves"], told["filled"], told["differences"]) == (None, [], [], [])
    assert leaked(answer.text, [*alice.marks(), *una.marks()]) == []


@pytest.mark.parametrize("role", MERGERS)
def test_what_stands_against_a_merge_tells_no_number(hub: Hub, role: str) -> None:
    told = hub.ask(document(preview(hub.filled.alice.ids["c"], hub.filled.una.ids["c"]), frozenset()), role)
    [error] = told.data["previewMerge"]["errors"]
    assert (error["code"], error["path"]) == ("INVALID", ["duplicates", "0"])  # two valid resident IDs
    assert leaked(told.text, hidden(hub.filled, hub.roles[role])) == []


def test_who_is_out_of_sight_is_told_of_as_nobody(hub: Hub) -> None:
    alice, wendy = hub.filled.alice.ids["c"], hub.filled.wendy.ids["c"]
    for named in ((alice, wendy), (wendy, alice)):
        absent = [ABSENT if each == wendy else each for each in named]
        told = [
            hub.ask(document(preview(*each), frozenset()), "STEWARD", ("EAST",)).alike
            for each in (named, absent)
        ]
        assert told[0] == told[1]
        merging = [
            hub.ask(MERGE, "STEWARD", ("EAST",), survivor=one, duplicate=other).alike
            for one, other in (named, absent)
        ]
        assert merging[0] == merging[1]


def test_who_was_merged_into_somebody_out_of_sight_is_nobody(hub: Hub) -> None:
    asked = (
        "query ($id: ID!) { customer(by: {id: $id}) { id } node(id: $id) { id } nodes(ids: [$id]) { id } }"
    )
    for branches, codes in ((("EAST1",), ["MERGED"] * 3), (("EAST2",), [])):
        told = [hub.ask(asked, "AGENT", branches, id=id) for id in (MERGED, ABSENT)]
        assert told[0].codes == codes
        assert (told[0].alike == told[1].alike) is (codes == [])
    number = '{ customer(by: {number: "C000000008"}) { id } }'
    assert hub.get(number, "AGENT", ("EAST1",)) == {"customer": {"id": hub.filled.alice.ids["c"]}}
    assert hub.get(number, "AGENT", ("EAST2",)) == {"customer": None}
