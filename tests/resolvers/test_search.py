"""Call-centre search through the graph: hits, what matched, facets, freshness, and search away."""

import asyncio
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from indexing.engines.embedded import EmbeddedEngine
from indexing.engines.port import Candidates, Extent
from indexing.errors import SearchBusy, SearchTooSlow, SearchUnavailable
from indexing.questions import Question
from master.session import Master
from tests.conftest import NOW, TESTER, SetTime
from tests.schema.hub import Hub, filling

SEARCH = """query ($query: String, $filter: CustomerFilter, $first: Int, $after: String, $fresh: String) {
  searchCustomers(query: $query, filter: $filter, first: $first, after: $after, consistentWith: $fresh) {
    edges { cursor score node { name } highlights { field match text spans { start end } } }
    nodes { name } totalCount stale indexAgeSeconds
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    facets { tags { value label count } branches { value label count } statuses { value label count } }
    notices { code message part }
  } }"""
NAMES = """query ($query: String, $filter: CustomerFilter, $first: Int, $after: String) {
  searchCustomers(query: $query, filter: $filter, first: $first, after: $after) {
    nodes { name } pageInfo { hasNextPage endCursor } } }"""


@pytest.fixture
def people(searching: Hub, master: Master, index: Callable[[], None]) -> Hub:
    with filling(master) as fill:
        head = fill.branch("HQ")
        below = fill.branch("CITY", head)
        vip = fill.tag("VIP", "重要客户")
        zhang = fill.customer(1, "张三", branch_id=below, birth_date=date(1990, 3, 7))
        fill.document(zhang, "E12345678")
        fill.point(zhang, "13800138000")
        fill.point(zhang, "01066554321", kind="LANDLINE")
        fill.tagged(zhang, vip)
        li = fill.customer(2, "李四", branch_id=head, status="ACTIVE")
        fill.tagged(li, vip)
        fill.tagged(li, fill.tag("OLD", "老客户"), expires_at=NOW + timedelta(days=1))
        fill.policy("P1", fill.product("CAR", "MOTOR"), (li, "INSURED"))
        fill.customer(3, "张四", kind="ORGANIZATION")
    index()
    return searching


def names(hub: Hub, query: str = "", **variables: Any) -> list[str]:
    page = hub.get(NAMES, query=query, **variables)["searchCustomers"]
    return [node["name"] for node in page["nodes"]]


def test_a_customer_is_found_with_what_matched(people: Hub) -> None:
    page = people.get(SEARCH, query="zhang san")["searchCustomers"]
    (edge,) = page["edges"]
    assert edge["node"] == {"name": "张三"}
    assert edge["score"] > 0
    assert edge["highlights"] == [
        {"field": "name", "match": "PINYIN", "text": "张三", "spans": [{"start": 0, "end": 2}]}
    ]
    assert page["totalCount"] == 1
    assert page["stale"] is False
    assert page["indexAgeSeconds"] == 0.0
    assert page["notices"] == []
    assert page["pageInfo"] == {
        "hasNextPage": False,
        "hasPreviousPage": False,
        "startCursor": edge["cursor"],
        "endCursor": edge["cursor"],
    }


def test_facets_count_everything_that_fits_with_the_names_of_the_master(people: Hub) -> None:
    page = people.get(SEARCH, first=1)["searchCustomers"]
    assert page["totalCount"] == 3
    assert page["facets"] == {
        "tags": [
            {"value": "VIP", "label": "重要客户", "count": 2},
            {"value": "OLD", "label": "老客户", "count": 1},
        ],
        "branches": [
            {"value": "CITY", "label": "Branch CITY", "count": 1},
            {"value": "HQ", "label": "Branch HQ", "count": 1},
        ],
        "statuses": [
            {"value": "PROSPECT", "label": "Prospect", "count": 2},
            {"value": "ACTIVE", "label": "Active", "count": 1},
        ],
    }


def test_an_empty_query_lists_by_filter(people: Hub) -> None:
    for filter, found in (
        (None, ["张三", "张四", "李四"]),
        ({"kind": "ORGANIZATION"}, ["张四"]),
        ({"status": ["ACTIVE"]}, ["李四"]),
        ({"branch": "HQ"}, ["张三", "李四"]),
        ({"branch": "CITY"}, ["张三"]),
        ({"tags": {"all": ["VIP", "OLD"]}}, ["李四"]),
        ({"tags": {"any": ["VIP", "OLD"]}}, ["张三", "李四"]),
        ({"tags": {"none": ["VIP"]}}, ["张四"]),
        ({"productLine": "MOTOR"}, ["李四"]),
        ({"bornFrom": "1990-03-07", "bornTo": "1990-03-07"}, ["张三"]),
        ({"document": {"type": "PASSPORT", "number": "e12345678"}}, ["张三"]),
        ({"mobile": "+86 138 0013 8000"}, ["张三"]),
        ({"mobile": "010-66554321"}, []),
        ({"updatedSince": "2026-11-22T02:00:00.001Z"}, []),
    ):
        assert sorted(names(people, filter=filter)) == sorted(found), filter
        listed = people.get(
            "query ($filter: CustomerFilter) { customers(filter: $filter) { nodes { name } } }", filter=filter
        )
        assert sorted(node["name"] for node in listed["customers"]["nodes"]) == sorted(found), filter


def test_words_find_a_landline_too(people: Hub) -> None:
    assert names(people, "010-66554321") == names(people, "4321") == ["张三"]


