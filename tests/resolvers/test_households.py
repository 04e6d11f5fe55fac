"""People make households by hand, bring others into them, and tell who has left."""

from typing import Any

import pytest

from master.session import Master
from tests.conftest import NOW
from tests.resolvers.commanding import codes
from tests.resolvers.relating import (
    DAUGHTER,
    HUSBAND,
    RELATIONS,
    SON,
    WIFE,
    accept,
    family,
    households,
    id_of,
    relations,
)
from tests.schema.hub import Hub, filling

MADE = "{ household { id name members { role customer { id } from to } } errors { code message path } }"
CREATE = f"mutation ($input: CreateHouseholdInput!) {{ createHousehold(input: $input) {MADE} }}"
ADD = f"mutation ($input: AddHouseholdMemberInput!) {{ addHouseholdMember(input: $input) {MADE} }}"
END = f"mutation ($input: EndHouseholdMembershipInput!) {{ endHouseholdMembership(input: $input) {MADE} }}"


@pytest.fixture
def home(master: Master) -> Hub:
    """A family of which nobody has said it; the daughter is at home in the south alone."""
    family(master, ("NORTH", "NORTH", "NORTH", "SOUTH"))
    return Hub(master)


def create(hub: Hub, *members: tuple[str, str], **said: Any) -> Any:
    role, branches = said.pop("role", "AGENT"), said.pop("branches", None)
    listed = [{"customer": id, "role": of} for id, of in members]
    given = {"name": "王家", "members": listed, **said}
    return hub.get(CREATE, role, branches=branches, input=given)["createHousehold"]


def add(hub: Hub, customer: str, role: str, branches: list[str] | None = None, **said: Any) -> Any:
    given = {"household": "h1", "customer": customer, "role": role, **said}
    return hub.get(ADD, "AGENT", branches=branches, input=given)["addHouseholdMember"]


def end(hub: Hub, customer: str, branches: list[str] | None = None, **said: Any) -> Any:
    given = {"household": "h1", "customer": customer, **said}
    return hub.get(END, "AGENT", branches=branches, input=given)["endHouseholdMembership"]


def test_a_household_is_made_with_its_members_and_grows(home: Hub) -> None:
    made = create(home, (HUSBAND, "head"), (WIFE, "spouse"))
    assert (made["errors"], made["household"]["name"]) == ([], "王家")
    grown = add(home, SON, "child", since="2009-06-06")
    assert grown["household"]["members"] == [
        {"role": "head", "customer": {"id": HUSBAND}, "from": None, "to": None},
        {"role": "spouse", "customer": {"id": WIFE}, "from": None, "to": None},
        {"role": "child", "customer": {"id": SON}, "from": "2009-06-06", "to": None},
    ]
    assert home.get(RELATIONS, id=SON)["customer"]["households"][0]["recordedBy"] == "tester"


def test_a_person_may_sit_in_several_households(home: Hub) -> None:
    create(home, (HUSBAND, "head"), (SON, "child"))
    create(home, (WIFE, "head"), (SON, "child"), name="李家")
    assert [name for name, _ in households(home, SON)] == ["王家", "李家"]


def test_the_same_call_twice_makes_one_household(home: Hub) -> None:
    first, second = (create(home, (HUSBAND, "head"), idempotencyKey="k1") for _ in range(2))
    assert first["household"]["id"] == second["household"]["id"] == "h1"
    assert len(households(home, HUSBAND)) == 1


def test_who_has_left_is_told_with_the_last_day(home: Hub) -> None:
    create(home, (HUSBAND, "head"), (SON, "child"))
    left = end(home, SON, until="2026-08-31")
    assert left["household"]["members"][1]["to"] == "2026-08-31"
    assert codes(end(home, SON)) == [("NOT_FOUND", ["customer"])]
    assert add(home, SON, "child", since="2026-10-01")["errors"] == []
    assert end(home, SON)["household"]["members"][2]["to"] == f"{NOW:%Y-%m-%d}"


