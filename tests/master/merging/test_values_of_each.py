"""Single values of customers who were one: each has what is said of it, however the merges were undone."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from master.session import Master
from master.tables.base import table
from master.tables.codes import DocumentType, Gender, OtherNameKind
from master.tables.customers import CustomerRow, IdentityDocumentRow, OtherNameRow
from master.tables.sources import HandValueRow
from master.writes.inputs import GivenDocument
from tests.conftest import SetTime
from tests.master.merging.saying import put, rows
from tests.master.merging.town import merge, unmerge
from tests.master.test_golden import correct, of, pinned
from tests.schema.hub import filling

customers, documents, by_hand = table(CustomerRow), table(IdentityDocumentRow), table(HandValueRow)
names = table(OtherNameRow)
BORN = date(1949, 12, 31)
FEMALE_ID = GivenDocument(DocumentType.RESIDENT_ID, "11010519491231002X")


def people(master: Master) -> list[Any]:
    """(id, name, gender, birth date) of all."""
    its = select(customers.c.id, customers.c.name, customers.c.gender, customers.c.birth_date)
    return rows(master, its.order_by(customers.c.id))


@pytest.mark.parametrize("order", [(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)])
def test_of_four_who_became_one_each_has_its_own_values_whichever_merge_is_undone_first(
    master: Master, time: SetTime, order: tuple[int, int, int]
) -> None:
    """Each went into the next; two were corrected by hand, one is pinned, and sources spoke all the while."""
    with filling(master) as fill:
        first = fill.customer(1, "王五", gender="FEMALE", birth_date=BORN)
        fill.derive()
    second = put(master, "CORE", "A", name="张三")
    third = put(master, "CRM", "B", name="李四", gender=Gender.MALE)
    fourth = put(master, "WEB", "C", name="赵六", birth_date=date(1980, 1, 1))
    correct(master, third, birth_date=date(1990, 1, 1))
    pinned(master, fourth, "name")
    time.forward(minutes=1)
    merges = []
    for into, gone in ((second, first), (third, second), (fourth, third)):
        merges += merge(master, into, gone).merges
        time.forward(minutes=1)
        put(master, "CRM", "B", name=f"李四{into}", gender=Gender.MALE)
        time.forward(minutes=1)
    assert people(master) == [(fourth, "赵六", "FEMALE", date(1980, 1, 1))]
    for place in order:
        unmerge(master, merges[place])
        time.forward(minutes=1)
    assert people(master) == [
        (first, "王五", "FEMALE", BORN),
        (second, "张三", None, None),
        (third, f"李四{fourth}", "MALE", date(1990, 1, 1)),
        (fourth, "赵六", None, date(1980, 1, 1)),
    ]


def test_what_one_took_of_who_has_left_it_does_not_keep_when_it_is_itself_again(master: Master) -> None:
    with filling(master) as fill:
        one, middle, other = (fill.customer(n, gender="MALE" if n == 3 else None) for n in (1, 2, 3))
        fill.derive()
    (lower,) = merge(master, middle, other).merges
    (upper,) = merge(master, one, middle).merges
    unmerge(master, lower)
    unmerge(master, upper)
    assert [gender for _, _, gender, _ in people(master)] == [None, None, "MALE"]


def test_what_several_records_of_one_say_while_it_is_away_makes_no_word_of_an_unknown_hand(
    master: Master, time: SetTime
) -> None:
    one, other = put(master, "CORE", "A", name="张三"), put(master, "CRM", "B", name="李四")
    merge(master, other, put(master, "WEB", "C", name="李思"))
    time.forward(minutes=1)
    (away,) = merge(master, one, other).merges
    for source, key, name in (("CRM", "B", "李斯"), ("WEB", "C", "李司")):
        time.forward(minutes=1)
        put(master, source, key, name=name)
    time.forward(minutes=1)
    unmerge(master, away)
    assert [name for _, name, _, _ in people(master)] == ["张三", "李司"]
    assert rows(master, select(by_hand.c.field)) == []


def test_a_document_is_doubted_no_longer_where_a_merge_takes_the_value_that_it_tells(
    master: Master, time: SetTime
) -> None:
    one = put(master, "CORE", "A", name="张三", gender=Gender.MALE, documents=(FEMALE_ID,))
    other = put(master, "CRM", "B", name="张三", gender=Gender.FEMALE)
    doubts = select(documents.c.customer_id, documents.c.doubt)
    doubted = [(one, "The gender is not the one in the document's number.")]
    assert rows(master, doubts) == doubted
    time.forward(minutes=1)
    (done,) = merge(master, one, other).merges
    assert (of(master, customers.c.gender, one), rows(master, doubts)) == ("FEMALE", [(one, None)])
    unmerge(master, done)
    assert (of(master, customers.c.gender, one), rows(master, doubts)) == ("MALE", doubted)


def test_names_that_one_had_only_while_it_was_another_too_are_no_former_names_of_it(
    master: Master, time: SetTime
) -> None:
    one, other = put(master, "CORE", "A", name="张三"), put(master, "CRM", "B", name="李四")
    time.forward(minutes=1)
    put(master, "CORE", "A", name="张山")
    time.forward(minutes=1)
    (done,) = merge(master, one, other).merges
    for name in ("李思", "李司"):
        time.forward(minutes=1)
        put(master, "CRM", "B", name=name)
    unmerge(master, done)
    assert [name for _, name, _, _ in people(master)] == ["张山", "李司"]
    its = select(names.c.customer_id, names.c.name).where(names.c.ended_at.is_(None))
    former = rows(master, its.where(names.c.kind == OtherNameKind.FORMER).order_by(names.c.id))
    assert former == [(one, "张三"), (other, "李四")]
