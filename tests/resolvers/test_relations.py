"""People say who is what to whom, and tell when that is over."""

from pathlib import Path
from typing import Any

import pytest

from intake.run import import_file
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
    id_of,
    relations,
)
from tests.schema.hub import Hub, filling

ONE = "{ id kind customer { id } from to source recordedBy }"
MADE = f"{{ customer {{ id relations {ONE} }} freshness errors {{ code message path }} }}"
RELATE = f"mutation ($input: RelateCustomersInput!) {{ relateCustomers(input: $input) {MADE} }}"
END = f"mutation ($input: EndCustomerRelationInput!) {{ endCustomerRelation(input: $input) {MADE} }}"
FIRM = "c5"
BY_HAND = {"kind": "SPOUSE", "from": "2004-05-01", "to": None, "source": None, "recordedBy": "tester"}


@pytest.fixture
def home(master: Master) -> Hub:
    """A family of which nobody has said it, and a firm; the daughter is at home in the south alone."""
    family(master, ("NORTH", "NORTH", "NORTH", "SOUTH"))
    with filling(master) as fill:
        fill.customer(5, "华夏贸易有限公司", kind="ORGANIZATION")
        source = fill.source("CRM")
        for id in (1, 2):
            fill.sourced(id, source, f"K{id}")
    return Hub(master)


def relate(hub: Hub, customer: str, other: str, kind: str, **said: Any) -> Any:
    role, branches = said.pop("role", "AGENT"), said.pop("branches", None)
    given = {"customer": customer, "other": other, "kind": kind, **said}
    return hub.get(RELATE, role, branches=branches, input=given)["relateCustomers"]


def end(hub: Hub, relation: str, branches: list[str] | None = None, **said: Any) -> Any:
    return hub.get(END, "AGENT", branches=branches, input={"relation": relation, **said})[
        "endCustomerRelation"
    ]


def couple(hub: Hub) -> str:
    """Made by hand; the id of the relation as the husband's."""
    made = relate(hub, HUSBAND, WIFE, "SPOUSE", since="2004-05-01")
    id: str = made["customer"]["relations"][0]["id"]
    return id


def told(hub: Hub, of: str = WIFE) -> list[Any]:
    found = hub.get(RELATIONS, id=of)["customer"]["relations"]
    return [{name: value for name, value in each.items() if name != "customer"} for each in found]


def crm_says_so(hub: Hub, folder: Path) -> None:
    path = folder / "relations.csv"
    path.write_text("from,to,kind,since\nK1,K2,SPOUSE,2010-01-01\n", encoding="utf-8")
    import_file(hub.master, "relations", path, source="CRM")


def test_a_relation_is_told_at_both(home: Hub) -> None:
    made = relate(home, SON, HUSBAND, "PARENT")
    assert (made["errors"], made["customer"]["id"]) == ([], SON)
    assert relations(home, SON) == {HUSBAND: "PARENT"}
    assert relations(home, HUSBAND) == {SON: "CHILD"}
    couple(home)
    assert told(home) == [BY_HAND]


def test_the_same_call_twice_makes_one_relation(home: Hub) -> None:
    for _ in range(2):
        made = relate(home, HUSBAND, WIFE, "SPOUSE", idempotencyKey="k1")
        assert made["errors"] == []
    assert len(made["customer"]["relations"]) == 1


def test_what_is_said_already_is_not_said_again(home: Hub, tmp_path: Path) -> None:
    couple(home)
    assert codes(relate(home, WIFE, HUSBAND, "SPOUSE")) == [("CONFLICT", ["kind"])]
    assert relate(home, WIFE, HUSBAND, "EMPLOYER")["errors"] == []


def test_who_is_divorced_may_marry_again(home: Hub) -> None:
    end(home, couple(home), until="2020-01-01")
    assert relate(home, HUSBAND, WIFE, "SPOUSE", since="2021-05-01")["errors"] == []
    assert [(each["from"], each["to"]) for each in told(home)] == [
        ("2004-05-01", "2020-01-01"),
        ("2021-05-01", None),
    ]


