"""Searching tells no role more of a value than the role sees of it: in hits, totals, facets or highlights."""

from typing import Any

import pytest

from master.roles import CLASSES, CONTACT
from matching.masks import masked_contact, masked_name, masked_number
from matching.numbers import MASK
from schema.comparing import COMPARED
from tests.leaks.expecting import hidden, leaked
from tests.leaks.filling import documents_of
from tests.leaks.opening import Hub, on_one_database
from tests.leaks.test_fields import READING

pytestmark = on_one_database

SEARCH = """query ($query: String!) { searchCustomers(query: $query, first: 50) { totalCount
  nodes { id } edges { score highlights { field match text spans { start end } } } notices { code }
  facets { tags { value count } branches { value count } statuses { value count } } } }"""

RESIDENT_ID, PASSPORT = (number for _, number in documents_of(2))
# By class: a highlight's field, whole values of bob, parts of them, and how the value is masked.
BOB = {
    "name": ("name", ["Quentin Marlowe"], ["Quent", "Marlowe", "qm", "Quentin Marlow"], masked_name),
    "document": (
        "documents.number",
        [RESIDENT_ID, PASSPORT],
        [RESIDENT_ID[-12:], "1963031200"],
        masked_number,
    ),
    "contact": (
        "contactPoints.value",
        ["13802552721", "quill2.inkwell@example.com", "010-6625 2319"],
        ["52721", "13802552"],
        lambda value: masked_contact(value, "EMAIL" if "@" in value else "MOBILE"),
    ),
    "policy": ("policies.number", ["POL2-2026-2442"], ["2026-2442", "POL2"], masked_number),
}
NOTHING: dict[str, Any] = {
    "totalCount": 0,
    "nodes": [],
    "edges": [],
    "facets": {"tags": [], "branches": [], "statuses": []},
}


def found(hub: Hub, role: str, query: str) -> dict[str, Any]:
    answer: dict[str, Any] = hub.get(SEARCH, role, query=query)["searchCustomers"]
    return answer


def is_masked(hub: Hub, role: str, of: str) -> bool:
    return of in hub.roles[role].masked


def finds_wholes(hub: Hub, role: str, of: str) -> bool:
    its = hub.roles[role]
    if of == "policy" and its.own_rows_only:  # the index does not know whose they are
        return False
    return of not in its.refused


def finds_parts(hub: Hub, role: str, of: str) -> bool:
    its = hub.roles[role]
    return finds_wholes(hub, role, of) and (of not in its.masked or "fragments" in its.permissions)


@pytest.mark.parametrize("of", BOB)
@pytest.mark.parametrize("role", READING)
def test_values_are_found_as_far_as_the_role_may_look(hub: Hub, role: str, of: str) -> None:
    field, wholes, parts, mask = BOB[of]
    for query, is_whole in (*((each, True) for each in wholes), *((each, False) for each in parts)):
        told = found(hub, role, query)
        notices = [each["code"] for each in told.pop("notices")]
        may = finds_wholes(hub, role, of) if is_whole else finds_parts(hub, role, of)
        if not may:
            assert told == NOTHING, (query, told)
            continue
        assert "c2" in [each["id"] for each in told["nodes"]], (query, notices)
        lights = told["edges"][[each["id"] for each in told["nodes"]].index("c2")]["highlights"]
        of_it = [each for each in lights if each["field"] == field]
        assert of_it, (query, lights)
        for each in of_it:
            assert_shown(hub, role, each, is_masked(hub, role, of), mask)


def assert_shown(hub: Hub, role: str, light: Any, masked: bool, mask: Any) -> None:
    """The text is the value or its mask; spans lie on characters that are shown."""
    values = [value for values in hub.filled.bob.values.values() for value in values]
    plain = {"".join(c for c in value if c.isalnum() or c in "@. ") for value in values}
    clear = {*values, *plain}
    assert (light["text"] in {mask(value) for value in clear}) if masked else (light["text"] in clear), light
    assert masked or light["spans"]
    for span in light["spans"]:
        piece = light["text"][span["start"] : span["end"]]
        assert piece, light
        assert MASK not in piece, light


@pytest.mark.parametrize("role", READING)
def test_no_search_tells_what_the_role_does_not_see(hub: Hub, role: str) -> None:
    secret = hidden(hub.filled, hub.roles[role])
    for _, wholes, parts, _ in BOB.values():
        for query in (*wholes, *parts):
            answer = hub.ask(SEARCH, role, query=query)
            assert leaked(answer.text, secret) == [], query


@pytest.mark.parametrize("role", ["ALL_MASKED", "AUDITOR", "MARKETER", "PARTNER"])
def test_who_finds_by_whole_numbers_only_is_told_so(hub: Hub, role: str) -> None:
    for query in (RESIDENT_ID[-12:], "52721"):
        told = found(hub, role, query)
        assert [each["code"] for each in told["notices"]] == ["WHOLE_ONLY"], query
        assert told["nodes"] == []


