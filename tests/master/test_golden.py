"""Golden values: of all that was said of a customer the value stands that the rules choose, by itself."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, update

from master.errors import Conflict, NotFound
from master.session import Master
from master.tables.base import table
from master.tables.codes import DocumentType, Gender, OtherNameKind
from master.tables.customers import CustomerRow, IdentityDocumentRow, OtherNameRow
from master.tables.sources import HandValueRow
from master.writes.customer_changes import update_customer
from master.writes.hand_values import Pinning, pin_value, unpin_value
from master.writes.inputs import CustomerChange, GivenContactPoint, GivenDocument
from master.writes.source_systems import choose_on, trust_source
from matching.survive import Group
from tests.conftest import TESTER, SetTime
from tests.master.merging.saying import mobiles, put, rows
from tests.master.merging.town import merge, unmerge

customers, documents, names = table(CustomerRow), table(IdentityDocumentRow), table(OtherNameRow)
by_hand = table(HandValueRow)
ID = "11010519491231002X"
BORN = date(1949, 12, 31)  # as the ID says
PASSPORT = GivenDocument(DocumentType.PASSPORT, "E12345678")


def of(master: Master, column: Any, customer: int) -> Any:
    ((value,),) = rows(master, select(column).where(customers.c.id == customer))
    return value


def name_of(master: Master, customer: int) -> str:
    name: str = of(master, customers.c.name, customer)
    return name


def both(master: Master, time: SetTime, **given: Any) -> int:
    """One customer whom CORE calls 张三, and CRM calls 张珊, which came by a merge."""
    one = put(master, "CORE", "A", name="张三", **given)
    time.forward(minutes=1)
    other = put(master, "CRM", "B", name="张珊", **given)
    time.forward(minutes=1)
    merge(master, one, other)
    time.forward(minutes=1)
    return one


def correct(master: Master, customer: int, **given: Any) -> None:
    with master.transaction(TESTER) as tx:
        version = tx.execute(select(customers.c.version).where(customers.c.id == customer)).scalar_one()
        update_customer(tx, CustomerChange(customer, version, **given))


def pinned(master: Master, customer: int, field: str, value: str | None = None, *, pins: bool = True) -> None:
    with master.transaction(TESTER) as tx:
        version = tx.execute(select(customers.c.version).where(customers.c.id == customer)).scalar_one()
        wanted = Pinning(customer, version, field, "as on the passport")
        _ = pin_value(tx, wanted, value) if pins else unpin_value(tx, wanted)


def trust(master: Master, source: str, rank: int, group: Group | None = None) -> int:
    """How many customers changed."""
    with master.transaction(TESTER) as tx:
        trust_source(tx, source, rank, group)
    changed = 0
    while (done := chosen_on(master)) is not None:
        changed += done
    return changed


def chosen_on(master: Master) -> int | None:
    with master.transaction(TESTER) as tx:
        return choose_on(tx)


def test_what_one_source_drops_stands_while_another_one_says_it(master: Master, time: SetTime) -> None:
    its: dict[str, Any] = {"birth_date": BORN, "documents": (PASSPORT,), "mobiles": ["13800138000"]}
    one = both(master, time, **its)
    for source, key, name in (("CORE", "A", "张三"), ("CRM", "B", "张珊")):
        open_ones = select(documents.c.number).where(documents.c.ended_at.is_(None))
        assert rows(master, open_ones) == [("E12345678",)]
        assert mobiles(master, one) == ["13800138000"]
        assert of(master, customers.c.birth_date, one) == BORN
        time.forward(minutes=1)
        put(master, source, key, name=name, birth_date=None, documents=(), mobiles=[])
    assert mobiles(master, one) == []
    assert rows(master, select(documents.c.number).where(documents.c.ended_at.is_(None))) == []
    assert of(master, customers.c.birth_date, one) is None


def test_what_one_source_drops_while_merged_is_the_others_alone_afterwards(
    master: Master, time: SetTime
) -> None:
    one = put(master, "CORE", "A", name="张三", mobiles=["13800138000"])
    other = put(master, "CRM", "B", name="张珊", mobiles=["13800138000"])
    done = merge(master, one, other)
    time.forward(minutes=1)
    put(master, "CORE", "A", name="张三", mobiles=[])
    assert mobiles(master, one) == ["13800138000"]
    unmerge(master, done.merges[0])
    assert (mobiles(master, one), mobiles(master, other)) == ([], ["13800138000"])


def test_what_people_say_too_stays_when_its_source_says_it_no_longer(master: Master) -> None:
    one = put(master, "CORE", "A", name="张三", mobiles=["13800138000"])
    correct(master, one, add_contact_points=(GivenContactPoint("MOBILE", "138 0013 8000"),))  # type: ignore[arg-type]
    put(master, "CORE", "A", name="张三", mobiles=[])
    assert mobiles(master, one) == ["13800138000"]


def test_the_last_to_say_something_new_is_heard_where_no_source_is_ranked(
    master: Master, time: SetTime
) -> None:
    one = both(master, time)
    assert name_of(master, one) == "张三"
    for source, key, name in (("CRM", "B", "张姗"), ("CORE", "A", "张叁"), ("CRM", "B", "张山")):
        time.forward(minutes=1)
        put(master, source, key, name=name)
        assert name_of(master, one) == name
    former = select(names.c.name).where(names.c.kind == OtherNameKind.FORMER).order_by(names.c.id)
    assert rows(master, former) == [("张三",), ("张姗",), ("张叁",)]


def test_a_value_that_its_source_takes_back_gives_way_to_what_the_other_one_says(
    master: Master, time: SetTime
) -> None:
    one = both(master, time, gender=Gender.MALE)
    put(master, "CRM", "B", name="张珊", gender=Gender.FEMALE)
    assert of(master, customers.c.gender, one) == "FEMALE"
    time.forward(minutes=1)
    put(master, "CRM", "B", name="张珊", gender=None)
    assert of(master, customers.c.gender, one) == "MALE"


def test_a_higher_rank_is_heard_whoever_speaks_last_and_values_follow_the_ranks(
    master: Master, time: SetTime
) -> None:
    one = both(master, time)
    assert trust(master, "CRM", 5, Group.NAMES) == 1
    assert name_of(master, one) == "张珊"
    put(master, "CORE", "A", name="张叁")
    assert name_of(master, one) == "张珊"
    assert trust(master, "CORE", 9) == 1
    assert name_of(master, one) == "张叁"
    assert trust(master, "CORE", 9) == 0
    assert trust(master, "CRM", 9, Group.DEMOGRAPHICS) == 0


def test_ranks_are_followed_by_an_unmerge_too(master: Master, time: SetTime) -> None:
    one = put(master, "CORE", "A", name="张三")
    other = put(master, "CRM", "B", name="张珊")
    time.forward(minutes=1)
    done = merge(master, one, other)
    time.forward(minutes=1)
    trust(master, "CRM", 5)
    assert name_of(master, one) == "张珊"
    unmerge(master, done.merges[0])
    assert (name_of(master, one), name_of(master, other)) == ("张三", "张珊")


def test_a_merge_takes_what_the_rules_put_first_and_an_unmerge_gives_it_back(
    master: Master, time: SetTime
) -> None:
    resident = GivenDocument(DocumentType.RESIDENT_ID, ID)
    one = put(master, "CORE", "A", name="张三", birth_date=date(1950, 1, 1), gender=Gender.FEMALE)
    other = put(master, "CRM", "B", name="张珊", birth_date=BORN, documents=(resident,))
    trust(master, "CRM", 3, Group.NAMES)
    time.forward(minutes=1)
    done = merge(master, one, other)
    assert (name_of(master, one), of(master, customers.c.birth_date, one)) == ("张珊", BORN)
    assert (sorted(done.filled), done.differing) == (["birthDate", "name"], [])
    unmerge(master, done.merges[0])
    assert (name_of(master, one), of(master, customers.c.birth_date, one)) == ("张三", date(1950, 1, 1))
    assert (name_of(master, other), of(master, customers.c.birth_date, other)) == ("张珊", BORN)


def test_what_a_document_says_too_comes_before_rank_and_time(master: Master, time: SetTime) -> None:
    one = both(master, time, birth_date=BORN, documents=(GivenDocument(DocumentType.RESIDENT_ID, ID),))
    trust(master, "CRM", 9)
    put(master, "CRM", "B", name="张珊", birth_date=date(1950, 1, 1))
    assert of(master, customers.c.birth_date, one) == BORN
    time.forward(minutes=1)
    for source, key in (("CORE", "A"), ("CRM", "B")):
        put(master, source, key, documents=())
    assert of(master, customers.c.birth_date, one) == date(1950, 1, 1)


def test_a_correction_stands_before_all_that_was_said_until_a_source_says_something_new(
    master: Master, time: SetTime
) -> None:
    one = both(master, time)
    trust(master, "CRM", 9)
    correct(master, one, name="张三丰")
    time.forward(minutes=1)
    put(master, "CRM", "B", name="张珊")
    assert trust(master, "CORE", 10) == 0
    assert name_of(master, one) == "张三丰"
    put(master, "CORE", "A", name="张叁")
    assert name_of(master, one) == "张叁"


def test_what_another_client_put_there_stands_until_a_source_says_something_new(
    master: Master, time: SetTime
) -> None:
    one = both(master, time)
    with master.transaction(TESTER) as tx:
        tx.execute(update(customers).where(customers.c.id == one).values(name="张三丰"))
    time.forward(minutes=1)
    assert trust(master, "CRM", 9) == 0
    put(master, "CORE", "A", name="张叁")
    assert name_of(master, one) == "张叁"
    said = select(by_hand.c.value, by_hand.c.said_by).where(by_hand.c.field == "name")
    assert rows(master, said) == [('"张三丰"', "")]


def test_a_pinned_value_stands_until_it_is_unpinned(master: Master, time: SetTime) -> None:
    one = both(master, time)
    pinned(master, one, "name")
    time.forward(minutes=1)
    put(master, "CRM", "B", name="张姗")
    trust(master, "CRM", 9)
    assert name_of(master, one) == "张三"
    with pytest.raises(Conflict) as refused:
        correct(master, one, name="张三丰")
    assert (refused.value.path, refused.value.message) == (
        ("name",),
        "This value is pinned: unpin it first, or leave it out.",
    )
    time.forward(minutes=1)
    pinned(master, one, "name", pins=False)
    assert name_of(master, one) == "张姗"
    with pytest.raises(NotFound):
        pinned(master, one, "name", pins=False)


def test_a_pin_goes_with_its_customer_through_merge_and_unmerge(master: Master, time: SetTime) -> None:
    one = put(master, "CORE", "A", name="张三")
    other = put(master, "CRM", "B", name="张珊")
    pinned(master, other, "name")
    time.forward(minutes=1)
    done = merge(master, one, other)
    assert name_of(master, one) == "张珊"
    unmerge(master, done.merges[0])
    assert (name_of(master, one), name_of(master, other)) == ("张三", "张珊")
    time.forward(minutes=1)
    put(master, "CRM", "B", name="张姗")
    assert name_of(master, other) == "张珊"


def test_of_many_customers_values_follow_the_ranks_some_at_a_time_and_go_on_where_they_were(
    master: Master, time: SetTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("master.writes.source_systems.CHUNK", 2)
    people = []
    for n in range(3):
        one = put(master, "CORE", f"A{n}", name="张三")
        merge(master, one, put(master, "CRM", f"B{n}", name="张珊"))
        people.append(one)
    put(master, "CRM", "ALONE", name="李四")
    time.forward(minutes=1)
    with master.transaction(TESTER) as tx:
        trust_source(tx, "CRM", 5, None)
    assert [chosen_on(master) for _ in range(4)] == [2, 1, None, None]
    assert [name_of(master, each) for each in people] == ["张珊"] * 3
