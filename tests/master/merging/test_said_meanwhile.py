"""What sources say while two customers are one is theirs of whom they say it, once these are two again."""

from datetime import date
from typing import Any

from sqlalchemy import select

from master.session import Master
from master.tables.base import table
from master.tables.codes import DocumentType, Gender, OtherNameKind
from master.tables.customers import CustomerRow, IdentityDocumentRow, OtherNameRow
from master.writes.inputs import GivenDocument
from tests.conftest import SetTime
from tests.master.merging.saying import mobiles, put, rows
from tests.master.merging.town import everything, merge, unmerge
from tests.schema.hub import filling

customers, documents, other_names = table(CustomerRow), table(IdentityDocumentRow), table(OtherNameRow)
BORN = date(1980, 1, 1)


def people(master: Master) -> list[Any]:
    """(id, name, birth date) of all."""
    its = select(customers.c.id, customers.c.name, customers.c.birth_date)
    return rows(master, its.order_by(customers.c.id))


def papers(master: Master) -> list[Any]:
    its = select(documents.c.customer_id, documents.c.number, documents.c.doubt)
    return rows(master, its.where(documents.c.ended_at.is_(None)).order_by(documents.c.customer_id))


def test_own_values_that_the_other_ones_source_gave_while_merged_are_the_other_ones(master: Master) -> None:
    one = put(master, "CORE", "A", name="张三", birth_date=BORN)
    other = put(master, "CRM", "B", name="李四", birth_date=date(1990, 2, 2))
    done = merge(master, one, other)
    put(master, "CRM", "B", name="李思", birth_date=date(1990, 2, 3))
    assert people(master) == [(one, "李思", date(1990, 2, 3))]
    assert unmerge(master, done.merges[0]).undecided == []
    apart = [(one, "张三", BORN), (other, "李思", date(1990, 2, 3))]
    assert people(master) == apart
    its = select(other_names.c.customer_id, other_names.c.name).where(other_names.c.ended_at.is_(None))
    assert rows(master, its.where(other_names.c.kind == OtherNameKind.FORMER)) == [(other, "李四")]
    put(master, "CORE", "A", name="张三", birth_date=BORN)
    put(master, "CRM", "B", name="李思", birth_date=date(1990, 2, 3))
    assert people(master) == apart


def test_own_values_that_were_made_by_hand_come_back(master: Master) -> None:
    with filling(master) as fill:
        one = fill.customer(1, "张三", birth_date=BORN)
        fill.derive()
    other = put(master, "CRM", "B", name="李四")
    done = merge(master, one, other)
    put(master, "CRM", "B", name="李思", birth_date=date(1990, 2, 3))
    put(master, "CRM", "B", name="李司", birth_date=date(1990, 2, 4))
    unmerge(master, done.merges[0])
    assert people(master) == [(one, "张三", BORN), (other, "李司", date(1990, 2, 4))]


def test_what_another_client_put_there_before_a_merge_stands_after_it(master: Master, time: SetTime) -> None:
    one = put(master, "CORE", "A", name="张三")
    other = put(master, "CRM", "B", name="李四")
    time.forward(minutes=1)
    with filling(master) as fill:
        fill.change(CustomerRow, one, name="张三丰")
        fill.change(CustomerRow, other, name="李思思")
    done = merge(master, one, other)
    assert people(master) == [(one, "张三丰", None)]
    assert unmerge(master, done.merges[0]).undecided == []
    assert people(master) == [(one, "张三丰", None), (other, "李思思", None)]


def test_what_another_client_put_there_while_two_were_one_stays_with_the_survivor(
    master: Master, time: SetTime
) -> None:
    one = put(master, "CORE", "A", name="张三")
    other = put(master, "CRM", "B", name="李四", birth_date=BORN)
    done = merge(master, one, other)
    time.forward(minutes=1)
    with filling(master) as fill:
        fill.change(CustomerRow, one, birth_date=date(1990, 2, 2))
    unmerge(master, done.merges[0])
    assert people(master) == [(one, "张三", date(1990, 2, 2)), (other, "李四", BORN)]


def test_a_value_that_was_lent_and_withdrawn_by_its_source_stays_with_neither(master: Master) -> None:
    one = put(master, "CORE", "A", name="张三")
    other = put(master, "CRM", "B", name="张三", birth_date=BORN)
    done = merge(master, one, other)
    put(master, "CRM", "B", name="张三", birth_date=None)
    unmerge(master, done.merges[0])
    assert people(master) == [(one, "张三", None), (other, "张三", None)]


