"""Golden values after what people do by hand: to documents, and to values of customers who are one."""

from datetime import UTC, date, datetime

from sqlalchemy import select

from master.session import Master
from master.tables.base import table
from master.tables.codes import DocumentType, Gender
from master.tables.customers import CustomerRow, IdentityDocumentRow
from master.tables.sources import HandValueRow
from master.writes.inputs import GivenDocument
from master.writes.sourced.customers import apply_customers
from master.writes.sourced.directory import source_named
from master.writes.sourced.rows import SourcedRow
from tests.conftest import TESTER, SetTime
from tests.master.merging.saying import put, rows
from tests.master.merging.town import merge, unmerge
from tests.master.test_golden import BORN, ID, both, correct, name_of, of, pinned, trust

customers, documents = table(CustomerRow), table(IdentityDocumentRow)
by_hand = table(HandValueRow)


def test_a_value_that_a_document_verified_goes_when_people_remove_the_document(
    master: Master, time: SetTime
) -> None:
    one = both(master, time, birth_date=BORN)
    trust(master, "CRM", 5)
    correct(master, one, add_documents=(GivenDocument(DocumentType.RESIDENT_ID, ID),))
    put(master, "CRM", "B", name="张珊", birth_date=date(1950, 1, 1))
    assert of(master, customers.c.birth_date, one) == BORN
    ((added,),) = rows(master, select(documents.c.id))
    correct(master, one, remove_documents=(added,))
    assert of(master, customers.c.birth_date, one) == date(1950, 1, 1)


def test_what_people_said_of_the_other_one_is_said_of_it_after_an_unmerge_whatever_was_corrected_meanwhile(
    master: Master, time: SetTime
) -> None:
    one = put(master, "CORE", "A", name="张三", gender=Gender.MALE)
    other = put(master, "CRM", "B", name="张珊", gender=Gender.MALE)
    correct(master, other, gender=Gender.FEMALE)
    pinned(master, other, "name")
    time.forward(minutes=1)
    done = merge(master, one, other)
    assert (name_of(master, one), of(master, customers.c.gender, one)) == ("张珊", Gender.MALE)
    time.forward(minutes=1)
    correct(master, one, gender=None)
    pinned(master, one, "name", "r1")
    assert (name_of(master, one), of(master, customers.c.gender, one)) == ("张三", None)
    unmerge(master, done.merges[0])
    assert (name_of(master, one), of(master, customers.c.gender, one)) == ("张三", None)
    assert (name_of(master, other), of(master, customers.c.gender, other)) == ("张珊", Gender.FEMALE)
    its = select(by_hand.c.field, by_hand.c.value, by_hand.c.pinned, by_hand.c.ended_at)
    people = (by_hand.c.customer_id == other, by_hand.c.said_by != "")
    assert rows(master, its.where(*people).order_by(by_hand.c.id)) == [
        ("gender", '"FEMALE"', False, None),
        ("name", '"张珊"', True, None),
    ]


def test_a_pin_that_came_along_is_released_while_two_are_one_and_holds_again_afterwards(
    master: Master, time: SetTime
) -> None:
    one = put(master, "CORE", "A", name="张三")
    other = put(master, "CRM", "B", name="张珊")
    pinned(master, other, "name")
    time.forward(minutes=1)
    done = merge(master, one, other)
    assert name_of(master, one) == "张珊"
    time.forward(minutes=1)
    pinned(master, one, "name", pins=False)
    assert name_of(master, one) == "张三"
    unmerge(master, done.merges[0])
    put(master, "CRM", "B", name="张山")
    assert (name_of(master, one), name_of(master, other)) == ("张三", "张珊")


def test_a_pin_that_came_by_two_merges_holds_again_whichever_is_undone_first(
    master: Master, time: SetTime
) -> None:
    one, middle = put(master, "CORE", "A", name="张三"), put(master, "WEB", "C", name="李四")
    other = put(master, "CRM", "B", name="张珊")
    pinned(master, other, "name")
    time.forward(minutes=1)
    lower = merge(master, middle, other)
    upper = merge(master, one, middle)
    pinned(master, one, "name", pins=False)
    assert name_of(master, one) == "张三"
    unmerge(master, lower.merges[0])
    unmerge(master, upper.merges[0])
    put(master, "CRM", "B", name="张山")
    assert [name_of(master, each) for each in (one, middle, other)] == ["张三", "李四", "张珊"]


def test_when_the_hub_made_a_customer_stands_behind_what_any_source_says_of_that(
    master: Master, time: SetTime
) -> None:
    """And it is its own again when who brought a source's word has left."""
    created = customers.c.created_at
    one, other = put(master, "CORE", "A", name="张三"), put(master, "CRM", "B", name="张珊")
    made = of(master, created, one)
    time.forward(minutes=1)
    said = datetime(2019, 5, 1, tzinfo=UTC)
    with master.transaction(TESTER) as tx:
        source, _ = source_named(tx, "CRM")
        apply_customers(tx, source, [SourcedRow("B", {"name": "张珊", "created_at": said})])
    time.forward(minutes=1)
    done = merge(master, one, other)
    assert of(master, created, one) == said
    unmerge(master, done.merges[0])
    assert (of(master, created, one), of(master, created, other)) == (made, said)
