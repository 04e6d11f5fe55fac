"""A source's record that was taken for somebody else is split off its customer."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from master.roles import shipped_roles
from master.session import Master
from master.tables.base import table
from master.tables.contacts import ContactRow
from master.tables.reviews import ReviewTaskRow
from tests.conftest import SetTime
from tests.intake.importing import Importing, counts
from tests.resolvers.merging import merge, seen, seen_of
from tests.schema.hub import Hub, filling

SPLIT = """mutation ($input: SplitRecordInput!) { splitRecord(input: $input) {
  survivor { number name birthDate } restored { number name birthDate } undecided { entity id }
  errors { code message path } } }"""

HEADER = "source_key,name,birth_date,document_number,mobile\n"
ID = "11010519491231002X"
CONTACTS = "source_key,customer,channel,direction,occurred_at,subject\n"


@pytest.fixture
def taken(master: Master, tmp_path: Path) -> Importing:
    """A of CORE, and B of WEB that was taken for the same; each brought a contact."""
    with filling(master) as fill:
        fill.token()
    hub = Importing(master, tmp_path)
    hub.take("customers", f"{HEADER}A,张三,1949-12-31,{ID},13800138000\n", "CORE", matching=True)
    hub.take("contacts", f"{CONTACTS}a1,A,CALL,INBOUND,2026-01-02,x\n", "CORE")
    hub.take("customers", f"{HEADER}B,张珊,,{ID},13911112222\n", "WEB", matching=True)
    hub.take("contacts", f"{CONTACTS}b1,B,CALL,INBOUND,2026-01-03,y\n", "WEB")
    assert hub.id_of("A") == hub.id_of("B")
    return hub


def split(hub: Importing, source: str, key: str, **by: Any) -> Any:
    given = {"sourceKey": {"source": source, "key": key}, "reason": "two persons"}
    return Hub(hub.master).get(SPLIT, input=given, **by)["splitRecord"]


def test_each_is_what_its_own_source_says(taken: Importing) -> None:
    assert taken.customer("A", "name") == "张珊"  # newer
    done = split(taken, "WEB", "B")
    assert done == {
        "survivor": {"number": "C000000001", "name": "张三", "birthDate": "1949-12-31"},
        "restored": [{"number": "C000000002", "name": "张珊", "birthDate": None}],
        "undecided": [],
        "errors": [],
    }
    assert (taken.id_of("A"), taken.id_of("B")) == (1, 2)
    assert (taken.points("A"), taken.points("B")) == (
        [("MOBILE", "13800138000")],
        [("MOBILE", "13911112222")],
    )
    assert (len(taken.documents("A")), len(taken.documents("B"))) == (1, 1)


def test_who_saw_them_while_they_were_taken_for_one_saw_each_of_them(taken: Importing, time: SetTime) -> None:
    hub = Hub(taken.master)
    seen(hub, time, 1, "as one")
    split(taken, "WEB", "B")
    seen(hub, time, 1, "after")
    assert seen_of(hub, "c1") == ["after", "as one"]
    assert seen_of(hub, "c2") == ["as one"]


def test_who_saw_them_while_they_were_taken_for_one_saw_whoever_was_split_off_and_merged_since(
    taken: Importing, time: SetTime
) -> None:
    hub = Hub(taken.master)
    seen(hub, time, 1, "as one")
    split(taken, "WEB", "B")
    with filling(taken.master) as fill:
        fill.customer(3, "张珊")
        fill.derive()
    merge(hub, "c3", "c2")
    assert seen_of(hub, "c3") == ["as one"]


def test_what_its_source_brought_goes_along(taken: Importing) -> None:
    split(taken, "WEB", "B")
    contacts = table(ContactRow)
    its = select(contacts.c.source_key, contacts.c.customer_id).order_by(contacts.c.source_key)
    assert taken.rows(its) == [("a1", 1), ("b1", 2)]


def test_what_came_by_another_key_of_the_same_source_is_undecided(taken: Importing) -> None:
    taken.take("customers", f"{HEADER}C,张三,,{ID},\n", "WEB", matching=True)
    assert taken.id_of("C") == 1
    done = split(taken, "WEB", "B")
    assert [each["entity"] for each in done["undecided"]] == ["Contact"]
    contacts = table(ContactRow)
    assert taken.rows(select(contacts.c.customer_id).order_by(contacts.c.id)) == [(1,), (1,)]


def test_the_two_are_remembered_as_different_and_stay_two(taken: Importing) -> None:
    split(taken, "WEB", "B")
    tasks = table(ReviewTaskRow)
    its = select(tasks.c.one_id, tasks.c.other_id, tasks.c.status, tasks.c.answer, tasks.c.reason)
    assert taken.rows(its) == [(1, 2, "DECIDED", "DIFFERENT", "two persons")]
    text = f"{HEADER}B,张珊,,{ID},13911112222\n"
    assert counts(taken.take("customers", text, "WEB", matching=True)) == {"read": 1, "unchanged": 1}
    third = taken.take("customers", f"{HEADER}D,张三,1949-12-31,{ID},\n", "APP", matching=True)
    assert counts(third) == {"read": 1, "review": 1}


def test_who_made_the_customer_is_split_from_who_was_linked(taken: Importing) -> None:
    done = split(taken, "CORE", "A")
    assert (done["survivor"]["name"], done["restored"][0]["name"]) == ("张珊", "张三")
    assert (taken.id_of("A"), taken.id_of("B")) == (2, 1)


def test_a_key_that_alone_tells_of_its_customer_is_refused(taken: Importing) -> None:
    split(taken, "WEB", "B")
    done = split(taken, "WEB", "B")
    assert [(each["code"], each["path"]) for each in done["errors"]] == [("INVALID", ["sourceKey", "key"])]


def test_a_key_that_nobody_in_sight_has_is_not_found(taken: Importing) -> None:
    """Who sees but one branch does not see customers of none."""
    with filling(taken.master) as fill:
        fill.branch("EAST")
    by = {"role": replace(shipped_roles()["ADMIN"], sees_unassigned=False), "branches": ["EAST"]}
    for key in ("B", "none"):
        done = split(taken, "WEB", key, **by)
        assert [(each["code"], each["path"]) for each in done["errors"]] == [
            ("NOT_FOUND", ["sourceKey", "key"])
        ]
