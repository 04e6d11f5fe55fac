"""Commands reach no customer out of sight: they answer as for one that is not there."""

from typing import Any

import pytest

from master.session import Master
from schema.ids import global_id
from tests.resolvers.commanding import (
    CHANGE_LEAD,
    CREATE,
    LEAD,
    PUT,
    RECORD,
    TAG,
    UNTAG,
    UPDATE,
    codes,
    count,
)
from tests.schema.hub import Hub, filling

NORTH, SOUTH, BOTH = ("NORTH",), ("SOUTH",), ("NORTH", "SOUTH")
REVEAL = """mutation ($id: ID!, $field: String!) {
  revealField(customer: $id, field: $field, reason: "asked for") { value errors { code message path } } }"""
BRANCH = "{ customer(by: {number: %s}) { branch { code } version } }"


@pytest.fixture
def towns(hub: Hub, master: Master) -> Hub:
    """c1 lives in the north, c2 in the south, each with a lead (l1, l2); staff N1 and S1 work there."""
    with filling(master) as fill:
        head = fill.branch("HQ")
        north, south = fill.branch("NORTH", head), fill.branch("SOUTH", head)
        north_staff, south_staff = fill.staff("N1", north), fill.staff("S1", south)
        fill.tag("VIP")
        fill.product("TERM")
        for number, branch, staff in ((1, north, north_staff), (2, south, south_staff)):
            customer = fill.customer(number, f"Person {number}", branch_id=branch)
            fill.document(customer, f"E1234567{number}")
            fill.point(customer, f"1380013800{number}")
            fill.lead(customer, "Renewal", owner_id=staff)
            fill.sourced(customer, fill.source(f"FEED{number}", made_by="t1"), f"K{number}")
        fill.derive()
    return hub


def lead_input(customer: str, **more: Any) -> dict[str, Any]:
    return {"customer": customer, "title": "Renewal", **more}


def contact_input(customer: str) -> dict[str, Any]:
    return {"customer": customer, "channel": "CALL", "direction": "INBOUND", "subject": "Claims"}


