"""What each typed part was taken for, how another meaning is asked for, and what may have been meant."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from indexing.said import Meaning
from master.session import Master
from schema.readings import SearchMeaning
from tests.schema.hub import Hub, filling

READ = """query ($query: String!, $filter: CustomerFilter) { searchCustomers(query: $query, filter: $filter) {
  nodes { name } readings { part meaning value searched forced others { meaning query } }
  notices { code part query } } }"""


@pytest.fixture
def people(searching: Hub, master: Master, index: Callable[[], None]) -> Hub:
    with filling(master) as fill:
        head, west = fill.branch("HQ"), fill.branch("WEST")
        zhang = fill.customer(1, "张三丰", branch_id=head, birth_date=date(1990, 3, 7))
        fill.point(zhang, "13800138000")
        fill.document(zhang, "11010519491231002X", type="RESIDENT_ID")
        li = fill.customer(2, "李四", branch_id=west)
        fill.policy("P-2026-18000", fill.product("CAR"), (li, "INSURED"))
        fill.customer(3, "曾珊", branch_id=west)
        fill.derive()
    index()
    return searching


def told(hub: Hub, query: str, role: str = "ADMIN", **asked: Any) -> Any:
    return hub.get(READ, role, query=query, **asked)["searchCustomers"]


def names(page: Any) -> list[str]:
    return [node["name"] for node in page["nodes"]]


def test_every_meaning_has_its_value_in_the_schema() -> None:
    assert [each.value for each in SearchMeaning] == [each.value for each in Meaning]


def test_each_part_is_told_with_what_it_was_taken_for(people: Hub) -> None:
    assert told(people, "张先生 8000")["readings"] == [
        {"part": "张", "meaning": "NAME", "value": "张", "searched": True, "forced": False,
         "others": [{"meaning": "SURNAME", "query": "姓氏:张 8000"}]},
        {"part": "先生", "meaning": "SAID", "value": "先生", "searched": False, "forced": False,
         "others": []},
        {"part": "8000", "meaning": "PHONE", "value": "8000", "searched": True, "forced": False,
         "others": [{"meaning": "DOCUMENT", "query": "张 身份证:8000"},
                    {"meaning": "POLICY", "query": "张 保单:8000"}]},
    ]  # fmt: skip


def test_another_meaning_is_searched_for_by_its_query(people: Hub) -> None:
    page = told(people, "8000")
    assert sorted(names(page)) == ["张三丰", "李四"]
    by_meaning = {each["meaning"]: each["query"] for each in page["readings"][0]["others"]}
    as_policy = told(people, by_meaning["POLICY"])
    assert names(as_policy) == ["李四"]
    (reading,) = as_policy["readings"]
    assert (reading["meaning"], reading["value"], reading["forced"]) == ("POLICY", "8000", True)
    assert by_meaning["DOCUMENT"] == "身份证:8000"
    assert names(told(people, by_meaning["DOCUMENT"])) == []


def test_no_meaning_is_offered_that_the_viewer_may_not_look_for(people: Hub) -> None:
    assert [each["meaning"] for each in told(people, "19900307", "MARKETER")["readings"][0]["others"]] == [
        "PHONE", "DOCUMENT", "POLICY",
    ]  # fmt: skip
    forced = told(people, "生日:19900307")["readings"][0]
    assert (forced["meaning"], forced["forced"]) == ("BIRTH_DATE", True)


def test_nothing_is_read_into_an_empty_query(people: Hub) -> None:
    assert told(people, " ")["readings"] == []


@pytest.mark.parametrize(
    ("query", "part", "instead"),
    [
        ("zangshanfeng", "zangshanfeng", "张三丰"),
        ("章珊丰", "章珊丰", "张三丰"),
        ("zen shang", "zenshang", "曾珊"),
        ("zangshanfeng 8000", "zangshanfeng", "张三丰 8000"),
        ("张三丰 9999", "9999", "张三丰"),
        ("李四 保单:8009", "8009", "李四"),
        ("王五 8000", "王五", "8000"),
    ],
)
def test_where_nothing_fits_it_is_told_what_may_have_been_meant(
    people: Hub, query: str, part: str, instead: str
) -> None:
    page = told(people, query)
    assert page["nodes"] == []
    assert page["notices"] == [{"code": "DID_YOU_MEAN", "part": part, "query": instead}]
    assert told(people, instead)["nodes"] != []


def test_where_something_fits_nothing_else_is_said_to_be_meant(people: Hub) -> None:
    for query in ("张三丰", "zhang sanfen", "8000", ""):
        page = told(people, query)
        assert (page["nodes"] != [], page["notices"]) == (True, []), query


def test_what_may_have_been_meant_is_looked_for_within_the_filter_and_in_sight(people: Hub) -> None:
    assert told(people, "zangshanfeng", filter={"branch": "WEST"})["notices"] == []
    assert told(people, "zangshanfeng", branches=["WEST"])["notices"] == []
    assert told(people, "zangshanfeng", branches=["HQ"])["notices"] != []


def test_a_number_that_is_seen_masked_is_not_looked_for_without_its_name(people: Hub) -> None:
    assert told(people, "王五 8000", "AGENT")["notices"] == []
    assert told(people, "王五 13800138000", "AGENT")["notices"] == []
    (notice,) = told(people, "张三丰 9999", "AGENT")["notices"]
    assert notice["query"] == "张三丰"


def test_who_sees_names_masked_is_not_told_of_any(people: Hub) -> None:
    for query in ("zangshanfeng", "章珊丰", "张三丰 9999"):
        codes = [each["code"] for each in told(people, query, "AUDITOR")["notices"]]
        assert "DID_YOU_MEAN" not in codes, query


def test_too_short_a_number_is_told_with_its_part_and_is_no_error(people: Hub) -> None:
    for query in ("8", "80", "800"):
        assert told(people, query)["notices"] == [{"code": "TOO_SHORT", "part": query, "query": None}]


def test_a_wrong_check_digit_is_told_with_its_part_and_finds_near_numbers(people: Hub) -> None:
    page = told(people, "110105194912310021")
    assert names(page) == ["张三丰"]
    assert page["notices"] == [{"code": "CHECK_DIGIT", "part": "110105194912310021", "query": None}]
