"""Golden values after what people do by hand: to documents, and to values of customers who are one."""

from datetime import date

from sqlalchemy import select

from master.session import Master
from master.tables.base import table
from master.tables.codes import DocumentType, Gender
from master.tables.customers import CustomerRow, IdentityDocumentRow
from master.tables.sources import HandValueRow
from master.writes.inputs import GivenDocument
from tests.conftest import SetTime
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
    assert rows(master, its.where(by_hand.c.customer_id == other).order_by(by_hand.c.id)) == [
        ("gender", '"FEMALE"', False, None),
        ("name", '"张珊"', True, None),
    ]
