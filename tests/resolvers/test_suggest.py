"""What may be meant by a text while it is typed: customers by name and by number, and tags."""

from collections.abc import Callable
from typing import Any

import pytest

from master.session import Master
from tests.schema.hub import Hub, filling

SUGGEST = """query ($text: String!, $first: Int) { suggest(text: $text, first: $first) {
  names { customer { name } highlights { field match text spans { start end } } }
  numbers { customer { name } highlights { field match text spans { start end } } }
  tags { tag { code customerCount } match spans { start end } } } }"""


@pytest.fixture
def people(searching: Hub, master: Master, index: Callable[[], None]) -> Hub:
    with filling(master) as fill:
        head, west = fill.branch("HQ"), fill.branch("WEST")
        vip = fill.tag("VIP", "重要客户")
        fill.tag("CAR", "车主")
        fill.tag("CAR-NEW", "新车主")
        zhang = fill.customer(1, "张三", branch_id=head)
        fill.document(zhang, "E12345678")
        fill.point(zhang, "13800138000")
        fill.tagged(zhang, vip)
        wang = fill.customer(2, "王重要", branch_id=west)
        fill.point(wang, "13911138000")
        fill.tagged(wang, vip)
        fill.derive()
    index()
    return searching


def suggested(hub: Hub, text: str, role: str = "ADMIN", **asked: Any) -> Any:
    return hub.get(SUGGEST, role, text=text, **asked)["suggest"]


def names(group: Any) -> list[str]:
    return [each["customer"]["name"] for each in group]


def codes(told: Any) -> list[str]:
    return [each["tag"]["code"] for each in told["tags"]]


def test_a_text_is_taken_for_names_numbers_and_tags(people: Hub) -> None:
    told = suggested(people, "zhang")
    assert (names(told["names"]), told["numbers"], told["tags"]) == (["张三"], [], [])
    told = suggested(people, "8000")
    assert (told["names"], names(told["numbers"]), told["tags"]) == ([], ["张三", "王重要"], [])
    told = suggested(people, "zhongyao")
    assert (names(told["names"]), told["numbers"], codes(told)) == (["王重要"], [], ["VIP"])


def test_a_name_with_a_number_is_among_the_numbers(people: Hub) -> None:
    told = suggested(people, "张 8000")
    assert told["names"] == []
    (one,) = told["numbers"]
    assert one["customer"] == {"name": "张三"}
    assert [(each["field"], each["text"]) for each in one["highlights"]] == [
        ("name", "张三"),
        ("contactPoints.value", "13800138000"),
    ]


def test_numbers_are_masked_as_the_fields_are(people: Hub) -> None:
    (first, _) = suggested(people, "8000", "AGENT")["numbers"]
    assert first["highlights"] == [
        {
            "field": "contactPoints.value",
            "match": "INSIDE",
            "text": "138****8000",
            "spans": [{"start": 7, "end": 11}],
        }
    ]


def test_tags_come_best_first_with_where_they_fit(people: Hub) -> None:
    told = suggested(people, "车主")["tags"]
    assert told == [
        {"tag": {"code": "CAR", "customerCount": 0}, "match": "EXACT", "spans": [{"start": 0, "end": 2}]},
        {
            "tag": {"code": "CAR-NEW", "customerCount": 0},
            "match": "INSIDE",
            "spans": [{"start": 1, "end": 3}],
        },
    ]
    assert suggested(people, "vip")["tags"] == [
        {"tag": {"code": "VIP", "customerCount": 2}, "match": "EXACT", "spans": []}
    ]
    assert codes(suggested(people, "xcz")) == ["CAR-NEW"]
    assert codes(suggested(people, "car")) == ["CAR", "CAR-NEW"]


def test_nothing_typed_suggests_nothing(people: Hub) -> None:
    for text in ("", "  ", "·", "*"):
        assert suggested(people, text) == {"names": [], "numbers": [], "tags": []}, text


def test_each_group_has_as_many_as_were_asked_for(people: Hub) -> None:
    assert len(suggested(people, "8000", first=1)["numbers"]) == 1
    assert codes(suggested(people, "car", first=1)) == ["CAR"]
    for wrong, code in ((0, "INVALID"), (21, "LIMIT_EXCEEDED")):
        assert people.ask(SUGGEST, text="x", first=wrong).errors == [(code, ["suggest"])]


def test_only_who_is_in_sight_is_suggested_and_counted(people: Hub) -> None:
    told = people.get(SUGGEST, "ADMIN", branches=["HQ"], text="8000")["suggest"]
    assert names(told["numbers"]) == ["张三"]
    told = people.get(SUGGEST, "ADMIN", branches=["WEST"], text="vip")["suggest"]
    assert [each["tag"]["customerCount"] for each in told["tags"]] == [1]


def test_tags_are_suggested_when_search_is_away(hub: Hub, people: Hub) -> None:
    answer = hub.ask(SUGGEST.replace("customerCount", ""), text="vip")
    assert answer.data["suggest"] == {
        "names": None,
        "numbers": None,
        "tags": [{"tag": {"code": "VIP"}, "match": "EXACT", "spans": []}],
    }
    assert sorted(answer.errors) == [
        ("UNAVAILABLE", ["suggest", "names"]),
        ("UNAVAILABLE", ["suggest", "numbers"]),
    ]
