"""Customers who are one are merged, and answer as one."""

from datetime import date

import pytest
from sqlalchemy import insert

from master.tables.access import AccessEntryRow, AccessSubjectRow
from master.tables.base import table
from tests.conftest import SetTime
from tests.master.merging.town import a_town, everything, two
from tests.resolvers.commanding import UPDATE, codes
from tests.resolvers.merging import (
    BY_ID,
    PREVIEW,
    UNMERGE,
    merge,
    seen,
    seen_of,
    subjects_of,
    unmerge,
    version_of,
)
from tests.schema.hub import MORNING, Hub, filling


def test_the_survivor_has_what_both_had_and_says_once_what_both_said(couple: Hub) -> None:
    done = merge(couple, "c1", "c2")
    assert (done["errors"], done["restored"], done["undecided"]) == ([], [], [])
    one = done["survivor"]
    assert (one["id"], one["number"], one["name"], one["gender"]) == ("c1", "C000000001", "Person 1", "MALE")
    assert [each["primary"] for each in one["documents"]] == [True, False, False]
    assert [each["kind"] for each in one["contactPoints"]] == ["MOBILE", "ADDRESS", "ADDRESS"]
    assert one["tags"] == [{"tag": {"code": "LOYAL"}}]
    assert subjects_of(one) == {"call 1", "call 3"}
    assert {each["title"] for each in one["leads"]["nodes"]} == {"chance 1", "chance 3"}
    assert one["households"] == [{"role": "head"}]
    assert one["relations"] == []
    assert one["sources"] == [{"source": "CORE", "key": "K1"}, {"source": "CRM", "key": "K3"}]
    [edge] = one["policies"]["edges"]
    assert edge["roles"] == ["BENEFICIARY"]
    both = [(each["order"], each["share"], each["customer"]["id"]) for each in edge["node"]["parties"]]
    assert both == [(1, "12.50", "c1"), (3, "12.50", "c1")]
    [merged] = one["merged"]
    assert merged.pop("at").startswith("2026-11-22T02:00:00")
    assert merged == {
        "mergeId": "m1",
        "customerId": "c2",
        "number": "C000000003",
        "name": "Person 3",
        "by": "tester",
        "reason": "t**********e",
    } | {"reason": merged["reason"]}


def test_what_the_survivor_leaves_open_is_taken_from_the_duplicate(hub: Hub) -> None:
    two(hub.master, gender="FEMALE", birth_date=date(1981, 2, 3), status_by_hand="DECEASED")
    done = merge(hub, "c2", "c1")["survivor"]
    assert (done["gender"], done["birthDate"], done["status"]) == ("FEMALE", "1981-02-03", "DECEASED")
    unmerge(hub, "m1")
    with filling(hub.master) as fill:
        town_less = fill.customer(9, "Knows little")
        fill.derive()
    filled = merge(hub, f"c{town_less}", "c2")["survivor"]
    assert (filled["gender"], filled["birthDate"], filled["status"]) == ("FEMALE", "1981-02-03", "DECEASED")
    assert filled["branch"] == {"code": "SOUTH"}
    undone = unmerge(hub, "m2")
    assert undone["survivor"]["gender"] is None


def test_a_merged_customer_is_answered_with_who_it_is_now(couple: Hub) -> None:
    merge(couple, "c1", "c2")
    answer = couple.ask(BY_ID, id="c2")
    assert answer.data == {"customer": None, "node": None}
    assert sorted(answer.errors) == [("MERGED", ["customer"]), ("MERGED", ["node"])]
    assert answer.extensions == [{"survivor": "c1"}] * 2
    several = couple.ask('{ nodes(ids: ["c2", "c1", "c99"]) { id } }')
    assert several.data == {"nodes": [None, {"id": "c1"}, None]}
    assert several.errors == [("MERGED", ["nodes", 0])]


@pytest.mark.parametrize(
    "key",
    [
        'number: "C000000003"',
        'source: {source: "CRM", key: "K3"}',
        'document: {type: PASSPORT, number: "G30000000"}',
    ],
)
def test_a_number_key_or_document_of_a_merged_customer_means_the_survivor(couple: Hub, key: str) -> None:
    asked = f"{{ customer(by: {{{key}}}) {{ id }} }}"
    assert couple.get(asked) == {"customer": {"id": "c2"}}
    merge(couple, "c1", "c2")
    assert couple.get(asked) == {"customer": {"id": "c1"}}
    unmerge(couple, "m1")
    assert couple.get(asked) == {"customer": {"id": "c2"}}


def test_a_document_of_both_is_ambiguous_until_they_are_one(couple: Hub) -> None:
    asked = '{ customer(by: {document: {type: PASSPORT, number: "E10000000"}}) { id } }'
    assert couple.ask(asked).errors == [("AMBIGUOUS", ["customer"])]
    merge(couple, "c1", "c2")
    assert couple.get(asked) == {"customer": {"id": "c1"}}


def test_a_write_to_a_merged_customer_says_who_it_is_now(couple: Hub) -> None:
    merge(couple, "c1", "c2")
    refused = couple.get(UPDATE, input={"id": "c2", "version": 1, "name": "X"})["updateCustomer"]
    assert codes(refused) == [("MERGED", ["id"])]


def test_what_was_read_before_a_merge_can_not_be_written_after_it(couple: Hub) -> None:
    before = version_of(couple, "c1")
    assert merge(couple, "c1", "c2")["survivor"]["version"] > before
    late = couple.get(UPDATE, input={"id": "c1", "version": before, "name": "X"})["updateCustomer"]
    assert codes(late) == [("CONFLICT", ["version"])]