# Each command for some customer and lead; c2 and l2 are there, c99 and l99 are not.
COMMANDS: dict[str, tuple[str, Any]] = {
    "updateCustomer": (UPDATE, lambda n: {"input": {"id": f"c{n}", "version": 1, "name": "X"}}),
    "updateCustomer, lost": (UPDATE, lambda n: {"input": {"id": f"c{n}", "version": 77, "name": "X"}}),
    "updateCustomer, its document": (
        UPDATE,
        lambda n: {"input": {"id": f"c{n}", "version": 1, "removeDocuments": [global_id("d", 2)]}},
    ),
    "tagCustomer": (TAG, lambda n: {"id": f"c{n}", "tag": "VIP"}),
    "tagCustomer, no such tag": (TAG, lambda n: {"id": f"c{n}", "tag": "NONE"}),
    "untagCustomer": (UNTAG, lambda n: {"id": f"c{n}", "tag": "VIP"}),
    "recordContact": (RECORD, lambda n: {"input": contact_input(f"c{n}")}),
    "recordContact, blank": (RECORD, lambda n: {"input": {**contact_input(f"c{n}"), "subject": " "}}),
    "createLead": (LEAD, lambda n: {"input": lead_input(f"c{n}")}),
    "createLead, no such owner": (LEAD, lambda n: {"input": lead_input(f"c{n}", owner="NONE")}),
    "updateLead": (CHANGE_LEAD, lambda n: {"input": {"id": f"l{n}", "version": 1, "score": 5.0}}),
    "updateLead, lost": (CHANGE_LEAD, lambda n: {"input": {"id": f"l{n}", "version": 77, "score": 5.0}}),
    "revealField": (REVEAL, lambda n: {"id": f"c{n}", "field": "Customer.name"}),
    "revealField, none there": (REVEAL, lambda n: {"id": f"c{n}", "field": "IdentityDocument.number"}),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_customer_out_of_sight_is_answered_as_one_that_is_not_there(towns: Hub, name: str) -> None:
    document, variables = COMMANDS[name]
    outside = towns.ask(document, "STEWARD", branches=NORTH, **variables(2))
    unknown = towns.ask(document, "STEWARD", branches=NORTH, **variables(99))
    assert outside == unknown
    (payload,) = outside.data.values()
    assert [error["code"] for error in payload["errors"]] == ["NOT_FOUND"]


@pytest.mark.parametrize("name", [name for name in COMMANDS if "," not in name])
def test_a_customer_in_sight_is_changed(towns: Hub, name: str) -> None:
    document, variables = COMMANDS[name]
    given = variables(1)
    if name == "updateCustomer":
        given["input"]["version"] = towns.get(BRANCH % '"C000000001"')["customer"]["version"]
    (payload,) = towns.get(document, "STEWARD", branches=NORTH, **given).values()
    assert payload["errors"] == []


def test_a_lost_update_shows_the_present_state_in_sight_only(towns: Hub) -> None:
    document, variables = COMMANDS["updateCustomer, lost"]
    inside = towns.get(document, "AGENT", branches=NORTH, **variables(1))["updateCustomer"]
    assert (inside["customer"]["name"], codes(inside)) == ("Person 1", [("CONFLICT", ["version"])])
    outside = towns.get(document, "AGENT", branches=NORTH, **variables(2))["updateCustomer"]
    assert (outside["customer"], codes(outside)) == (None, [("NOT_FOUND", ["id"])])


def test_a_new_customer_belongs_to_the_only_branch_of_its_maker(towns: Hub) -> None:
    made = towns.get(CREATE, "AGENT", branches=SOUTH, input={"name": "New"})["createCustomer"]
    assert (made["customer"]["branch"], made["errors"]) == ({"code": "SOUTH"}, [])


def test_a_maker_of_several_branches_must_say_which(towns: Hub, master: Master) -> None:
    made = towns.get(CREATE, "AGENT", branches=BOTH, input={"name": "New"})["createCustomer"]
    message = "Say to which of your branches the customer belongs."
    assert made["errors"] == [{"code": "INVALID", "message": message, "path": ["branch"]}]
    assert count(master) == 2
    said = towns.get(CREATE, "AGENT", branches=BOTH, input={"name": "New", "branch": "NORTH"})
    assert said["createCustomer"]["customer"]["branch"] == {"code": "NORTH"}


def test_a_steward_of_several_branches_may_leave_it_open(towns: Hub) -> None:
    made = towns.get(CREATE, "STEWARD", branches=BOTH, input={"name": "New"})["createCustomer"]
    assert (made["customer"]["branch"], made["errors"]) == (None, [])


@pytest.mark.parametrize("branch", ["SOUTH", "HQ", "NONE"])
def test_a_customer_comes_to_no_branch_out_of_sight(towns: Hub, branch: str) -> None:
    made = towns.get(CREATE, "STEWARD", branches=NORTH, input={"name": "New", "branch": branch})
    assert codes(made["createCustomer"]) == [("NOT_FOUND", ["branch"])]
    version = towns.get(BRANCH % '"C000000001"')["customer"]["version"]
    change = {"id": "c1", "version": version, "branch": branch}
    moved = towns.get(UPDATE, "STEWARD", branches=NORTH, input=change)
    assert codes(moved["updateCustomer"]) == [("NOT_FOUND", ["branch"])]
    key = {"source": "FEED1", "key": "K1"}
    put = towns.get(PUT, "STEWARD", branches=NORTH, input={"sourceKey": key, "name": "X", "branch": branch})
    assert codes(put["putCustomer"]) == [("NOT_FOUND", ["branch"])]


def test_nobody_takes_a_customer_out_of_their_own_sight(towns: Hub) -> None:
    with filling(towns.master) as fill:
        fill.customer(3, branch_id=2)
        fill.derive()
    version = towns.get(BRANCH % '"C000000003"')["customer"]["version"]
    change = {"id": "c3", "version": version, "branch": None}
    refused = towns.get(UPDATE, "AGENT", branches=NORTH, input=change)["updateCustomer"]
    assert codes(refused) == [("INVALID", ["branch"])]
    assert towns.get(BRANCH % '"C000000003"')["customer"]["branch"] == {"code": "NORTH"}
    assert towns.get(UPDATE, "STEWARD", branches=NORTH, input=change)["updateCustomer"]["errors"] == []


def test_a_duplicate_out_of_sight_is_told_without_a_candidate(towns: Hub) -> None:
    new = {"name": "New", "documents": [{"type": "PASSPORT", "number": "E12345672"}]}
    made = towns.get(CREATE, "AGENT", branches=NORTH, input=new)["createCustomer"]
    assert (codes(made), made["candidates"], made["customer"]) == ([("DUPLICATE", None)], [], None)
    both = {**new, "contactPoints": [{"kind": "MOBILE", "value": "13800138001"}]}
    made = towns.get(CREATE, "AGENT", branches=NORTH, input=both)["createCustomer"]
    assert [each["customer"]["number"] for each in made["candidates"]] == ["C000000001"]


def test_candidates_in_sight_are_told_behind_any_number_of_others(towns: Hub) -> None:
    shared = [{"kind": "MOBILE", "value": "13900139000"}]
    with filling(towns.master) as fill:
        for number in range(10, 40):
            fill.point(fill.customer(number, branch_id=3), "13900139000")
        mine = fill.customer(99, branch_id=2)
        fill.point(mine, "13900139000")
        fill.derive()
    new = {"name": "New", "contactPoints": shared}
    made = towns.get(CREATE, "AGENT", branches=NORTH, input=new)["createCustomer"]
    assert [each["customer"]["number"] for each in made["candidates"]] == ["C000000099"]


def test_the_key_of_a_customer_out_of_sight_is_forbidden(towns: Hub) -> None:
    put = {"sourceKey": {"source": "FEED2", "key": "K2"}, "name": "Mine now"}
    answer = towns.get(PUT, "PARTNER", branches=NORTH, input=put)["putCustomer"]
    assert (codes(answer), answer["customer"]) == ([("FORBIDDEN", ["sourceKey", "key"])], None)
    assert towns.get('{ customer(by: {number: "C000000002"}) { name } }')["customer"]["name"] == "Person 2"


def test_what_a_partner_puts_first_belongs_to_its_only_branch(towns: Hub) -> None:
    put = {"sourceKey": {"source": "FEED1", "key": "NEW"}, "name": "New"}
    for _ in range(2):  # the second changes nothing
        made = towns.get(PUT, "PARTNER", branches=NORTH, input=put)["putCustomer"]
        assert (made["customer"]["name"], made["errors"]) == ("New", [])
    found = towns.get('{ customer(by: {source: {source: "FEED1", key: "NEW"}}) { branch { code } version } }')
    assert found["customer"] == {"branch": {"code": "NORTH"}, "version": 1}
    several = towns.get(
        PUT, "PARTNER", branches=BOTH, input={**put, "sourceKey": {"source": "F", "key": "N2"}}
    )
    assert codes(several["putCustomer"]) == [("INVALID", ["branch"])]


def test_a_repeated_call_shows_nothing_of_a_customer_that_has_left(towns: Hub, master: Master) -> None:
    """The call is done and stays done; what it made is shown in sight only."""
    given = {"input": {**contact_input("c1"), "idempotencyKey": "k1"}}
    first = towns.get(RECORD, "AGENT", branches=NORTH, **given)["recordContact"]
    assert first["contact"]["customer"] == {"number": "C000000001", "contacts": {"totalCount": 1}}
    version = towns.get(BRANCH % '"C000000001"')["customer"]["version"]
    moved = {"id": "c1", "version": version, "branch": "SOUTH"}
    assert towns.get(UPDATE, input=moved)["updateCustomer"]["errors"] == []
    lead = {"id": "l1", "version": 1, "owner": "S1"}
    assert towns.get(CHANGE_LEAD, input=lead)["updateLead"]["errors"] == []
    again = towns.get(RECORD, "AGENT", branches=NORTH, **given)["recordContact"]
    assert (again["contact"], again["errors"]) == (None, [])


def test_a_lead_may_go_to_staff_of_any_branch_and_then_both_see_the_customer(towns: Hub) -> None:
    made = towns.get(LEAD, "AGENT", branches=NORTH, input=lead_input("c1", owner="S1", product="TERM"))
    assert made["createLead"]["lead"]["owner"] == {"code": "S1"}
    seen = '{ customer(by: {number: "C000000001"}) { leads { totalCount } } }'
    assert towns.get(seen, "AGENT", branches=SOUTH)["customer"] == {"leads": {"totalCount": 2}}
    assert towns.get(seen, "AGENT", branches=NORTH)["customer"] == {"leads": {"totalCount": 2}}


def test_branches_are_told_in_sight_only_and_their_paths_in_full(towns: Hub) -> None:
    asked = "{ branches { code path { code } } }"
    path = [{"code": "HQ"}, {"code": "NORTH"}]
    assert towns.get(asked, "AGENT", branches=NORTH) == {"branches": [{"code": "NORTH", "path": path}]}
    below = "query ($under: String) { branches(under: $under) { code } }"
    assert towns.get(below, "AGENT", branches=NORTH, under="HQ") == {"branches": [{"code": "NORTH"}]}
    assert towns.get(below, "AGENT", branches=NORTH, under="SOUTH") == {"branches": []}
    assert len(towns.get(asked, "AGENT")["branches"]) == 3


@pytest.mark.parametrize(
    "asked",
    [
        '{ tags(category: "Li*") { nodes { code } } }',
        '{ tag(code: "VI*") { code } }',
        '{ branches(under: "H*") { code } }',
    ],
)
def test_a_mask_is_no_value_of_a_single_argument(towns: Hub, asked: str) -> None:
    assert [code for code, _ in towns.ask(asked).errors] == ["INVALID"]
