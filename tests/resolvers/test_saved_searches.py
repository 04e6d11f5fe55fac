"""Searches kept by a name: saved, listed, run, renamed, shared with a branch, deleted."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from indexing.engines.embedded import EmbeddedEngine
from master.session import Master
from tests.conftest import TESTER
from tests.schema.hub import Hub, filling

SAVE = """mutation ($input: SaveSearchInput!) { saveSearch(input: $input) {
  search { id name query filter own owner branch { code } } errors { code message path } } }"""
CHANGE = """mutation ($input: ChangeSavedSearchInput!) { changeSavedSearch(input: $input) {
  search { id name query filter branch { code } } errors { code message path } } }"""
DELETE = """mutation ($id: ID!) { deleteSavedSearch(id: $id) { search { id } errors { code path } } }"""
LIST = "{ savedSearches { id name query filter own owner branch { code } } }"
RUN = """query ($saved: ID!, $query: String, $filter: CustomerFilter, $first: Int, $after: String) {
  searchCustomers(saved: $saved, query: $query, filter: $filter, first: $first, after: $after) {
    nodes { name } totalCount pageInfo { endCursor } } }"""


@pytest.fixture
def people(searching: Hub, master: Master, index: Callable[[], None]) -> Hub:
    with filling(master) as fill:
        fill.token("t2")
        head = fill.branch("HQ")
        east, west = fill.branch("EAST", head), fill.branch("WEST", head)
        fill.branch("EAST1", east)
        vip = fill.tag("VIP")
        fill.tagged(fill.customer(1, "张三", branch_id=east, birth_date=date(1990, 3, 7)), vip)
        fill.tagged(fill.customer(2, "张四", branch_id=west), vip)
        fill.customer(3, "李五", branch_id=east)
        fill.derive()
    index()
    return searching


@pytest.fixture
def other(people: Hub) -> Hub:
    """The same hub, asked by the holder of another token."""
    return replace(people, token="t2")


def save(hub: Hub, role: str = "ADMIN", branches: Any = None, **input: Any) -> Any:
    return hub.get(SAVE, role, branches=branches, input={"name": "VIPs", **input})["saveSearch"]


def codes(payload: Any) -> list[tuple[str, Any]]:
    return [(error["code"], error["path"]) for error in payload["errors"]]


def listed(hub: Hub, **how: Any) -> list[str]:
    return [each["name"] for each in hub.get(LIST, **how)["savedSearches"]]


def test_a_search_is_saved_listed_and_run(people: Hub) -> None:
    filter = {"tags": {"any": ["VIP"]}, "kind": "PERSON", "status": ["PROSPECT"], "bornFrom": "1980-01-01",
              "updatedSince": "2020-01-01T08:00:00+08:00"}  # fmt: skip
    saved = save(people, query="zhang", filter=filter)
    assert saved["errors"] == []
    search = saved["search"]
    assert {**search, "filter": None} == {
        "id": "s1", "name": "VIPs", "query": "zhang", "filter": None, "own": True, "owner": "tester",
        "branch": None,
    }  # fmt: skip
    assert people.get(LIST)["savedSearches"] == [search]
    page = people.get(RUN, saved="s1", query="")["searchCustomers"]
    assert (page["nodes"], page["totalCount"]) == ([{"name": "张三"}], 1)


def test_a_saved_search_is_read_on_from_a_cursor(people: Hub) -> None:
    save(people, filter={"tags": {"all": ["VIP"]}})
    first = people.get(RUN, saved="s1", query="", first=1)["searchCustomers"]
    after = first["pageInfo"]["endCursor"]
    second = people.get(RUN, saved="s1", query="", first=1, after=after)["searchCustomers"]
    assert [*first["nodes"], *second["nodes"]] == [{"name": "张三"}, {"name": "张四"}]


def test_a_saved_search_brings_its_own_words_and_filter(people: Hub) -> None:
    save(people, query="zhang")
    for more in ({"query": "li"}, {"filter": {"kind": "PERSON"}}):
        assert people.ask(RUN, saved="s1", **more).errors == [("INVALID", ["searchCustomers"])]


def test_a_search_is_renamed_changed_and_deleted(people: Hub) -> None:
    save(people, query="zhang")
    changed = people.get(CHANGE, input={"id": "s1", "name": "Zhangs"})["changeSavedSearch"]
    assert changed == {
        "search": {"id": "s1", "name": "Zhangs", "query": "zhang", "filter": None, "branch": None},
        "errors": [],
    }
    changed = people.get(CHANGE, input={"id": "s1", "filter": {"kind": "PERSON"}})["changeSavedSearch"]
    assert (changed["search"]["query"], changed["search"]["filter"]) == ("", '{"kind": "PERSON"}')
    assert people.get(DELETE, id="s1")["deleteSavedSearch"] == {"search": None, "errors": []}
    assert listed(people) == []
    assert people.ask(RUN, saved="s1", query="").errors == [("INVALID", ["searchCustomers"])]


def test_a_name_is_given_once(people: Hub, other: Hub) -> None:
    save(people, query="zhang")
    assert codes(save(people, query="li")) == [("CONFLICT", ["name"])]
    save(people, name="Others", query="li")
    taken = people.get(CHANGE, input={"id": "s2", "name": "VIPs"})["changeSavedSearch"]
    assert codes(taken) == [("CONFLICT", ["name"])]
    assert people.get(CHANGE, input={"id": "s2", "name": "Others"})["changeSavedSearch"]["errors"] == []
    assert save(other, query="zhang")["errors"] == []


def test_what_is_no_search_is_refused(people: Hub) -> None:
    assert codes(save(people)) == [("INVALID", ["query"])]
    assert codes(save(people, query="138****8000")) == [("INVALID", ["query"])]
    assert codes(save(people, query="z", name=" ")) == [("INVALID", ["name"])]
    assert codes(save(people, query="z", branch="NOWHERE")) == [("NOT_FOUND", ["branch"])]
    for document, variables in ((CHANGE, {"input": {"id": "s9", "name": "x"}}), (DELETE, {"id": "c1"})):
        (payload,) = people.get(document, **variables).values()
        assert codes(payload) == [("NOT_FOUND", ["id"])]


def test_nobody_elses_search_is_listed_run_changed_or_deleted(people: Hub, other: Hub) -> None:
    save(people, query="zhang")
    assert listed(other) == []
    assert other.ask(RUN, saved="s1", query="").errors == [("INVALID", ["searchCustomers"])]
    assert codes(other.get(CHANGE, input={"id": "s1", "name": "x"})["changeSavedSearch"]) == [
        ("NOT_FOUND", ["id"])
    ]
    assert codes(other.get(DELETE, id="s1")["deleteSavedSearch"]) == [("NOT_FOUND", ["id"])]


def test_a_search_shared_with_a_branch_is_for_all_who_deal_with_customers_there(
    people: Hub, other: Hub
) -> None:
    save(people, query="zhang", branch="EAST")
    for branches, sees in (
        (None, True),
        (["HQ"], True),
        (["EAST"], True),
        (["EAST1"], True),
        (["WEST"], False),
    ):
        assert listed(other, branches=branches) == (["VIPs"] if sees else []), branches
    (search,) = other.get(LIST, branches=["EAST"])["savedSearches"]
    assert (search["own"], search["branch"]) == (False, {"code": "EAST"})
    assert codes(other.get(DELETE, id="s1")["deleteSavedSearch"]) == [("NOT_FOUND", ["id"])]
    people.get(CHANGE, input={"id": "s1", "branch": None})
    assert listed(other) == []


def test_a_shared_search_finds_who_is_in_sight_of_who_runs_it(people: Hub, other: Hub) -> None:
    save(people, filter={"tags": {"any": ["VIP"]}}, branch="HQ")
    page = other.get(RUN, branches=["WEST"], saved="s1", query="")["searchCustomers"]
    assert (page["nodes"], page["totalCount"]) == ([{"name": "张四"}], 1)


def test_a_shared_search_by_what_a_role_may_not_ask_for_is_refused_to_it(people: Hub, other: Hub) -> None:
    save(people, filter={"bornFrom": "1980-01-01"}, branch="HQ")
    assert other.ask(RUN, "MARKETER", saved="s1", query="").errors == [("FORBIDDEN", ["searchCustomers"])]


@pytest.mark.parametrize(
    "wanted",
    [
        {"query": "张 8000"},
        {"query": "zhang@example.com"},
        {"filter": {"mobile": "13800138000"}},
        {"filter": {"document": {"number": "11010519491231002X"}}},
    ],
)
def test_a_search_for_a_number_is_shared_with_nobody(people: Hub, wanted: Any) -> None:
    assert codes(save(people, branch="HQ", **wanted)) == [("INVALID", ["branch"])]
    assert save(people, **wanted)["errors"] == []
    shared = people.get(CHANGE, input={"id": "s1", "branch": "HQ"})["changeSavedSearch"]
    assert codes(shared) == [("INVALID", ["branch"])]
    save(people, name="Shared", query="zhang", branch="HQ")
    changed = people.get(CHANGE, input={"id": "s2", **wanted})["changeSavedSearch"]
    assert codes(changed) == [("INVALID", ["query"])]


def test_no_search_is_shared_with_a_branch_out_of_sight(people: Hub) -> None:
    assert codes(save(people, branches=["EAST"], query="z", branch="WEST")) == [("NOT_FOUND", ["branch"])]


def test_who_sees_names_masked_sees_what_is_searched_for_masked(people: Hub, other: Hub) -> None:
    save(people, query="zhang", filter={"kind": "PERSON"}, branch="HQ")
    (search,) = other.get(LIST, "AUDITOR")["savedSearches"]
    assert (search["name"], search["query"], search["filter"]) == ("***", "***", "***")


def test_what_is_searched_for_is_sealed_in_the_database(people: Hub, master: Master) -> None:
    save(people, query="zhangsan", filter={"mobile": "13800138000"})
    with master.transaction(TESTER) as tx:
        (row,) = tx.execute(text("SELECT wanted FROM saved_searches")).all()
    assert b"zhang" not in bytes(row.wanted)
    assert b"138" not in bytes(row.wanted)


def test_a_holder_saves_so_many_and_no_more(
    people: Hub, monkeypatch: pytest.MonkeyPatch, engine: EmbeddedEngine
) -> None:
    monkeypatch.setattr("master.writes.saved_searches.MOST", 1)
    save(people, query="z")
    assert people.ask(SAVE, input={"name": "x", "query": "z"}).errors == [("LIMIT_EXCEEDED", ["saveSearch"])]
