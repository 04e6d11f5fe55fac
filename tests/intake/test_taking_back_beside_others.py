"""What stands when a batch is taken back of customers of whom other sources have spoken since."""

from datetime import date

import pytest
from sqlalchemy import select

from master.tables.base import table
from master.tables.codes import ContactPointKind, Gender
from master.tables.customers import CustomerRow, OtherNameRow
from master.tables.tags import CustomerTagRow, TagRow
from master.writes.customers import create_customer
from master.writes.inputs import GivenContactPoint, NewCustomer
from tests.conftest import TESTER, SetTime
from tests.intake.importing import Importing
from tests.intake.test_taking_back import back, state, take
from tests.master.test_golden import trust

HEADER = "source_key,name,gender,birth_date,mobile,tags\n"
BORN = "1980-01-31"
customers, names = table(CustomerRow), table(OtherNameRow)
given, tags = table(CustomerTagRow), table(TagRow)


@pytest.fixture
def both(hub: Importing, time: SetTime) -> Importing:
    """A customer of CORE's, and one of CRM's, which is trusted more."""
    say(hub, time, "CORE", "A", "张三")
    take(hub, time, "customers", f"{HEADER}X,李四,M,1970-01-31,13700137000,\n", "CRM")
    trust(hub.master, "CRM", 9)
    return hub


def say(
    hub: Importing, time: SetTime, source: str, key: str, name: str, gender: str = "M", **more: str
) -> int:
    mobile, tags = more.get("mobile", "13800138000"), more.get("tags", "")
    return take(hub, time, "customers", f"{HEADER}{key},{name},{gender},{BORN},{mobile},{tags}\n", source)


def by_hand(hub: Importing) -> int:
    """The id of a customer whom somebody has made by hand."""
    mobile = GivenContactPoint(ContactPointKind.MOBILE, "13800138000")
    new = NewCustomer(
        "张三", gender=Gender.MALE, birth_date=date.fromisoformat(BORN), contact_points=(mobile,)
    )
    with hub.master.transaction(TESTER) as tx:
        return create_customer(tx, new)


def former_names(hub: Importing, key: str) -> list[str]:
    wanted = select(names.c.name).where(names.c.customer_id == hub.id_of(key), names.c.ended_at.is_(None))
    return [name for (name,) in hub.rows(wanted.order_by(names.c.id))]


def tags_of(hub: Importing, key: str) -> list[str]:
    wanted = select(tags.c.code).join(given, given.c.tag_id == tags.c.id)
    its = (given.c.customer_id == hub.id_of(key), given.c.ended_at.is_(None))
    return [code for (code,) in hub.rows(wanted.where(*its).order_by(tags.c.code))]


def test_a_name_that_the_other_source_says_no_longer_is_not_put_back(both: Importing, time: SetTime) -> None:
    batch = say(both, time, "CRM", "B", "张珊")
    assert both.id_of("B") == both.id_of("A")
    say(both, time, "CORE", "A", "张三丰")
    assert both.customer("A", "name") == "张珊"
    assert back(both, time, batch) == {"TAKEN_BACK": 1}
    assert both.customer("A", "name") == "张三丰"
    assert former_names(both, "A") == ["张三"]


def test_a_name_that_stood_through_the_batch_alone_goes_though_the_batch_did_not_change_it(
    both: Importing, time: SetTime
) -> None:
    first = say(both, time, "CRM", "B", "张三")
    second = say(both, time, "CRM", "B", "张珊")
    say(both, time, "CORE", "A", "张三丰")
    assert back(both, time, second) == {"TAKEN_BACK": 1}
    assert both.customer("A", "name") == "张三"  # CRM says so again, and is trusted more
    assert back(both, time, first) == {"TAKEN_BACK": 1}
    assert both.customer("A", "name") == "张三丰"
    assert former_names(both, "A") == ["张三"]


def test_a_name_that_came_to_stand_later_goes_with_the_batch_that_said_it(
    both: Importing, time: SetTime
) -> None:
    trust(both.master, "CRM", 0)
    trust(both.master, "CORE", 5)
    batch = say(both, time, "CRM", "B", "张珊")
    assert both.customer("A", "name") == "张三"
    time.forward(minutes=1)
    trust(both.master, "CRM", 9)
    assert both.customer("A", "name") == "张珊"
    back(both, time, batch)
    assert both.customer("A", "name") == "张三"
    assert former_names(both, "A") == ["张三"]