@pytest.mark.parametrize("role", READING)
def test_birth_dates_are_looked_for_by_who_may_ask_for_them(hub: Hub, role: str) -> None:
    told = found(hub, role, hub.filled.bob.first("Customer.birthDate").replace("-", ""))
    its = hub.roles[role]
    by_itself, by_parts = "birth" not in its.refused, "document" not in its.refused | its.masked
    found_by_parts = by_parts or ("document" in its.masked and "fragments" in its.permissions)
    assert ({"id": "c2"} in told["nodes"]) is (by_itself or found_by_parts)
    lights = [each["field"] for edge in told["edges"] for each in edge["highlights"]]
    assert ("birthDate" in lights) is by_itself


@pytest.mark.parametrize("role", READING)
def test_the_order_of_a_list_tells_nothing_of_masked_values(hub: Hub, role: str) -> None:
    """Where none is asked for: customers go by their own number, policies by theirs where it is shown."""
    customers = hub.get("{ customers(first: 50) { nodes { id } } }", role)["customers"]["nodes"]
    assert [each["id"] for each in customers] == sorted(each["id"] for each in customers)
    policies = hub.get("{ policies(first: 50) { nodes { id } } }", role)["policies"]["nodes"]
    ids = [int(each["id"][1:]) for each in policies]
    its = hub.roles[role]
    may = "policy" not in its.refused and ("policy" not in its.masked or "fragments" in its.permissions)
    assert (ids == sorted(ids)) is not may


READINGS = """query ($query: String!) { searchCustomers(query: $query, first: 50) {
  readings { part meaning value searched forced others { meaning query } }
  notices { code message part query } } }"""


@pytest.mark.parametrize("role", READING)
def test_readings_are_of_the_words_alone(hub: Hub, role: str) -> None:
    """So they tell nothing of who is in sight."""
    for _, wholes, parts, _ in BOB.values():
        for query in (*wholes, *parts):
            told = [
                hub.get(READINGS, role, branches, query=query)["searchCustomers"]["readings"]
                for branches in (("HQ",), ("EAST2",))
            ]
            assert told[0] == told[1], query
            assert [each["part"] for each in told[0]] != []


@pytest.mark.parametrize("role", READING)
def test_what_may_have_been_meant_is_told_of_nobody_out_of_sight(hub: Hub, role: str) -> None:
    """Bob is in the east: a search of the west knows nothing of him."""
    if hub.roles[role].branches != "own":
        return
    for query in ("Quentin Marlowe 99999", f"{RESIDENT_ID} Nobody", "52721 nobody"):
        told = hub.get(READINGS, role, ("WEST",), query=query)["searchCustomers"]
        assert "DID_YOU_MEAN" not in [each["code"] for each in told["notices"]], query


def test_what_may_have_been_meant_is_told_of_who_is_in_sight(hub: Hub) -> None:
    told = hub.get(READINGS, "AGENT", query="Quentin Marlowe 99999")["searchCustomers"]["notices"]
    assert [(each["code"], each["query"]) for each in told] == [("DID_YOU_MEAN", "quentinmarlowe")]


@pytest.mark.parametrize("role", READING)
def test_what_may_have_been_meant_asks_for_no_number_that_the_role_sees_masked(hub: Hub, role: str) -> None:
    for of, wholes, parts in (
        (of, wholes, parts) for of, (_, wholes, parts, _) in BOB.items() if of != "name"
    ):
        for number in (*wholes, *parts):
            told = hub.get(READINGS, role, query=f"{number} Nobodywhatever")["searchCustomers"]
            asked = [each["query"] for each in told["notices"] if each["query"]]
            may = (
                finds_parts(hub, role, of)
                and not is_masked(hub, role, of)
                and not is_masked(hub, role, "name")
            )
            assert asked == [] or may, number


@pytest.mark.parametrize(
    "role", ["AGENT", "STEWARD", "ALL_FOUND", *(f"REFUSES_{name.upper()}" for name in CLASSES)]
)
def test_candidates_tell_nothing_of_values_that_the_role_does_not_see(hub: Hub, role: str) -> None:
    """Not how alike they are to what was typed either. That a document or mobile is the same is no secret,
    but where the role refuses the field it is not told."""
    bob, its = hub.filled.bob, hub.roles[role]
    given = {
        "name": "Quentin Marlow",
        "birthDate": bob.first("Customer.birthDate"),
        "documents": [{"type": "PASSPORT", "number": PASSPORT[:-1] + "9"}],
        "contactPoints": [{"kind": "MOBILE", "value": bob.first("ContactPoint.value")}],
    }
    document = """mutation ($input: CreateCustomerInput!) { createCustomer(input: $input) { errors { code }
      candidates { customer { id } reasons { field level } } } }"""
    told = hub.get(document, role, input=given)["createCustomer"]
    assert [each["code"] for each in told["errors"]] == ["DUPLICATE"]
    assert [each["customer"]["id"] for each in told["candidates"]] == ["c2"]
    unseen = {field for field, (of, _) in COMPARED.items() if of in its.masked | its.refused}
    reasons = {(each["field"], each["level"]) for each in told["candidates"][0]["reasons"]}
    assert {each for each in reasons if each[0] in unseen} <= {("mobile", "same"), ("document", "same")}
    assert (("mobile", "same") in reasons) is (CONTACT not in its.refused)