def test_pages_of_a_search_belong_to_it(people: Hub) -> None:
    page = people.get(NAMES, query="张", first=1)["searchCustomers"]
    assert page["pageInfo"]["hasNextPage"] is True
    after = page["pageInfo"]["endCursor"]
    assert names(people, "张", first=1) + names(people, "张", first=1, after=after) == names(people, "张")
    assert people.ask(NAMES, query="张", after="").errors == [("INVALID", ["searchCustomers"])]
    for wrong in ({"query": "三"}, {"query": "张", "filter": {"kind": "PERSON"}}):
        assert people.ask(NAMES, after=after, **wrong).errors == [("INVALID", ["searchCustomers"])]
    assert people.ask(NAMES, first=101, role="AGENT").errors == [("LIMIT_EXCEEDED", ["searchCustomers"])]
    assert people.ask(NAMES, first=0).errors == [("INVALID", ["searchCustomers"])]


def test_what_is_not_asked_for_is_not_read(people: Hub, selects: list[str]) -> None:
    selects.clear()
    assert len(names(people, "张")) == 2
    assert len(selects) == 1


def test_a_change_that_is_not_indexed_is_told(
    people: Hub, master: Master, time: SetTime, index: Callable[[], None]
) -> None:
    with filling(master) as fill:
        fill.customer(4, "王五")
    time.forward(seconds=90)
    fresh = "c4:1"
    page = people.get(SEARCH, query="王五", fresh=fresh)["searchCustomers"]
    assert (page["nodes"], page["stale"], page["indexAgeSeconds"]) == ([], True, 90.0)
    index()
    page = people.get(SEARCH, query="王五", fresh=fresh)["searchCustomers"]
    assert (page["nodes"], page["stale"], page["indexAgeSeconds"]) == ([{"name": "王五"}], False, 0.0)


def test_a_search_waits_for_the_write_it_must_show(
    people: Hub, master: Master, engine: EmbeddedEngine, index: Callable[[], None]
) -> None:
    with filling(master) as fill:
        fill.customer(4, "王五")

    async def both() -> Any:
        asked = asyncio.create_task(people.asked(SEARCH, "ADMIN", {"query": "王五", "fresh": "c4:1"}))
        await asyncio.sleep(0.2)
        await asyncio.to_thread(index)
        return await asked

    page = asyncio.run(both()).data["searchCustomers"]
    assert (page["nodes"], page["stale"]) == ([{"name": "王五"}], False)


def test_whom_a_search_waits_for_is_marked_to_be_indexed_first(people: Hub, master: Master) -> None:
    with filling(master) as fill:
        fill.customer(4, "王五")
        fill.customer(5, "赵六")
    assert people.get(SEARCH, query="赵六", fresh="c5:1")["searchCustomers"]["stale"]
    with master.transaction(TESTER) as tx:
        wanted = tx.execute(text("SELECT customer_id FROM index_queue WHERE wanted_at IS NOT NULL"))
        assert wanted.scalars().all() == [5]


def test_a_freshness_that_no_payload_told_is_refused(people: Hub) -> None:
    for wrong in ("x", "c1", "c1:x", "1", "c1:1" + "0" * 50):
        assert people.ask(SEARCH, fresh=wrong).errors == [("INVALID", ["searchCustomers"])], wrong


def test_a_customer_that_only_the_index_knows_is_left_out(people: Hub, master: Master) -> None:
    with filling(master) as fill:
        fill.tx.connection.exec_driver_sql("DELETE FROM customers WHERE id = 3")
    assert names(people, "张") == ["张三"]


AWAY = """{
  searchCustomers(query: "张") { totalCount }
  tag(code: "VIP") { name customerCount }
  customers { totalCount }
}"""


def test_without_search_everything_else_answers(hub: Hub, master: Master) -> None:
    with filling(master) as fill:
        fill.tag("VIP")
        fill.customer(1)
    answer = hub.ask(AWAY)
    assert answer.data == {
        "searchCustomers": None,
        "tag": {"name": "Tag VIP", "customerCount": None},
        "customers": {"totalCount": 1},
    }
    assert sorted(answer.errors) == [
        ("UNAVAILABLE", ["searchCustomers"]),
        ("UNAVAILABLE", ["tag", "customerCount"]),
    ]


def test_tags_know_how_many_customers_have_them(people: Hub) -> None:
    told = people.get("{ tags { nodes { code customerCount } } }")["tags"]["nodes"]
    assert told == [{"code": "OLD", "customerCount": 1}, {"code": "VIP", "customerCount": 2}]


class Failing(EmbeddedEngine):
    """An engine whose searches raise."""

    error: SearchUnavailable

    async def search(self, question: Question, extent: Extent) -> Candidates:
        raise self.error


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (SearchTooSlow(2), "TIMEOUT", "Search took longer than 2 seconds: give more of a name or a number."),
        (SearchBusy(), "UNAVAILABLE", "Search is busy: try again; everything else answers."),
        (SearchUnavailable(), "UNAVAILABLE", "Search is away; everything else answers."),
    ],
)
def test_a_search_that_fails_is_told_where_it_stands_and_the_rest_answers(
    people: Hub, tmp_path: Path, error: SearchUnavailable, code: str, message: str
) -> None:
    engine = Failing(tmp_path / "failing", people.master.keys)
    engine.error = error
    answer = Hub(people.master, engine).ask(
        '{ searchCustomers(query: "zhang") { nodes { name } } customer(by: {id: "c1"}) { name } }'
    )
    assert answer.data == {"searchCustomers": None, "customer": {"name": "张三"}}
    assert answer.errors == [(code, ["searchCustomers"])]
    assert answer.messages == [message]
    asyncio.run(engine.close())