def test_a_last_day_before_the_first_one_is_refused(home: Hub) -> None:
    create(home, (HUSBAND, "head"))
    add(home, SON, "child", since="2026-10-01")
    assert codes(end(home, SON, until="2026-09-30")) == [("INVALID", ["until"])]


def test_of_who_never_belonged_to_it_nobody_is_told(home: Hub) -> None:
    create(home, (HUSBAND, "head"), (SON, "child"))
    assert [m["role"] for m in end(home, SON, mistaken=True)["household"]["members"]] == ["head"]
    assert end(home, HUSBAND, ["NORTH"], mistaken=True) == {"household": None, "errors": []}


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"name": " "}, ("INVALID", ["name"])),
        ({"members": []}, ("INVALID", ["members"])),
        ({"members": [{"customer": HUSBAND, "role": "boss"}]}, ("INVALID", ["members", "0", "role"])),
        ({"members": [{"customer": "c9", "role": "head"}]}, ("NOT_FOUND", ["members", "0", "customer"])),
        (
            {"members": [{"customer": HUSBAND, "role": "head"}] * 2},
            ("CONFLICT", ["members", "1", "customer"]),
        ),
        ({"role": "MARKETER"}, ("FORBIDDEN", None)),
    ],
)
def test_what_makes_no_household_is_refused(home: Hub, said: Any, told: Any) -> None:
    assert codes(create(home, (HUSBAND, "head"), **said)) == [told]
    assert households(home, HUSBAND) == []


def test_who_belongs_to_it_already_is_not_added_again(home: Hub) -> None:
    create(home, (HUSBAND, "head"))
    refused = add(home, HUSBAND, "head")
    assert codes(refused) == [("CONFLICT", ["customer"])]
    assert refused["errors"][0]["message"] == "This customer belongs to it already, as head."


def test_a_household_has_at_most_fifty_members(home: Hub) -> None:
    with filling(home.master) as fill:
        fill.household("王家", *((fill.customer(n), "other") for n in range(11, 60)))
    assert add(home, HUSBAND, "head")["errors"] == []
    refused = add(home, WIFE, "spouse")
    assert codes(refused) == [("CONFLICT", ["household"])]
    assert refused["errors"][0]["message"] == "A household has at most 50 members: make another one."
    (couple,) = id_of(home, "c1 c2")
    assert codes(accept(home, couple)) == [("CONFLICT", ["household"])]
    assert relations(home, WIFE) == {}


def test_neither_customers_nor_households_out_of_sight_are_found(home: Hub) -> None:
    create(home, (HUSBAND, "head"))
    north, south = ["NORTH"], ["SOUTH"]
    assert codes(add(home, DAUGHTER, "child", north)) == [("NOT_FOUND", ["customer"])]
    assert codes(add(home, DAUGHTER, "child", south)) == [("NOT_FOUND", ["household"])]
    assert codes(end(home, HUSBAND, south)) == [("NOT_FOUND", ["household"])]
    assert codes(create(home, (DAUGHTER, "head"), branches=north)) == [
        ("NOT_FOUND", ["members", "0", "customer"])
    ]


def test_a_household_keeps_its_name_from_who_may_not_see_one_who_ever_belonged_to_it(home: Hub) -> None:
    create(home, (HUSBAND, "head"), (DAUGHTER, "child"), name="王建国家庭")
    before = _called(home, DAUGHTER, "SOUTH")
    end(home, HUSBAND, mistaken=True)
    assert (before, _called(home, DAUGHTER, "SOUTH")) == ("王****", "王****")
    assert _called(home, DAUGHTER, "SOUTH", "NORTH") == "王建国家庭"


def _called(home: Hub, member: str, *branches: str) -> str:
    """What the household of this member is called to an agent of these branches."""
    told = home.get(RELATIONS, "AGENT", branches=list(branches), id=member)["customer"]["households"]
    name: str = told[0]["household"]["name"]
    return name