def test_who_could_see_one_of_both_sees_the_survivor(hub: Hub) -> None:
    with a_town(hub.master) as (town, fill):
        fill.customer(1, "North", branch_id=town.branches[0])
        fill.customer(2, "South", branch_id=town.branches[1])
    asked = "{ customers { nodes { number } } }"
    seen = {"customers": {"nodes": [{"number": "C000000001"}]}}
    assert hub.get(asked, "AGENT", branches=["NORTH"]) == seen
    merge(hub, "c1", "c2")
    assert hub.get(asked, "AGENT", branches=["SOUTH"]) == seen
    back = hub.ask(UNMERGE, "STEWARD", branches=["SOUTH"], input={"mergeId": "m1", "reason": "no"})
    assert (back.errors, back.data["unmergeCustomer"]["survivor"]) == ([], None)
    assert [each["id"] for each in back.data["unmergeCustomer"]["restored"]] == ["c2"]


def test_a_preview_tells_what_a_merge_does_and_changes_nothing(hub: Hub) -> None:
    two(hub.master, birth_date=date(1981, 2, 3))
    before = everything(hub.master)
    told = hub.get(PREVIEW, survivor="c2", duplicates=["c1"])["previewMerge"]
    assert everything(hub.master) == before
    assert told["survivor"] == {"id": "c2"}
    assert {each["entity"]: (each["count"], each["folded"]) for each in told["moves"]} == {
        "Contact": (1, 0),
        "Lead": (1, 0),
        "IdentityDocument": (2, 1),
        "ContactPoint": (2, 1),
        "CustomerTag": (1, 1),
        "PolicyParty": (1, 0),
        "HouseholdMembership": (1, 1),
        "CustomerRelation": (1, 0),
        "SourceRecord": (1, 0),
    }
    assert told["filled"] == ["gender"]
    assert [(each["field"], each["duplicate"]["id"]) for each in told["differences"]] == [
        ("name", "c1"),
        ("birthDate", "c1"),
    ]
    refused = hub.get(PREVIEW, "STEWARD", survivor="c2", duplicates=["c2"])["previewMerge"]
    assert (codes(refused), refused["moves"]) == ([("INVALID", ["duplicates", "0"])], [])


def test_who_saw_one_of_both_saw_the_survivor(couple: Hub) -> None:
    """An answer that showed both is told once."""
    with filling(couple.master) as fill:
        for customers in ((1,), (2,), (1, 2)):
            at = {"at": MORNING, "occasion": "READ", "token_id": "t1", "viewer": "tester", "role": "AGENT"}
            entry = fill.add(AccessEntryRow, **at, reason=f"{customers}")
            fill.tx.execute(
                insert(table(AccessSubjectRow)), [{"customer_id": id, "entry_id": entry} for id in customers]
            )
    asked = '{ customer(by: {id: "c1"}) { accessLog { totalCount nodes { reason } } } }'
    assert couple.get(asked)["customer"]["accessLog"]["totalCount"] == 2
    merge(couple, "c1", "c2")
    log = couple.get(asked)["customer"]["accessLog"]
    assert log == {"totalCount": 3, "nodes": [{"reason": each} for each in ("(1, 2)", "(2,)", "(1,)")]}


def test_who_saw_two_while_they_were_one_saw_each_of_them(couple: Hub, time: SetTime) -> None:
    seen(couple, time, 1, "before")
    merge(couple, "c1", "c2")
    seen(couple, time, 1, "while they were one")
    unmerge(couple, "m1")
    seen(couple, time, 1, "after")
    assert seen_of(couple, "c1") == ["after", "while they were one", "before"]
    assert seen_of(couple, "c2") == ["while they were one"]


@pytest.mark.parametrize("order", [("m1", "m2"), ("m2", "m1")])
def test_who_saw_three_while_they_were_one_saw_each_of_them(
    hub: Hub, time: SetTime, order: tuple[str, str]
) -> None:
    """c3 went into c2, and c2 into c1."""
    with a_town(hub.master) as (town, fill):
        for n in (1, 3, 5):
            town.customer(fill, n)
    seen(hub, time, 1, "c1 alone")
    seen(hub, time, 2, "c2 alone")
    merge(hub, "c2", "c3")
    seen(hub, time, 1, "c1 alone, later")
    seen(hub, time, 2, "c2 and c3")
    merge(hub, "c1", "c2")
    seen(hub, time, 1, "all")
    unmerge(hub, order[0])
    seen(hub, time, 1, "c1 after")
    unmerge(hub, order[1])
    seen(hub, time, 1, "c1 last")
    of_two, both = ("all", "c2 and c3"), {"c1 after"} if order[0] == "m1" else set()
    assert seen_of(hub, "c3") == list(of_two)
    assert set(seen_of(hub, "c2")) == {"all", "c2 and c3", "c2 alone", *both}
    assert seen_of(hub, "c1") == ["c1 last", "c1 after", "all", "c1 alone, later", "c1 alone"]


def test_who_saw_one_while_it_was_a_third_one_saw_whoever_it_is_now(hub: Hub, time: SetTime) -> None:
    """c2 was c1, and is c3 now."""
    with a_town(hub.master) as (town, fill):
        for n in (1, 3, 5):
            town.customer(fill, n)
    merge(hub, "c1", "c2")
    seen(hub, time, 1, "as c1")
    unmerge(hub, "m1")
    seen(hub, time, 1, "c1 alone")
    assert seen_of(hub, "c3") == []
    merge(hub, "c3", "c2")
    assert seen_of(hub, "c3") == ["as c1"]
    unmerge(hub, "m2")
    assert seen_of(hub, "c3") == []
