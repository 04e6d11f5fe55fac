"""Stewards accept pairs that may be relatives, refuse them, and take that back."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from master.session import Master
from master.tables.audit import AuditEntryRow
from master.tables.base import table
from master.tables.relations import HouseholdMemberRow
from master.writes.customer_changes import update_customer
from master.writes.inputs import CustomerChange
from tests.conftest import NOW, TESTER
from tests.resolvers.commanding import codes
from tests.resolvers.merging import merge
from tests.resolvers.relating import (
    DAUGHTER,
    FIGURES,
    HOME,
    HUSBAND,
    MOBILE,
    OF_ONE,
    ONE,
    RELATIONS,
    SON,
    SUGGESTIONS,
    WIFE,
    accept,
    family,
    households,
    id_of,
    pairs,
    refuse,
    relations,
    run,
    suggestions,
    undo,
)
from tests.resolvers.reviewing import decide, tasks
from tests.resolvers.reviewing import run as run_reviews
from tests.schema.hub import Hub, filling

STAMP = f"{NOW:%Y-%m-%dT%H:%M:%S}.000Z"


@pytest.fixture
def home(master: Master) -> Hub:
    family(master)
    return Hub(master)


def test_everybody_of_a_family_is_suggested_beside_everybody_the_likeliest_first(home: Hub) -> None:
    told = suggestions(home)
    assert {pair: each["relation"] for pair, each in told.items()} == {
        "c1 c3": "CHILD",
        "c1 c4": "CHILD",
        "c3 c4": "SIBLING",
        "c1 c2": "SPOUSE",
        "c2 c3": "CHILD",
        "c2 c4": "CHILD",
    }
    assert [each["probability"] for each in told.values()] == [1.0, 0.9846, 0.9846, 0.8312, 0.8312, 0.6967]
    first = next(iter(told.values()))
    assert (first["status"], first["relationProbability"], first["proposedAt"]) == ("OPEN", 0.8828, STAMP)
    assert first["reasons"] == [
        {"field": "address", "level": "same", "weight": 19.5},
        {"field": "mobile", "level": "same", "weight": 17.5},
        {"field": "surname", "level": "same", "weight": 3.0},
        {"field": "gender", "level": "same", "weight": -0.6},
        {"field": "ages", "level": "a generation apart", "weight": 0.0},
    ]


def test_a_customers_suggestions_are_told_from_its_side(home: Hub) -> None:
    told = pairs(home.get(OF_ONE, "STEWARD", id=SON)["customer"]["suggestedRelatives"])
    assert {pair: each["relation"] for pair, each in told.items()} == {
        "c3 c1": "PARENT",
        "c3 c2": "PARENT",
        "c3 c4": "SIBLING",
    }


def test_who_is_accepted_is_related_on_both_sides_and_of_one_household(home: Hub) -> None:
    done = accept(home, *id_of(home, "c1 c2"), since="2004-05-01")
    assert (done["errors"], done["suggestions"][0]["status"]) == ([], "ACCEPTED")
    assert (done["suggestions"][0]["decidedBy"], done["suggestions"][0]["decidedAt"]) == ("tester", STAMP)
    told = home.get(RELATIONS, id=WIFE)["customer"]
    assert told["relations"] == [
        {"kind": "SPOUSE", "customer": {"id": HUSBAND}, "from": "2004-05-01", "to": None, "source": None,
         "recordedBy": "tester"}
    ]  # fmt: skip
    assert told["households"] == [
        {"role": "spouse", "from": "2004-05-01", "to": None, "recordedBy": "tester",
         "household": {"id": "h1", "name": "王建国家庭", "members": [
             {"role": "head", "customer": {"id": HUSBAND}, "from": "2004-05-01", "to": None},
             {"role": "spouse", "customer": {"id": WIFE}, "from": "2004-05-01", "to": None}]}}
    ]  # fmt: skip
    assert relations(home, HUSBAND) == {WIFE: "SPOUSE"}


def test_a_family_that_is_accepted_at_once_is_one_household(home: Hub) -> None:
    done = accept(home, *(each["id"] for each in suggestions(home).values()))
    assert done["errors"] == []
    whole = ("王建国家庭", {HUSBAND: "head", SON: "child", DAUGHTER: "child", WIFE: "spouse"})
    assert [households(home, id) for id in (HUSBAND, WIFE, SON, DAUGHTER)] == [[whole]] * 4
    assert relations(home, SON) == {HUSBAND: "PARENT", WIFE: "PARENT", DAUGHTER: "SIBLING"}
    assert run(home.master) == {"withdrawn": 0}
    assert suggestions(home, status=["OPEN"]) == {}


def test_a_steward_may_know_better_what_they_are_to_each_other(home: Hub) -> None:
    (couple, father) = id_of(home, "c1 c2", "c1 c3")
    assert accept(home, couple, relation="SIBLING", withHousehold=False)["errors"] == []
    assert (relations(home, WIFE), households(home, WIFE)) == ({HUSBAND: "SIBLING"}, [])
    assert accept(home, father, relation=None)["errors"] == []
    assert (relations(home, SON), households(home, SON)) == (
        {},
        [("王建国家庭", {HUSBAND: "head", SON: "other"})],
    )


def test_of_several_households_it_has_to_be_said_which_it_is(home: Hub) -> None:
    with filling(home.master) as fill:
        for name, id in (("王家", 1), ("李家", 2)):
            fill.household(name, (id, "head"))
    (couple,) = id_of(home, "c1 c2")
    refused = accept(home, couple)
    assert codes(refused) == [("INVALID", ["household"])]
    assert (relations(home, WIFE), codes(accept(home, couple, household="h9"))) == (
        {},
        [("NOT_FOUND", ["household"])],
    )
    assert accept(home, couple, household="h1")["errors"] == []
    assert households(home, WIFE) == [("王家", {HUSBAND: "head", WIFE: "spouse"}), ("李家", {WIFE: "head"})]


def test_what_one_decided_another_can_only_undo(home: Hub) -> None:
    (couple,) = id_of(home, "c1 c2")
    accept(home, couple)
    for again in (accept(home, couple), refuse(home, couple)):
        assert codes(again) == [("CONFLICT", ["suggestions", "0"])]
        assert again["errors"][0]["message"] == "tester has decided this: ACCEPTED. Undo that first."
    assert undo(home, couple)["errors"] == []
    assert (relations(home, WIFE), households(home, WIFE)) == ({}, [])
    assert codes(undo(home, couple)) == [("CONFLICT", ["suggestions", "0"])]
    assert suggestions(home)["c1 c2"]["status"] == "OPEN"


def test_undone_a_suggestion_leaves_what_others_rest_on(home: Hub) -> None:
    accept(home, *id_of(home, "c1 c2", "c1 c3"))
    undo(home, *id_of(home, "c1 c2"))
    assert households(home, HUSBAND) == [("王建国家庭", {HUSBAND: "head", SON: "child"})]
    assert (relations(home, HUSBAND), households(home, WIFE)) == ({SON: "CHILD"}, [])
    undo(home, *id_of(home, "c1 c3"))
    assert (households(home, HUSBAND), relations(home, HUSBAND)) == ([], {})


def test_who_was_refused_is_suggested_again_only_when_one_of_them_has_changed(home: Hub) -> None:
    (couple,) = id_of(home, "c1 c2")
    told = refuse(home, couple)["suggestions"][0]
    assert (told["status"], told["reason"]) == ("REFUSED", "Flatmates.")
    assert run(home.master) == {"known": 6, "withdrawn": 0}
    assert suggestions(home)["c1 c2"]["status"] == "REFUSED"
    with home.master.transaction(TESTER) as tx:
        update_customer(tx, CustomerChange(2, 1, name="李丽娜"))
    assert run(home.master) == {"known": 3, "opened again": 3, "withdrawn": 0}
    assert suggestions(home)["c1 c2"]["status"] == "OPEN"


def test_what_nothing_speaks_for_any_more_is_withdrawn(home: Hub) -> None:
    with filling(home.master) as fill:
        fill.related(2, 3, "CHILD", "PARENT")
    assert run(home.master) == {"known": 5, "withdrawn": 1}
    assert merge(home, HUSBAND, SON)["errors"] == []
    left = {pair: each["status"] for pair, each in suggestions(home).items()}
    assert left == {
        "c1 c2": "OPEN",
        "c1 c4": "OPEN",
        "c2 c4": "OPEN",
        "c2 c1": "WITHDRAWN",
        "c1 c1": "WITHDRAWN",
    }
    assert codes(accept(home, *id_of(home, "c1 c1"))) == [("CONFLICT", ["suggestions", "0"])]


def test_who_may_be_one_is_for_review_first_unless_their_years_of_birth_differ(master: Master) -> None:
    with filling(master) as fill:
        fill.token()
        for n, name, birth in (
            (1, "王晓梅", date(1980, 1, 1)),
            (2, "王晓美", date(1980, 1, 1)),
            (3, "王晓梅", date(2006, 2, 2)),
        ):
            fill.point(fill.customer(n, name, birth_date=birth), MOBILE)
        fill.derive()
    hub = Hub(master)
    run_reviews(master)
    run(master)
    one, other = [(each["one"]["id"], each["other"]["id"]) for each in tasks(hub)], suggestions(hub)
    assert ("c1", "c2") in one
    assert other.keys() == {"c1 c3", "c2 c3"}
    decide(hub, "DIFFERENT", tasks(hub)[one.index(("c1", "c2"))]["id"])
    run(master)
    assert suggestions(hub).keys() == {"c1 c3", "c2 c3", "c1 c2"}


def test_figures_tell_how_many_wait_and_were_decided(home: Hub) -> None:
    accept(home, *id_of(home, "c1 c2", "c1 c3"))
    refuse(home, *id_of(home, "c1 c4"))
    told = home.get(FIGURES, "STEWARD")["relativeFigures"]
    assert told == {"open": 3, "oldestAt": STAMP, "accepted": 2, "refused": 1}


def test_a_page_of_suggestions_counts_all_of_them(home: Hub) -> None:
    told = home.get(SUGGESTIONS, first=2)["relativeSuggestions"]
    assert (told["totalCount"], len(told["nodes"])) == (6, 2)


def test_of_each_that_is_named_it_is_told_what_came_of_it(home: Hub) -> None:
    (couple,) = id_of(home, "c1 c2")
    done = accept(home, "c1", couple, "f999")
    assert codes(done) == [("NOT_FOUND", ["suggestions", "0"]), ("NOT_FOUND", ["suggestions", "2"])]
    assert [each["id"] for each in done["suggestions"]] == [couple]
    assert codes(refuse(home, "f1", reason=" ")) == [("INVALID", ["reason"])]


def test_only_who_may_merge_is_told_and_may_decide(home: Hub) -> None:
    (couple,) = id_of(home, "c1 c2")
    assert codes(accept(home, couple, role="AGENT")) == [("FORBIDDEN", None)]
    told = home.ask(OF_ONE, "AGENT", id=SON)
    assert (told.errors, told.data) == (
        [("FORBIDDEN", ["customer", "suggestedRelatives"])],
        {"customer": {"suggestedRelatives": None}},
    )


def test_what_was_decided_is_audited_of_both(home: Hub) -> None:
    (couple,) = id_of(home, "c1 c2")
    accept(home, couple)
    undo(home, couple)
    row = table(AuditEntryRow)
    with home.master.reading() as connection:
        said = connection.execute(select(row.c.action, row.c.customer_id).order_by(row.c.id)).all()
    told = [tuple(each) for each in said if each.action.startswith(("relatives.", "household."))]
    assert told == [
        ("relatives.run", None),
        ("household.join", 1),
        ("household.join", 2),
        ("relatives.accept", 1),
        ("relatives.accept", 2),
        ("relatives.undo", 1),
        ("relatives.undo", 2),
    ]


def test_who_was_accepted_and_merged_since_can_be_undone(home: Hub) -> None:
    couple, father = id_of(home, "c1 c2", "c1 c3")
    accept(home, couple, father)
    with filling(home.master) as fill:
        fill.customer(5, "李娜")
        fill.derive()
    assert merge(home, "c5", WIFE)["errors"] == []
    assert relations(home, "c5") == {HUSBAND: "SPOUSE"}
    undone = undo(home, couple)
    assert (undone["errors"], undone["suggestions"][0]["status"]) == ([], "WITHDRAWN")
    assert (relations(home, "c5"), households(home, "c5")) == ({}, [])
    with home.master.reading() as connection:
        row: Any = table(HouseholdMemberRow)
        lasting = connection.scalars(select(row.c.id).where(row.c.ended_at.is_(None)).order_by(row.c.id))
        assert lasting.all() == [1, 3]


def test_undone_a_relation_stays_by_another_suggestion_of_who_is_the_same_now(home: Hub) -> None:
    (couple,) = id_of(home, "c1 c2")
    with filling(home.master) as fill:
        again = f"f{fill.suggestion(1, fill.customer(5, '李娜', gender='FEMALE'))}"
        fill.derive()
    assert accept(home, couple, again, relation="SPOUSE", withHousehold=False)["errors"] == []
    assert merge(home, "c5", WIFE)["errors"] == []
    assert undo(home, again)["errors"] == []
    assert (relations(home, HUSBAND), relations(home, "c5")) == ({"c5": "SPOUSE"}, {HUSBAND: "SPOUSE"})
    assert undo(home, couple)["errors"] == []
    assert (relations(home, HUSBAND), relations(home, "c5")) == ({}, {})


def test_one_suggestion_is_told_by_its_id(home: Hub) -> None:
    assert home.get(ONE, "STEWARD", id="f1")["relativeSuggestion"]["one"] == {"id": HUSBAND}
    assert home.get(ONE, "STEWARD", id="w1")["relativeSuggestion"] is None


def test_addresses_and_mobiles_are_told_to_nobody_who_sees_them_masked(home: Hub) -> None:
    told = suggestions(home, "STEWARD")
    by_mobile, by_address = told["c1 c3"], told["c1 c4"]
    for each in (by_mobile, by_address):
        assert each["probability"] is None
        assert [why["field"] for why in each["reasons"]] == ["surname", "gender", "ages"]
    assert HOME not in str(told)
    assert MOBILE not in str(told)