@pytest.mark.parametrize("older_first", [True, False])
def test_batches_of_two_sources_leave_nothing_of_theirs_in_whichever_order_they_go(
    hub: Importing, time: SetTime, older_first: bool
) -> None:
    say(hub, time, "CORE", "A", "张三")
    say(hub, time, "CRM", "B", "张三")
    one = say(hub, time, "CORE", "A", "李四", mobile="13800138000|13900139000")
    other = say(hub, time, "CRM", "B", "王五", mobile="13800138000|13900139000")
    assert hub.customer("A", "name") == "王五"
    for batch in (one, other) if older_first else (other, one):
        back(hub, time, batch)
    assert hub.customer("A", "name") == "张三"
    assert hub.points("A") == [("MOBILE", "13800138000")]


def test_a_gender_that_no_source_says_any_more_is_not_known(both: Importing, time: SetTime) -> None:
    batch = say(both, time, "CRM", "B", "张三")
    say(both, time, "CORE", "A", "张三", gender="")
    assert both.customer("A", "gender") == "MALE"
    back(both, time, batch)
    assert both.customer("A", "gender") is None


def test_what_was_there_before_any_source_spoke_stays(hub: Importing, time: SetTime) -> None:
    take(hub, time, "customers", f"{HEADER}X,李四,F,1970-01-31,13700137000,\n", "CORE")
    take(hub, time, "customers", f"{HEADER}Y,李五,F,1971-01-31,13700137001,\n", "CRM")
    id = by_hand(hub)
    time.forward(minutes=1)
    before = state(hub.master)
    first = say(hub, time, "CRM", "B", "张三")
    second = say(hub, time, "CORE", "A", "张珊", gender="")
    assert hub.id_of("A") == hub.id_of("B") == id
    assert back(hub, time, first) == {"TAKEN_BACK": 1}
    assert hub.customer("A", "gender", "name") == ("MALE", "张珊")
    assert back(hub, time, second) == {"TAKEN_BACK": 1}
    assert state(hub.master) == before


def test_what_a_hand_said_first_is_found_again_whichever_source_goes_first(
    hub: Importing, time: SetTime
) -> None:
    id = by_hand(hub)
    first = say(hub, time, "CRM", "B", "张珊")
    second = say(hub, time, "CORE", "A", "张山")
    assert back(hub, time, first) == {"PARTLY": 1}
    assert hub.customer("A", "id", "name") == (id, "张山")
    assert back(hub, time, second) == {"TAKEN_BACK": 1}
    ((name,),) = hub.rows(select(customers.c.name).where(customers.c.id == id))
    assert name == "张三"


def test_a_mobile_that_came_to_be_the_batch_s_own_goes_with_it(both: Importing, time: SetTime) -> None:
    mobiles = "13800138000|13900139000"
    say(both, time, "CORE", "A", "张三", mobile=mobiles)
    batch = say(both, time, "CRM", "B", "张三", mobile=mobiles)
    say(both, time, "CORE", "A", "张三")
    assert both.points("A") == [("MOBILE", "13800138000"), ("MOBILE", "13900139000")]
    assert back(both, time, batch) == {"TAKEN_BACK": 1}
    assert both.points("A") == [("MOBILE", "13800138000")]


def test_a_tag_that_two_keys_of_a_source_say_goes_with_the_second(both: Importing, time: SetTime) -> None:
    first = say(both, time, "CRM", "B", "张三", tags="VIP")
    second = say(both, time, "CRM", "C", "张三", tags="VIP")
    assert both.id_of("B") == both.id_of("C") == both.id_of("A")
    back(both, time, first)
    assert tags_of(both, "A") == ["VIP"]
    back(both, time, second)
    assert tags_of(both, "A") == []


def test_a_document_that_two_files_brought_goes_with_the_second(both: Importing, time: SetTime) -> None:
    line = "customer,type,number\nA,PASSPORT,E12345678\n"
    first = take(both, time, "documents", line, "CORE")
    say(both, time, "CRM", "B", "张三")
    second = take(both, time, "documents", line.replace("A,P", "B,P"), "CRM")
    back(both, time, first)
    assert [number for _, number, *_ in both.documents("A")] == ["E12345678"]
    back(both, time, second)
    assert both.documents("A") == []