@pytest.mark.parametrize(("until", "day"), [("2020-01-01", "2020-01-01"), (None, f"{NOW:%Y-%m-%d}")])
def test_what_is_over_is_told_with_its_last_day(home: Hub, until: str | None, day: str) -> None:
    done = end(home, couple(home), **({"until": until} if until else {}))
    assert (done["errors"], done["customer"]["id"]) == ([], HUSBAND)
    assert told(home) == told(home, HUSBAND) == [{**BY_HAND, "to": day}]


def test_what_never_was_is_told_no_more(home: Hub) -> None:
    assert end(home, couple(home), mistaken=True)["errors"] == []
    assert told(home) == told(home, HUSBAND) == []


def test_what_a_source_says_too_stays_as_that_says_it(home: Hub, tmp_path: Path) -> None:
    by_hand = couple(home)
    crm_says_so(home, tmp_path)
    assert told(home) == [BY_HAND]
    assert end(home, by_hand, mistaken=True)["errors"] == []
    of_crm = {"kind": "SPOUSE", "from": "2010-01-01", "to": None, "source": "CRM", "recordedBy": None}
    assert told(home) == told(home, HUSBAND) == [of_crm]


def test_what_a_source_alone_says_is_not_ended_by_hand(home: Hub, tmp_path: Path) -> None:
    crm_says_so(home, tmp_path)
    (relation,) = home.get(RELATIONS.replace("kind customer", "id kind customer"), id=WIFE)["customer"][
        "relations"
    ]
    refused = end(home, relation["id"])
    assert codes(refused) == [("CONFLICT", ["relation"])]
    assert "CRM says it" in refused["errors"][0]["message"]


def test_what_came_of_a_suggestion_is_undone_there(home: Hub) -> None:
    accept(home, *id_of(home, "c1 c2"), relation="SPOUSE")
    (relation,) = home.get(RELATIONS.replace("kind customer", "id kind customer"), id=WIFE)["customer"][
        "relations"
    ]
    refused = end(home, relation["id"], mistaken=True)
    assert codes(refused) == [("CONFLICT", ["relation"])]
    assert "undoRelatives" in refused["errors"][0]["message"]


@pytest.mark.parametrize(
    ("said", "refused"),
    [
        ({"other": HUSBAND}, ("INVALID", ["other"])),
        ({"other": "c99"}, ("NOT_FOUND", ["other"])),
        ({"other": DAUGHTER, "branches": ["NORTH"]}, ("NOT_FOUND", ["other"])),
        ({"other": FIRM}, ("INVALID", ["kind"])),
        ({"since": "2020-01-02", "until": "2020-01-01"}, ("INVALID", ["until"])),
        ({"role": "MARKETER"}, ("FORBIDDEN", None)),
    ],
)
def test_what_makes_no_relation_is_refused(home: Hub, said: Any, refused: Any) -> None:
    given = {"other": WIFE, **said}
    assert codes(relate(home, HUSBAND, given.pop("other"), "SPOUSE", **given)) == [refused]
    assert told(home, HUSBAND) == []


def test_a_firm_has_people_of_its_own(home: Hub) -> None:
    assert relate(home, FIRM, HUSBAND, "LEGAL_REPRESENTATIVE")["errors"] == []
    assert relations(home, HUSBAND) == {FIRM: "REPRESENTED_ORGANIZATION"}


def test_a_last_day_before_the_first_one_is_refused(home: Hub) -> None:
    assert codes(end(home, couple(home), until="2004-04-30")) == [("INVALID", ["until"])]


def test_a_relation_to_one_out_of_sight_is_not_ended(home: Hub) -> None:
    made = relate(home, HUSBAND, DAUGHTER, "CHILD")
    relation = made["customer"]["relations"][0]["id"]
    refused = [end(home, id, branches=["NORTH"]) for id in (relation, "r999", "x")]
    assert codes(refused[0]) == [("NOT_FOUND", ["relation"])]
    assert refused[0] == refused[1] == refused[2]
    assert relations(home, HUSBAND) == {DAUGHTER: "CHILD"}
