"""An agent at work on the sample hub: a person is found by any part, and everything is seen in one query."""

import pytest

from tests.schema.hub import Hub

FIND = """
query($words: String!, $first: Int = 100) {
  searchCustomers(query: $words, first: $first) { nodes { number name } notices { code } }
}
"""
SEE = """
{ customer(by: {number: "C000000001"}) {
    name documents { number } contactPoints(kind: MOBILE) { value } policies { nodes { number } } } }
"""


def names(hub: Hub, words: str) -> list[str]:
    return [node["name"] for node in hub.get(FIND, "AGENT", words=words)["searchCustomers"]["nodes"]]


def test_a_customer_is_found_by_part_of_each_number(sample_hub: Hub) -> None:
    customer = sample_hub.get(SEE, "ADMIN")["customer"]
    mobile = customer["contactPoints"][0]["value"]
    policy = customer["policies"]["nodes"][0]["number"]
    for words in (
        mobile,
        mobile[-4:],
        customer["documents"][0]["number"][-6:],
        policy[len(policy) // 2 :],
        policy,
    ):
        assert customer["name"] in names(sample_hub, words), words


@pytest.mark.parametrize("words", ["张", "zhang", "zs", "zhangsan", "zhang san", "张三", "張三", "zhang三"])
def test_part_of_a_name_finds_zhang_san(sample_hub: Hub, words: str) -> None:
    assert "张三" in names(sample_hub, words)


@pytest.mark.parametrize("words", ["买买提艾力", "买买提·艾力", "买买提•艾力", "买买提 艾力", "maimaiti"])
def test_any_dot_finds_an_ethnic_name(sample_hub: Hub, words: str) -> None:
    assert any(name.startswith("买买提") for name in names(sample_hub, words))


@pytest.mark.parametrize(
    ("words", "surname"), [("zeng", "曾"), ("shan", "单"), ("dan", "单"), ("ouyang", "欧阳")]
)
def test_surnames_are_read_as_surnames(sample_hub: Hub, words: str, surname: str) -> None:
    assert any(name.startswith(surname) for name in names(sample_hub, words))


def test_three_digits_alone_say_that_they_are_too_short(sample_hub: Hub) -> None:
    found = sample_hub.get(FIND, "AGENT", words="331")["searchCustomers"]
    assert found["notices"] == [{"code": "TOO_SHORT"}]


def test_facets_count_exactly_what_a_filter_lists(sample_hub: Hub) -> None:
    facets = sample_hub.get("{ searchCustomers { totalCount facets { statuses { value count } } } }", "AGENT")
    found = facets["searchCustomers"]
    assert sum(facet["count"] for facet in found["facets"]["statuses"]) == found["totalCount"] == 2000
    for facet in found["facets"]["statuses"]:
        listed = sample_hub.get(
            "query($s: CustomerStatus!) { customers(filter: {status: [$s]}) { totalCount } }",
            s=facet["value"],
        )
        assert listed["customers"]["totalCount"] == facet["count"], facet