def test_what_the_other_one_had_too_is_kept_by_whose_source_said_it_meanwhile(master: Master) -> None:
    its: dict[str, Any] = {
        "name": "张三",
        "gender": Gender.MALE,
        "birth_date": BORN,
        "documents": (GivenDocument(DocumentType.PASSPORT, "E12345678"),),
        "mobiles": ("13800138000",),
    }
    one = put(master, "CORE", "A", name="张三")
    other = put(master, "CRM", "B", **its)
    done = merge(master, one, other)
    put(master, "CORE", "A", **its)
    unmerge(master, done.merges[0])
    for _ in range(2):
        genders = rows(master, select(customers.c.gender).order_by(customers.c.id))
        assert genders == [("MALE",), ("MALE",)]
        assert people(master) == [(one, "张三", BORN), (other, "张三", BORN)]
        assert papers(master) == [(one, "E12345678", None), (other, "E12345678", None)]
        assert (mobiles(master, one), mobiles(master, other)) == (["13800138000"], ["13800138000"])
        put(master, "CORE", "A", **its)


def test_a_mobile_that_the_survivor_had_too_is_the_restored_ones_if_its_source_said_so(
    master: Master,
) -> None:
    one = put(master, "CORE", "A", name="张三", mobiles=("13800138000",))
    other = put(master, "CRM", "B", name="李四", mobiles=("13900139000",))
    done = merge(master, one, other)
    put(master, "CRM", "B", name="李四", mobiles=("13800138000",))
    unmerge(master, done.merges[0])
    assert (mobiles(master, one), mobiles(master, other)) == (["13800138000"], ["13800138000"])


def test_a_mobile_that_two_said_and_one_source_withdrew_meanwhile_is_the_others_alone(master: Master) -> None:
    one = put(master, "CORE", "A", name="张三", mobiles=("13800138000",))
    other = put(master, "CRM", "B", name="李四", mobiles=("13800138000",))
    done = merge(master, one, other)
    put(master, "CRM", "B", name="李四", mobiles=())
    assert mobiles(master, one) == ["13800138000"]
    unmerge(master, done.merges[0])
    assert (mobiles(master, one), mobiles(master, other)) == (["13800138000"], [])


def test_values_go_back_also_where_the_other_one_came_by_a_third(master: Master) -> None:
    one = put(master, "CORE", "A", name="张三")
    middle = put(master, "ERP", "X", name="王五")
    other = put(master, "CRM", "B", name="李四")
    first = merge(master, middle, other)
    put(master, "CRM", "B", name="李思", birth_date=BORN)
    second = merge(master, one, middle)
    put(master, "CRM", "B", name="李司", birth_date=BORN)
    unmerge(master, first.merges[0])
    assert people(master) == [(one, "张三", None), (other, "李司", BORN)]
    unmerge(master, second.merges[0])
    assert people(master) == [(one, "张三", None), (middle, "王五", None), (other, "李司", BORN)]


def test_what_sources_only_repeat_while_merged_changes_nothing(master: Master) -> None:
    one = put(master, "CORE", "A", name="张三", birth_date=BORN, mobiles=("13800138000",))
    other = put(master, "CRM", "B", name="李四", gender=Gender.MALE, mobiles=("13800138000",))
    before = everything(master)
    done = merge(master, one, other)
    put(master, "CORE", "A", name="张三", birth_date=BORN, mobiles=("13800138000",))
    put(master, "CRM", "B", name="李四", gender=Gender.MALE, mobiles=("13800138000",))
    unmerge(master, done.merges[0])
    assert everything(master) == before


def test_documents_are_doubted_again_where_another_merge_fills_the_birth_date(master: Master) -> None:
    with filling(master) as fill:
        one = fill.customer(1)
        two, three = (fill.customer(n, birth_date=date(1990, 1, 1)) for n in (2, 3))
        fill.document(one, "11010519491231002X", "RESIDENT_ID")
        fill.derive()
    first, second = merge(master, one, two), merge(master, one, three)
    ((_, _, doubt),) = papers(master)
    assert doubt is not None
    unmerge(master, first.merges[0])
    assert papers(master) == [(one, "11010519491231002X", doubt)]
    unmerge(master, second.merges[0])
    assert papers(master) == [(one, "11010519491231002X", None)]


