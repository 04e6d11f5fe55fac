"""Who is not merged: changes nothing, and is told why."""

from typing import Any

import pytest
from sqlalchemy import func, select

from master.tables.base import table
from master.tables.merges import MergeRow
from tests.master.merging.town import a_town, everything
from tests.resolvers.commanding import UPDATE, codes
from tests.resolvers.merging import BY_ID, MERGE, PREVIEW, merge, merging, unmerge, version_of
from tests.schema.hub import Hub, filling

REFUSED = [
    ({"survivorVersion": 99}, [("CONFLICT", ["survivorVersion"])]),
    ({"duplicates": []}, [("INVALID", ["duplicates"])]),
    ({"duplicates": ["c1"]}, [("INVALID", ["duplicates", "0"])]),
    ({"duplicates": ["c2", "c2"]}, [("INVALID", ["duplicates", "1"])]),
    ({"duplicates": ["c2", "c99"]}, [("NOT_FOUND", ["duplicates", "1"])]),
    ({"duplicates": ["p1"]}, [("NOT_FOUND", ["duplicates", "0"])]),
    ({"survivor": "c98"}, [("NOT_FOUND", ["survivor"])]),
    ({"reason": " "}, [("INVALID", ["reason"])]),
    ({"duplicates": [f"c{n}" for n in range(2, 23)]}, [("INVALID", ["duplicates"])]),
]


@pytest.mark.parametrize(("given", "told"), REFUSED)
def test_a_merge_that_may_not_be_changes_nothing(couple: Hub, given: dict[str, Any], told: Any) -> None:
    before = everything(couple.master)
    refused = couple.get(MERGE, "STEWARD", input={**merging(couple, "c1", "c2"), **given})["mergeCustomers"]
    assert codes(refused) == told
    assert (refused["survivor"] is not None) is (told[0][0] == "CONFLICT")
    assert everything(couple.master) == before


def test_what_is_merged_is_not_merged_again(couple: Hub) -> None:
    with filling(couple.master) as fill:
        fill.customer(7)
        fill.derive()
    merge(couple, "c1", "c2")
    assert codes(merge(couple, "c3", "c2")) == [("CONFLICT", ["duplicates", "0"])]
    late = couple.get(MERGE, "STEWARD", input=merging(couple, "c2", "c3", version=1))["mergeCustomers"]
    assert codes(late) == [("CONFLICT", ["survivor"])]


def test_different_valid_documents_and_kinds_are_never_one_customer(hub: Hub) -> None:
    with filling(hub.master) as fill:
        for n, number in enumerate(("11010519491231002X", "440524188001010014"), 1):
            fill.document(fill.customer(n), number, "RESIDENT_ID")
        fill.customer(3, kind="ORGANIZATION")
        fill.derive()
    assert codes(merge(hub, "c1", "c2")) == [("INVALID", ["duplicates", "0"])]
    assert codes(merge(hub, "c1", "c3")) == [("INVALID", ["duplicates", "0"])]
    wrong = {"id": "c2", "version": version_of(hub, "c2"), "removeDocuments": ["d2"]}
    assert hub.get(UPDATE, input=wrong)["updateCustomer"]["errors"] == []
    assert merge(hub, "c1", "c2")["errors"] == []


def test_who_may_not_merge_or_does_not_see_both_is_refused(hub: Hub) -> None:
    with a_town(hub.master) as (town, fill):
        fill.customer(1, branch_id=town.branches[0])
        fill.customer(2, branch_id=town.branches[1])
    input = merging(hub, "c1", "c2")
    assert codes(hub.get(MERGE, "AGENT", input=input)["mergeCustomers"]) == [("FORBIDDEN", None)]
    north = hub.get(MERGE, "STEWARD", branches=["NORTH"], input=input)["mergeCustomers"]
    assert codes(north) == [("NOT_FOUND", ["duplicates", "0"])]
    south = hub.get(MERGE, "STEWARD", branches=["SOUTH"], input=input)["mergeCustomers"]
    assert codes(south) == [("NOT_FOUND", ["survivor"])]
    asked = {"survivor": "c1", "duplicates": ["c2"]}
    told = hub.get(PREVIEW, "STEWARD", branches=["NORTH"], **asked)["previewMerge"]
    assert codes(told) == [("NOT_FOUND", ["duplicates", "0"])]
    forbidden = hub.get(PREVIEW, "AGENT", **asked)["previewMerge"]
    assert codes(forbidden) == [("FORBIDDEN", None)]
    merge(hub, "c1", "c2")
    assert codes(unmerge(hub, "m1", role="AGENT")) == [("FORBIDDEN", None)]
    with filling(hub.master) as fill:
        fill.branch("WEST")
    assert codes(unmerge(hub, "m1", branches=["WEST"])) == [("NOT_FOUND", ["mergeId"])]
    assert hub.ask(BY_ID, "AGENT", branches=["WEST"], id="c2").errors == []


def test_the_same_call_twice_merges_once(couple: Hub) -> None:
    input = merging(couple, "c1", "c2", idempotencyKey="k1")
    for _ in range(2):
        done = couple.get(MERGE, "STEWARD", input=input)["mergeCustomers"]
        assert (done["survivor"]["id"], done["errors"]) == ("c1", [])
    other = couple.get(MERGE, "STEWARD", input={**input, "reason": "another"})["mergeCustomers"]
    assert codes(other) == [("CONFLICT", ["idempotencyKey"])]
    with couple.master.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(table(MergeRow))) == 1
