"""What is suggested while somebody types is what a search of the same words finds, and tells no more."""

from typing import Any

import pytest

from tests.leaks.expecting import hidden, leaked
from tests.leaks.opening import Hub, on_one_database
from tests.leaks.test_fields import READING
from tests.leaks.test_searching import BOB, SEARCH

pytestmark = on_one_database

SUGGEST = """query ($text: String!) { suggest(text: $text, first: 20) {
  names { customer { id } highlights { field match text spans { start end } } }
  numbers { customer { id } highlights { field match text spans { start end } } }
  tags { tag { code customerCount } match spans { start end } } } }"""
TYPED = [each for _, wholes, parts, _ in BOB.values() for each in (*wholes, *parts)]


def groups(told: Any) -> list[Any]:
    return [*told["names"], *told["numbers"]]


@pytest.mark.parametrize("branches", [("HQ",), ("EAST",), ("WEST",)])
@pytest.mark.parametrize("role", READING)
def test_nobody_is_suggested_whom_a_search_would_not_find(
    hub: Hub, role: str, branches: tuple[str, ...]
) -> None:
    for text in (*TYPED, "1380", "POL", "zh", "欧"):
        found = hub.get(SEARCH, role, branches, query=text)["searchCustomers"]
        lights = {
            edge["id"]: told["highlights"] for edge, told in zip(found["nodes"], found["edges"], strict=True)
        }
        told = hub.get(SUGGEST, role, branches, text=text)["suggest"]
        suggested = {each["customer"]["id"]: each["highlights"] for each in groups(told)}
        assert suggested == lights, text


@pytest.mark.parametrize("role", READING)
def test_no_suggestion_tells_what_the_role_does_not_see(hub: Hub, role: str) -> None:
    secret = hidden(hub.filled, hub.roles[role])
    for text in TYPED:
        assert leaked(hub.ask(SUGGEST, role, text=text).text, secret) == [], text


@pytest.mark.parametrize(
    ("branches", "count"), [(("HQ",), 6), (("EAST",), 4), (("WEST",), 4), (("EAST2",), 0)]
)
def test_suggested_tags_count_customers_in_sight(hub: Hub, branches: tuple[str, ...], count: int) -> None:
    (told,) = hub.get(SUGGEST, "READER", branches, text="everywhere")["suggest"]["tags"]
    assert told["tag"] == {"code": "EVERYWHERE", "customerCount": count}