def test_what_one_source_said_of_the_restored_one_alone_goes_with_it(master: Master) -> None:
    one = put(master, "CORE", "K1", name="张三", mobiles=("13800138000",))
    other = put(master, "CORE", "K2", name="李四")
    done = merge(master, one, other)
    put(master, "CORE", "K2", name="李四", mobiles=("13900139000",))
    put(master, "CORE", "K1", name="张三", mobiles=("13800138000", "13700137000"))
    assert unmerge(master, done.merges[0]).undecided == []
    assert mobiles(master, one) == ["13700137000", "13800138000"]
    assert mobiles(master, other) == ["13900139000"]


def test_a_mobile_that_its_source_dropped_and_said_again_while_merged_is_there_once(master: Master) -> None:
    one = put(master, "CORE", "K1", name="张三", mobiles=("13800138000",))
    other = put(master, "CORE", "K2", name="李四", mobiles=("13800138000",))
    done = merge(master, one, other)
    for key, said in (("K1", ()), ("K2", ()), ("K2", ("13800138000",))):
        put(master, "CORE", key, mobiles=said)
    unmerge(master, done.merges[0])
    assert (mobiles(master, one), mobiles(master, other)) == ([], ["13800138000"])


def test_what_was_ended_of_who_has_left_before_is_not_opened_again_when_the_upper_merge_is_undone(
    master: Master, time: SetTime
) -> None:
    one = put(master, "CORE", "K1", name="张三", mobiles=("13800138000",))
    middle = put(master, "CRM", "M", name="王五")
    other = put(master, "CORE", "K2", name="李四", mobiles=("13800138000",))
    (lower,) = merge(master, middle, other).merges
    (upper,) = merge(master, one, middle).merges
    time.forward(minutes=1)
    for key, said in (("K1", ()), ("K2", ()), ("K2", ("13800138000",))):
        put(master, "CORE", key, mobiles=said)
    unmerge(master, lower)
    assert mobiles(master, other) == ["13800138000"]
    unmerge(master, upper)
    assert [mobiles(master, each) for each in (one, middle, other)] == [[], [], ["13800138000"]]


def test_what_was_kept_for_one_who_has_left_does_not_come_back_when_the_upper_merge_is_undone(
    master: Master,
) -> None:
    paper = (GivenDocument(DocumentType.PASSPORT, "E12345678"),)
    its: dict[str, Any] = {"mobiles": ("13800138000",), "documents": paper}
    upper_one = put(master, "WEB", "C", name="王五", **its)
    one = put(master, "CORE", "K1", name="张三", **its)
    other = put(master, "CORE", "K2", name="李四")
    (lower,) = merge(master, one, other).merges
    put(master, "CORE", "K2", **its)
    put(master, "CORE", "K1", mobiles=(), documents=())
    (upper,) = merge(master, upper_one, one).merges
    unmerge(master, lower)
    unmerge(master, upper)
    assert [mobiles(master, each) for each in (upper_one, one, other)] == [
        ["13800138000"],
        [],
        ["13800138000"],
    ]
    assert papers(master) == [(upper_one, "E12345678", None), (other, "E12345678", None)]


def test_all_goes_back_also_after_the_survivor_was_elsewhere_by_a_merge_that_was_undone(
    master: Master,
) -> None:
    one, other, third, fourth = (
        put(master, source, "K", name="张三", mobiles=(mobile,))
        for source, mobile in (
            ("CORE", "13800138000"),
            ("CRM", "13800138001"),
            ("WEB", "13800138002"),
            ("ERP", "13800138003"),
        )
    )
    (lowest,) = merge(master, one, other).merges
    (away,) = merge(master, third, one).merges
    merge(master, fourth, third)
    put(master, "CRM", "K", mobiles=("13800138001", "13900139000"))
    unmerge(master, away)
    merge(master, one, fourth)
    unmerge(master, lowest)
    assert mobiles(master, other) == ["13800138001", "13900139000"]
    assert mobiles(master, one) == ["13800138000", "13800138002", "13800138003"]


def test_all_goes_back_also_after_the_survivor_was_elsewhere_with_one_who_went_further(
    master: Master,
) -> None:
    mobile = "1380013800{}".format
    one, other, third, fourth, fifth = (
        put(master, "CORE", f"K{n}", name="张三", mobiles=(mobile(n),)) for n in range(5)
    )
    (lowest,) = merge(master, one, other).merges
    (away,) = merge(master, third, one).merges
    (further,) = merge(master, fourth, third).merges
    merge(master, fifth, fourth)
    unmerge(master, away)
    unmerge(master, further)
    merge(master, fifth, one)
    unmerge(master, lowest)
    assert [mobiles(master, each) for each in (other, third)] == [[mobile(1)], [mobile(2)]]
    assert mobiles(master, fifth) == [mobile(0), mobile(3), mobile(4)]
