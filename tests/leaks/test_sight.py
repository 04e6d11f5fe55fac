"""A viewer of some branches is told nothing of customers outside them, on any path and in any number."""

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.leaks.expecting import comparable, leaked
from tests.leaks.filling import KIDDO, NONNA, SHARED_PASSPORT, SHARED_POLICY, Person, nobody
from tests.leaks.opening import Hub, as_roles
from tests.leaks.paths import Entry, document, entries, ways_to
from tests.leaks.test_fields import refused

EAST, WEST = ("EAST",), ("WEST",)
as_every_role = as_roles(
    ("AGENT", "ADMIN", "OWN_ROWS"), ("STEWARD", "MARKETER", "READER", "ALL_MASKED", "ALL_FOUND")
)

EVERYTHING = """{
  customers(first: 100) { totalCount nodes { id number name birthDate
    documents { id number } contactPoints { id value } tags { tag { code customerCount } }
    policies(first: 100) { totalCount nodes { id number annualPremium
      parties { role name customer { id number name } } } }
    contacts(first: 100) { nodes { id channel } } leads(first: 100) { nodes { id title } }
    relations { kind name customer { id number name } }
    households { household { name members { role name customer { id number name } } } }
    sources { key } } edges { cursor } pageInfo { endCursor } }
  policies(first: 100) { totalCount nodes { id number parties { name customer { id } } } edges { cursor } }
  leads(first: 100) { totalCount nodes { id title customer { id name } } edges { cursor } }
  searchCustomers(first: 100) { totalCount nodes { id name } edges { cursor score }
    facets { tags { value count } branches { value count } statuses { value count } } }
  tags { nodes { code customerCount } }
  branches { code } }"""


def outside(hub: Hub, role: str) -> list[Person]:
    """Whom a viewer of the east does not see."""
    filled = hub.filled
    return [filled.wendy, filled.zeb, *([] if hub.roles[role].sees_unassigned else [filled.una])]


def absent(person: Person) -> Person:
    """Somebody who is not there, with ids that are none's."""
    ids = {letter: f"{id[0]}{'9' * len(id[1:])}8" for letter, id in person.ids.items()}
    return replace(nobody(), ids=ids)


def told_of(hub: Hub, person: Person, role: str, branches: tuple[str, ...]) -> list[tuple[Entry, Any]]:
    answers = []
    for entry in ways_to(person):
        answer = hub.ask(document(entry, refused(hub, role)), role, branches)
        told = json.loads(answer.alike)
        for error in told.get("errors", []):
            error.pop("locations", None)
        answers.append((entry, told))
    return answers


@as_every_role
def test_who_is_out_of_sight_is_told_exactly_as_who_is_not_there(hub: Hub, role: str) -> None:
    for person in outside(hub, role):
        marks = list(person.marks())
        there, not_there = told_of(hub, person, role, EAST), told_of(hub, absent(person), role, EAST)
        assert len(there) > 20
        for (entry, told), (_, nothing) in zip(there, not_there, strict=True):
            typed = _typed(told) | _typed(nothing)
            assert _without_typed(told) == _without_typed(nothing), entry
            assert leaked(json.dumps(told, ensure_ascii=False), {*marks} - typed) == [], entry


def _page(told: Any) -> dict[str, Any]:
    found = (told["data"] or {}).get("searchCustomers") or {}
    assert isinstance(found, dict)
    return found


def _typed(told: Any) -> set[str]:
    """What notices and readings repeat of what was typed."""
    page = _page(told)
    notices, readings = page.get("notices", []), page.get("readings", [])
    return {each["part"] for each in (*notices, *readings)} | {each["value"] for each in readings}


def _without_typed(told: Any) -> Any:
    """Without what repeats what was typed; readings are of the words alone. The index grows older."""
    page = _page(told)
    for each in page.get("notices", []):
        each["part"] = None
    page.pop("readings", None)
    return comparable(told)


@as_every_role
def test_no_answer_holds_anything_of_who_is_out_of_sight(hub: Hub, role: str) -> None:
    marks = [mark for person in outside(hub, role) for mark in person.marks()]
    leave_out = refused(hub, role)
    documents = [document(entry, leave_out) for entry in entries(hub.filled)]
    everything = EVERYTHING if not leave_out else ""
    for text in (*documents, everything):
        answer = hub.ask(text, role, EAST) if text else None
        if answer is not None:
            assert leaked(answer.text, marks) == [], text
            assert answer.codes == [], answer.text


@pytest.mark.parametrize(
    ("role", "branches", "customers", "policies", "leads"),
    [
        ("READER", EAST, "1 2 3 7", 8, 4),
        ("ADMIN", EAST, "1 2 3 6 7", 9, 5),
        ("READER", WEST, "1 4 5 7", 9, 4),
        ("OWN_ROWS", ("EAST1", "EAST2"), "1 2 3 7", 4, 3),
        ("READER", ("HQ",), "1 2 3 4 5 7", 11, 6),
        ("ADMIN", ("HQ",), "1 2 3 4 5 6 7", 12, 7),
        ("READER", ("EAST2",), "", 0, 0),
    ],
)
def test_lists_totals_and_facets_are_of_customers_in_sight(
    hub: Hub, role: str, branches: tuple[str, ...], customers: str, policies: int, leads: int
) -> None:
    told = hub.get(EVERYTHING, role, branches)
    ids = [f"c{n}" for n in customers.split()]
    found = told["searchCustomers"]
    assert [each["id"] for each in told["customers"]["nodes"]] == ids
    assert sorted(each["id"] for each in found["nodes"]) == ids
    assert told["customers"]["totalCount"] == found["totalCount"] == len(ids)
    assert told["policies"]["totalCount"] == len(told["policies"]["nodes"]) == policies
    assert told["leads"]["totalCount"] == len(told["leads"]["nodes"]) == leads
    sums = [sum(each["count"] for each in found["facets"][name]) for name in ("statuses", "branches")]
    assert sums == [len(ids), len([id for id in ids if id != "c6"])]
    counts = {each["code"]: each["customerCount"] for each in told["tags"]["nodes"]}
    assert counts == {"EVERYWHERE": len(ids), "WESTERN": int("c4" in ids)}
    facets = {each["value"]: each["count"] for each in found["facets"]["tags"]}
    assert facets == {code: count for code, count in counts.items() if count}


