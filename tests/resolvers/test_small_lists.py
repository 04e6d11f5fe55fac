"""Tags, products and branches."""

from typing import Any

import pytest

from master.session import Master
from tests.schema.hub import Hub, filling

TAGS = """query ($query: String, $category: String, $first: Int, $after: String) {
  tags(query: $query, category: $category, first: $first, after: $after) {
    nodes { code } totalCount pageInfo { hasNextPage endCursor } } }"""


@pytest.fixture
def labels(hub: Hub, master: Master) -> Hub:
    with filling(master) as fill:
        fill.tag("VIP", "重要客户")
        fill.tag("CHURN", "流失风险", "Risk")
        fill.tag("CAR", "有车客户")
        fill.product("TERM", "LIFE")
        fill.product("CAR", "MOTOR")
        head = fill.branch("B", None)
        low = fill.branch("C", head)
        fill.branch("A", low)
        fill.branch("D")
    return hub


def codes(hub: Hub, **variables: Any) -> list[str]:
    page = hub.get(TAGS, **variables)["tags"]
    assert page["totalCount"] >= len(page["nodes"])
    return [node["code"] for node in page["nodes"]]


def test_tags_are_found_by_part_of_name_pinyin_or_code(labels: Hub) -> None:
    assert codes(labels) == codes(labels, query=" ") == ["CAR", "CHURN", "VIP"]
    assert codes(labels, query="客户") == ["CAR", "VIP"]
    assert codes(labels, query="liushi") == ["CHURN"]
    assert codes(labels, query="vi") == ["VIP"]
    assert codes(labels, query="nothing") == []
    assert codes(labels, category="Risk") == ["CHURN"]
    assert codes(labels, category="Risk", query="客户") == []


def test_pages_of_tags_belong_to_their_words(labels: Hub) -> None:
    page = labels.get(TAGS, query="客户", first=1)["tags"]
    assert (page["nodes"], page["totalCount"], page["pageInfo"]["hasNextPage"]) == (
        [{"code": "CAR"}],
        2,
        True,
    )
    after = page["pageInfo"]["endCursor"]
    assert codes(labels, query="客户", first=1, after=after) == ["VIP"]
    for wrong in (after, ""):
        assert labels.ask(TAGS, query="客", after=wrong).errors == [("INVALID", ["tags"])]
    assert labels.ask(TAGS, first=0).errors == [("INVALID", ["tags"])]


def test_a_page_of_tags_goes_on_when_a_tag_is_added(labels: Hub, master: Master) -> None:
    after = labels.get(TAGS, query="客户", first=1)["tags"]["pageInfo"]["endCursor"]
    with filling(master) as fill:
        fill.tag("NEW", "新客户")
    assert codes(labels, query="客户", after=after) == ["NEW", "VIP"]


def test_a_tag_is_found_by_its_code(labels: Hub) -> None:
    document = "query ($code: String!) { tag(code: $code) { name category description } }"
    assert labels.get(document, code="CHURN")["tag"] == {
        "name": "流失风险",
        "category": "Risk",
        "description": None,
    }
    assert labels.get(document, code="churn") == {"tag": None}


def test_products_are_found_likewise(labels: Hub) -> None:
    document = "query ($query: String) { products(query: $query) { nodes { code line } totalCount } }"
    term, car = {"code": "TERM", "line": "LIFE"}, {"code": "CAR", "line": "MOTOR"}
    assert labels.get(document)["products"] == {"nodes": [car, term], "totalCount": 2}
    assert labels.get(document, query="ter")["products"] == {"nodes": [term], "totalCount": 1}


def test_branches_are_those_below_one_or_all(labels: Hub) -> None:
    document = "query ($under: String) { branches(under: $under) { code } }"

    def found(under: str | None) -> list[str]:
        return [each["code"] for each in labels.get(document, under=under)["branches"]]

    assert found(None) == ["A", "B", "C", "D"]
    assert found("B") == ["A", "C"]
    assert found("A") == []
    assert found("nowhere") == []
