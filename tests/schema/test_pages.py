"""Connections: bounds, cursors, orders and counts."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from master.session import Master
from tests.conftest import SetTime
from tests.schema.hub import MORNING, Hub, filling

CUSTOMERS = """
query ($first: Int, $after: String, $orderBy: CustomerOrder, $filter: CustomerFilter) {
  customers(first: $first, after: $after, orderBy: $orderBy, filter: $filter) {
    nodes { number } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor }
  }
}"""


@pytest.fixture
def names(master: Master, time: SetTime) -> list[str]:
    """Names in their order of number; two are alike. Those with odd numbers were changed later."""
    given = ["Dora", "Anna", "Carl", "Anna", "Bert"]
    for odd in (0, 1):
        time.forward(hours=1)
        with filling(master) as fill:
            for number, name in enumerate(given, start=1):
                if number % 2 == odd:
                    fill.customer(number, name)
    return given


def numbers(page: Any) -> list[int]:
    return [int(node["number"][1:]) for node in page["nodes"]]


def walked(hub: Hub, first: int, **variables: Any) -> list[int]:
    """All numbers, page by page; checks what the pages say of themselves."""
    seen: list[int] = []
    after = None
    while True:
        page = hub.get(CUSTOMERS, first=first, after=after, **variables)["customers"]
        assert page["pageInfo"]["hasPreviousPage"] is (after is not None)
        cursors = [edge["cursor"] for edge in page["edges"]]
        assert page["pageInfo"]["startCursor"] == cursors[0]
        assert page["pageInfo"]["endCursor"] == cursors[-1]
        seen += numbers(page)
        if not page["pageInfo"]["hasNextPage"]:
            return seen
        after = page["pageInfo"]["endCursor"]


def test_pages_go_through_everything_once(hub: Hub, names: list[str]) -> None:
    for first in (1, 2, 5, 6):
        assert walked(hub, first) == [1, 2, 3, 4, 5]


def test_pages_follow_the_order_that_is_asked_for(hub: Hub, names: list[str]) -> None:
    assert walked(hub, 2, orderBy={"field": "NAME"}) == [2, 4, 5, 3, 1]
    assert walked(hub, 2, orderBy={"field": "NAME", "direction": "DESC"}) == [1, 3, 5, 4, 2]
    assert walked(hub, 2, orderBy={"field": "UPDATED_AT"}) == [2, 4, 1, 3, 5]
    assert walked(hub, 2, orderBy={"direction": "DESC"}) == [5, 4, 3, 2, 1]


def test_rows_before_a_cursor_do_not_move_its_page(hub: Hub, master: Master, names: list[str]) -> None:
    order = {"field": "NAME"}
    first = hub.get(CUSTOMERS, first=2, orderBy=order)["customers"]
    with filling(master) as fill:
        fill.customer(9, "Aaron")
    after = first["pageInfo"]["endCursor"]
    assert numbers(hub.get(CUSTOMERS, first=2, after=after, orderBy=order)["customers"]) == [5, 3]


def test_an_empty_page_has_no_cursors(hub: Hub) -> None:
    page = hub.get(CUSTOMERS)["customers"]
    assert page == {
        "nodes": [],
        "edges": [],
        "pageInfo": {"hasNextPage": False, "hasPreviousPage": False, "startCursor": None, "endCursor": None},
    }


def test_a_page_that_is_too_small_or_too_large_is_refused(hub: Hub) -> None:
    for first, role, code in (
        (0, "AGENT", "INVALID"),
        (-1, "AGENT", "INVALID"),
        (101, "AGENT", "LIMIT_EXCEEDED"),
        (1001, "SUPERVISOR", "LIMIT_EXCEEDED"),
    ):
        answer = hub.ask(CUSTOMERS, role, first=first)
        assert answer.data == {"customers": None}
        assert answer.errors == [(code, ["customers"])]


def test_pages_are_as_large_as_the_viewer_may_have_and_null_is_the_default(hub: Hub, master: Master) -> None:
    with filling(master) as fill:
        for number in range(1, 31):
            fill.customer(number)
    assert len(hub.get(CUSTOMERS, first=100, role="AGENT")["customers"]["nodes"]) == 30
    assert len(hub.get(CUSTOMERS, first=1000, role="SUPERVISOR")["customers"]["nodes"]) == 30
    assert len(hub.get(CUSTOMERS, first=None)["customers"]["nodes"]) == 25
    assert len(hub.get("{ customers { nodes { id } } }")["customers"]["nodes"]) == 25


def cursor_of(hub: Hub, **variables: Any) -> str:
    cursor: str = hub.get(CUSTOMERS, first=1, **variables)["customers"]["pageInfo"]["endCursor"]
    return cursor


def refused(hub: Hub, **variables: Any) -> bool:
    answer = hub.ask(CUSTOMERS, **variables)
    return answer.errors == [("INVALID", ["customers"])] and answer.data == {"customers": None}


def test_a_cursor_is_good_for_its_own_query_only(hub: Hub, names: list[str]) -> None:
    cursor = cursor_of(hub)
    assert not refused(hub, after=cursor, first=3)
    assert refused(hub, after=cursor, orderBy={"field": "NAME"})
    assert refused(hub, after=cursor, orderBy={"direction": "DESC"})
    assert refused(hub, after=cursor, filter={"kind": "PERSON"})
    of_persons = cursor_of(hub, filter={"kind": "PERSON"})
    assert not refused(hub, after=of_persons, filter={"kind": "PERSON"})
    assert refused(hub, after=of_persons, filter={"kind": "ORGANIZATION"})


def test_what_is_no_cursor_is_refused(hub: Hub, names: list[str]) -> None:
    for wrong in ["x", "zz", "00", "AAAA", "ä", "*", "a" * 5000, "W10"]:
        assert refused(hub, after=wrong), wrong


def test_a_cursor_that_was_changed_anywhere_is_refused(hub: Hub, names: list[str]) -> None:
    cursor = cursor_of(hub)
    for place in range(len(cursor)):
        changed = cursor[:place] + ("A" if cursor[place] != "A" else "B") + cursor[place + 1 :]
        assert refused(hub, after=changed), place
    assert refused(hub, after=cursor + "A")
    assert refused(hub, after=cursor + "=")
    assert refused(hub, after=cursor[:-1])


CONTACTS = """
query ($ids: [ID!]!, $first: Int, $after: String, $channel: ContactChannel) {
  nodes(ids: $ids) { ... on Customer { number contacts(first: $first, after: $after, channel: $channel) {
    nodes { subject } totalCount pageInfo { hasNextPage endCursor } } } }
}"""


@pytest.fixture
def talks(master: Master) -> list[int]:
    """Two customers with three contacts and one."""
    with filling(master) as fill:
        one, other = fill.customer(1), fill.customer(2)
        for hours, channel in ((0, "CALL"), (2, "VISIT"), (1, "CALL")):
            fill.contact(one, f"{channel} {hours}", MORNING + timedelta(hours=hours), channel=channel)
        fill.contact(other, "other", MORNING)
    return [one, other]


def test_each_parent_has_a_page_of_its_own(hub: Hub, talks: list[int], selects: list[str]) -> None:
    ids = [f"c{id}" for id in talks]
    selects.clear()
    one, other = hub.get(CONTACTS, ids=ids, first=2)["nodes"]
    assert [node["subject"] for node in one["contacts"]["nodes"]] == ["VISIT 2", "CALL 1"]
    assert one["contacts"]["totalCount"] == 3
    assert one["contacts"]["pageInfo"]["hasNextPage"] is True
    assert other["contacts"]["nodes"] == [{"subject": "other"}]
    assert other["contacts"]["totalCount"] == 1
    assert other["contacts"]["pageInfo"]["hasNextPage"] is False
    assert len(selects) == 3
    after = one["contacts"]["pageInfo"]["endCursor"]
    (again,) = hub.get(CONTACTS, ids=ids[:1], first=2, after=after)["nodes"]
    assert again["contacts"]["nodes"] == [{"subject": "CALL 0"}]
    assert again["contacts"]["totalCount"] == 3


def test_a_cursor_of_another_parent_is_refused(hub: Hub, talks: list[int]) -> None:
    one, other = (f"c{id}" for id in talks)
    (page,) = hub.get(CONTACTS, ids=[one], first=1)["nodes"]
    answer = hub.ask(CONTACTS, ids=[other], first=1, after=page["contacts"]["pageInfo"]["endCursor"])
    assert answer.errors == [("INVALID", ["nodes", 0, "contacts"])]
    assert answer.data == {"nodes": [None]}


def test_a_count_holds_the_filter(hub: Hub, talks: list[int]) -> None:
    one, other = hub.get(CONTACTS, ids=[f"c{id}" for id in talks], channel="CALL")["nodes"]
    assert one["contacts"]["totalCount"] == 2
    assert [node["subject"] for node in one["contacts"]["nodes"]] == ["CALL 1", "CALL 0"]
    assert other["contacts"]["totalCount"] == 1


def test_only_what_is_asked_for_is_read(hub: Hub, talks: list[int], selects: list[str]) -> None:
    document = "query ($id: ID!) { customer(by: {id: $id}) { contacts { %s } } }"
    for fields, statements in (("totalCount", 2), ("nodes { id }", 2), ("nodes { id } totalCount", 3)):
        selects.clear()
        hub.get(document % fields, id=f"c{talks[0]}")
        assert len(selects) == statements, fields


def test_the_same_field_with_other_arguments_is_read_for_itself(hub: Hub, talks: list[int]) -> None:
    document = """query ($id: ID!) { customer(by: {id: $id}) {
      one: contacts(first: 1) { nodes { subject } }
      calls: contacts(channel: CALL) { nodes { subject } } } }"""
    told = hub.get(document, id=f"c{talks[0]}")["customer"]
    assert told == {
        "one": {"nodes": [{"subject": "VISIT 2"}]},
        "calls": {"nodes": [{"subject": "CALL 1"}, {"subject": "CALL 0"}]},
    }


def test_policies_of_a_customer_come_newest_first_with_their_roles(hub: Hub, master: Master) -> None:
    with filling(master) as fill:
        me, other = fill.customer(1), fill.customer(2)
        term, car = fill.product("TERM"), fill.product("CAR", "MOTOR")
        fill.policy("P1", term, (me, "APPLICANT"), (me, "INSURED"), effective_date=date(2024, 1, 1))
        fill.policy("P2", car, (me, "BENEFICIARY"), (other, "APPLICANT"), effective_date=date(2025, 1, 1))
        fill.policy("P3", term, (other, "APPLICANT"))
    document = """query ($id: ID!, $filter: PolicyFilter) { customer(by: {id: $id}) {
      policies(filter: $filter) { totalCount edges { roles node { number } } } } }"""

    def told(filter: Any) -> list[tuple[str, list[str]]]:
        page = hub.get(document, id=f"c{me}", filter=filter)["customer"]["policies"]
        assert page["totalCount"] == len(page["edges"])
        return [(edge["node"]["number"], edge["roles"]) for edge in page["edges"]]

    assert told(None) == [("P2", ["BENEFICIARY"]), ("P1", ["APPLICANT", "INSURED"])]
    assert told({"role": "INSURED"}) == [("P1", ["APPLICANT", "INSURED"])]
    assert told({"productLine": "MOTOR"}) == [("P2", ["BENEFICIARY"])]
    assert told({"status": ["LAPSED"]}) == []
    assert told({"status": ["LAPSED", "IN_FORCE"], "role": "BENEFICIARY"}) == [("P2", ["BENEFICIARY"])]
    root = hub.get("{ policies { edges { roles node { number } } } }")["policies"]["edges"]
    assert [(edge["node"]["number"], edge["roles"]) for edge in root] == [
        ("P1", None),
        ("P2", None),
        ("P3", None),
    ]


def test_leads_come_next_due_first_and_those_without_a_date_last(hub: Hub, master: Master) -> None:
    def day(number: int) -> datetime:
        return datetime(2026, 12, number, tzinfo=UTC)

    with filling(master) as fill:
        me, owner = fill.customer(1), fill.staff("A1")
        fill.lead(me, "some day")
        fill.lead(me, "second", due_at=day(2), stage="QUOTED")
        fill.lead(me, "first", due_at=day(1), owner_id=owner)
        fill.lead(me, "never")
    document = """query ($first: Int, $after: String, $filter: LeadFilter) {
      leads(first: $first, after: $after, filter: $filter) { nodes { title } pageInfo { endCursor } }
      customer(by: {id: "c1"}) { leads(filter: $filter) { nodes { title } } } }"""

    def titles(**variables: Any) -> list[str]:
        told = hub.get(document, **variables)
        found = [node["title"] for node in told["leads"]["nodes"]]
        if "first" not in variables:
            assert found == [node["title"] for node in told["customer"]["leads"]["nodes"]]
        return found

    assert titles() == ["first", "second", "some day", "never"]
    after = hub.get(document, first=3)["leads"]["pageInfo"]["endCursor"]
    assert titles(first=3, after=after) == ["never"]
    assert titles(filter={"stage": ["QUOTED", "WON"]}) == ["second"]
    assert titles(filter={"owner": "A1"}) == ["first"]
    assert titles(filter={"owner": "nobody"}) == []
    assert titles(filter={"dueBefore": "2026-12-02T08:00:00+08:00"}) == ["first"]