def test_people_out_of_sight_keep_their_place_without_their_name(hub: Hub) -> None:
    alice, wendy = hub.filled.alice, hub.filled.wendy
    document = f"""{{ customer(by: {{id: "{alice.ids["c"]}"}}) {{
      policies {{ nodes {{ number parties {{ role name customer {{ id }} }} }} }}
      relations {{ kind name customer {{ id }} }}
      households {{ household {{ name members {{ role name customer {{ id }} }} }} }} }} }}"""
    for branches, name, customer in ((EAST, "司徒**", None), (("HQ",), wendy.name, {"id": wendy.ids["c"]})):
        told = hub.get(document, "READER", branches)["customer"]
        own = {"name": alice.name, "customer": {"id": alice.ids["c"]}}
        other = {"name": name, "customer": customer}
        [both] = [each for each in told["policies"]["nodes"] if len(each["parties"]) > 1]
        assert both["parties"] == [
            {"role": "APPLICANT", **other},
            {"role": "INSURED", **own},
            {"role": "BENEFICIARY", "name": NONNA, "customer": None},
        ]
        assert {"kind": "SPOUSE", **other} in told["relations"]
        [household] = told["households"]
        assert household["household"]["name"] == ("欧阳**" if customer is None else "欧阳之家")
        assert household["household"]["members"] == [
            {"role": "head", **own},
            {"role": "spouse", **other},
            {"role": "child", "name": KIDDO, "customer": None},
        ]


def test_one_key_of_several_tells_only_of_those_in_sight(hub: Hub) -> None:
    passport = f'{{type: PASSPORT, number: "{SHARED_PASSPORT}"}}'
    customer = f"{{ customer(by: {{document: {passport}}}) {{ id }} }}"
    policy = f'{{ policy(by: {{number: "{SHARED_POLICY}"}}) {{ parties {{ customer {{ id }} }} }} }}'
    for branches, numbers in ((("HQ",), [1, 2, 4]), (EAST, [1, 2]), (WEST, [1, 4])):
        [error] = hub.ask(customer, "AGENT", branches).json["errors"]
        assert error["extensions"]["code"] == "AMBIGUOUS"
        assert error["extensions"]["numbers"] == [f"C{n:09d}" for n in numbers]
    assert hub.get(policy, "AGENT", EAST)["policy"]["parties"] == [{"customer": {"id": "c1"}}]
    [error] = hub.ask(policy, "AGENT", WEST).json["errors"]
    assert error["extensions"]["sources"] == ["CORE", "OLD"]


def test_a_duplicate_is_told_with_candidates_in_sight_only(hub: Hub) -> None:
    filled = hub.filled
    people = (filled.alice, filled.wendy)
    mobiles = [f'{{kind: MOBILE, value: "{each.first("ContactPoint.value")}"}}' for each in people]

    def told(points: str) -> Any:
        given = f'{{name: "Newcomer", branch: "EAST1", contactPoints: [{points}]}}'
        payload = "customer { id } candidates { customer { id } } errors { code }"
        return hub.get(f"mutation {{ createCustomer(input: {given}) {{ {payload} }} }}", "AGENT", EAST)[
            "createCustomer"
        ]

    duplicate = {"customer": None, "errors": [{"code": "DUPLICATE"}]}
    assert told(mobiles[1]) == {**duplicate, "candidates": []}
    assert told(", ".join(mobiles)) == {**duplicate, "candidates": [{"customer": {"id": "c1"}}]}


@pytest.mark.parametrize("role", ["AGENT", "ADMIN"])
def test_commands_on_who_is_out_of_sight_are_answered_as_if_nobody_was_there(hub: Hub, role: str) -> None:
    wendy = hub.filled.wendy
    noted = 'channel: CALL, direction: INBOUND, subject: "x"'
    revealed = 'field: "Customer.name", reason: "why"'
    for id, lead in ((wendy.ids["c"], wendy.ids["l"]), ("c999", "l999")):
        for asked, shown, path in (
            (f'updateCustomer(input: {{id: "{id}", version: 0}})', "customer { id }", "id"),
            (f'tagCustomer(customer: "{id}", tag: "WESTERN")', "customer { id }", "customer"),
            (f'untagCustomer(customer: "{id}", tag: "WESTERN")', "customer { id }", "customer"),
            (f'createLead(input: {{customer: "{id}", title: "x"}})', "lead { id }", "customer"),
            (f'recordContact(input: {{customer: "{id}", {noted}}})', "contact { id }", "customer"),
            (f'updateLead(input: {{id: "{lead}", version: 0}})', "lead { id }", "id"),
            (f'revealField(customer: "{id}", {revealed})', "value", "customer"),
        ):
            text = f"mutation {{ {asked} {{ {shown} errors {{ code message path }} }} }}"
            [payload] = hub.get(text, role, EAST).values()
            what = "lead" if asked.startswith("updateLead") else "customer"
            error = {"code": "NOT_FOUND", "message": f"There is no {what} with this id.", "path": [path]}
            assert payload.pop("errors") == [error], asked
            assert list(payload.values()) == [None]
