"""A merge that was wrong is undone."""

import pytest

from tests.master.merging.town import a_town, everything
from tests.resolvers.commanding import UPDATE, codes
from tests.resolvers.merging import BY_ID, merge, subjects_of, unmerge, version_of
from tests.schema.hub import Hub, filling


def test_what_came_after_a_merge_goes_where_its_source_has_its_customer(couple: Hub) -> None:
    merge(couple, "c1", "c2")
    with filling(couple.master) as fill:
        fill.contact(1, "by hand")
        fill.contact(1, "from CORE", source_id=1)
        fill.contact(1, "from CRM", source_id=2)
        fill.point(1, "13900139000", source_id=2)
    done = unmerge(couple, "m1")
    assert done["errors"] == []
    subjects = [subjects_of(one) for one in (done["survivor"], *done["restored"])]
    assert subjects == [{"call 1", "by hand", "from CORE"}, {"call 3", "from CRM"}]
    assert done["restored"][0]["relations"] == [{"kind": "SPOUSE", "name": "Person 1"}]
    reason = "It came after the merge, and no source system says whose it is."
    assert done["undecided"] == [{"entity": "Contact", "id": "i3", "reason": reason}]


def test_three_become_one_and_one_leaves_again(hub: Hub) -> None:
    with a_town(hub.master) as (town, fill):
        for n in (1, 3, 5):
            town.customer(fill, n)
    done = merge(hub, "c1", "c2", "c3")["survivor"]
    assert [each["mergeId"] for each in done["merged"]] == ["m2", "m1"]
    undone = unmerge(hub, "m1")
    assert undone["survivor"]["merged"] == [{"number": "C000000005"}]
    subjects = [subjects_of(one) for one in (undone["survivor"], *undone["restored"])]
    assert subjects == [{"call 1", "call 5"}, {"call 3"}]
    assert codes(unmerge(hub, "m1")) == [("CONFLICT", ["mergeId"])]
    assert codes(unmerge(hub, "m9")) == [("NOT_FOUND", ["mergeId"])]


@pytest.mark.parametrize("order", [("m1", "m2"), ("m2", "m1")])
def test_merges_of_merged_customers_are_undone_in_any_order(hub: Hub, order: tuple[str, str]) -> None:
    with a_town(hub.master) as (town, fill):
        for n in (1, 3, 5):
            town.customer(fill, n, gender="MALE" if n == 3 else None)
    before = everything(hub.master)
    merge(hub, "c1", "c2")
    both = merge(hub, "c3", "c1")["survivor"]
    assert (both["gender"], [each["number"] for each in both["merged"]]) == (
        "MALE",
        ["C000000001", "C000000003"],
    )
    assert hub.ask(BY_ID, id="c2").extensions == [{"survivor": "c3"}] * 2
    undone = unmerge(hub, order[0])
    left = {"m1": {"call 3"}, "m2": {"call 1", "call 3"}}[order[0]]
    assert subjects_of(undone["restored"][0]) == left
    assert unmerge(hub, order[1])["errors"] == []
    assert everything(hub.master) == before


def test_what_somebody_said_who_leaves_is_said_again_by_who_stays(hub: Hub) -> None:
    """c2 and c3 have a mobile that c1 has not: while they are one it is told once, from c2."""
    with a_town(hub.master) as (_, fill):
        for n in (1, 2, 3):
            fill.customer(n)
        for customer in (2, 3):
            fill.point(customer, "13800138000", preferred=True)
    merge(hub, "c1", "c2", "c3")
    asked = '{ customer(by: {id: "c1"}) { contactPoints { id preferred } } }'
    assert hub.get(asked)["customer"]["contactPoints"] == [{"id": "k1", "preferred": True}]
    unmerge(hub, "m1")
    assert hub.get(asked)["customer"]["contactPoints"] == [{"id": "k2", "preferred": True}]


def test_what_was_changed_since_stays_changed(couple: Hub) -> None:
    """A name of the survivor, and a contact point that came with the duplicate."""
    merge(couple, "c1", "c2")
    change = {
        "id": "c1",
        "version": version_of(couple, "c1"),
        "name": "Renamed",
        "removeContactPoints": ["k4"],
    }
    assert couple.get(UPDATE, input=change)["updateCustomer"]["errors"] == []
    undone = unmerge(couple, "m1")
    assert undone["survivor"]["name"] == "Renamed"
    points = couple.get('{ customer(by: {id: "c2"}) { contactPoints { id } } }')["customer"]
    assert points == {"contactPoints": [{"id": "k3"}]}


def test_a_merge_out_of_sight_is_none_whether_it_stands_or_was_undone(hub: Hub) -> None:
    with a_town(hub.master) as (town, fill):
        for n in range(1, 5):
            fill.customer(n, branch_id=town.branches[1])
    merge(hub, "c1", "c2")
    merge(hub, "c3", "c4")
    unmerge(hub, "m2")
    told = [unmerge(hub, id, branches=["NORTH"])["errors"] for id in ("m1", "m2", "m9")]
    none = {"code": "NOT_FOUND", "path": ["mergeId"], "message": "There is no merge with this id."}
    assert told == [[none]] * 3
    seen = [codes(unmerge(hub, id, branches=["SOUTH"])) for id in ("m1", "m2")]
    assert seen == [[], [("CONFLICT", ["mergeId"])]]
