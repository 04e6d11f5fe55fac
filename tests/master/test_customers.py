"""Customers made and changed by people."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, insert, select

from master.errors import Candidate, Conflict, Duplicate, Invalid, NotFound, Refusal
from master.session import Master
from master.tables.audit import AuditEntryRow
from master.tables.base import table
from master.tables.branches import BranchRow
from master.tables.changes import EventRow
from master.tables.codes import (
    BranchReason,
    ContactPointKind,
    CustomerKind,
    CustomerStatus,
    DocumentType,
    Gender,
)
from master.tables.customers import (
    ContactPointRow,
    CustomerBranchRow,
    CustomerRow,
    IdentityDocumentRow,
    OtherNameRow,
)
from master.tables.matching import BlockingKeyRow
from master.writes.customer_changes import update_customer
from master.writes.customers import create_customer
from master.writes.inputs import CustomerChange, GivenContactPoint, GivenDocument, NewCustomer
from matching.block import KINDS
from tests.conftest import NOW, TESTER

customers = table(CustomerRow)
RESIDENT = GivenDocument(DocumentType.RESIDENT_ID, "11010519491231002X")
MOBILE = GivenContactPoint(ContactPointKind.MOBILE, "138 0013 8000", preferred=True)


def make(master: Master, new: NewCustomer) -> int:
    with master.transaction(TESTER) as tx:
        return create_customer(tx, new)


def change(master: Master, change: CustomerChange) -> int:
    with master.transaction(TESTER, "asked on the phone") as tx:
        return update_customer(tx, change)


def refused(master: Master, new: NewCustomer) -> Refusal:
    with pytest.raises(Refusal) as caught:
        make(master, new)
    with master.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(customers)) == 0
    return caught.value


def one(master: Master, statement: Any) -> Any:
    with master.reading() as connection:
        return connection.execute(statement).one()


def every(master: Master, statement: Any) -> list[Any]:
    with master.reading() as connection:
        return list(connection.execute(statement))


def test_a_customer_gets_a_number_a_key_to_sort_by_and_one_event(master: Master) -> None:
    id = make(master, NewCustomer("张三"))
    row = one(master, select(customers))
    assert (row.id, row.number, row.name_key, row.status) == (id, "C000000001", "zhang san", "PROSPECT")
    assert (row.version, row.revision, row.created_at, row.updated_at) == (1, 1, NOW, NOW)
    assert [event.revision for event in every(master, select(table(EventRow)))] == [1]
    assert one(master, select(table(AuditEntryRow))).action == "customer.create"


def test_numbers_are_never_given_out_again(master: Master) -> None:
    make(master, NewCustomer("张三"))
    with pytest.raises(RuntimeError), master.transaction(TESTER) as tx:
        create_customer(tx, NewCustomer("李四"))
        raise RuntimeError
    with master.committing() as connection:
        connection.execute(customers.delete())
    make(master, NewCustomer("王五"))
    number = one(master, select(customers.c.number)).number
    assert number in ("C000000002", "C000000003")


def test_birth_date_and_gender_come_from_a_valid_resident_id(master: Master) -> None:
    make(master, NewCustomer("张三", documents=(RESIDENT,)))
    row = one(master, select(customers))
    assert (row.birth_date, row.gender) == (date(1949, 12, 31), "FEMALE")


def test_personal_numbers_are_sealed_and_found_by_their_normal_form(master: Master) -> None:
    make(master, NewCustomer("张三", documents=(RESIDENT,), contact_points=(MOBILE,)))
    documents, points = table(IdentityDocumentRow), table(ContactPointRow)
    assert (
        one(master, select(documents).where(documents.c.number_index == "11010519491231002X")).primary is True
    )
    assert one(master, select(points).where(points.c.value_index == "13800138000")).value == "138 0013 8000"
    with master.reading() as connection:
        sealed = connection.exec_driver_sql("SELECT number FROM identity_documents").scalar_one()
    assert b"1949" not in bytes(sealed)


@pytest.mark.parametrize(
    ("new", "path"),
    [
        (NewCustomer("  "), ("name",)),
        (NewCustomer("张*"), ("name",)),
        (NewCustomer("张\x00三"), ("name",)),
        (NewCustomer("张" * 201), ("name",)),
        (NewCustomer("张三", birth_date=date(2026, 11, 23)), ("birthDate",)),
        (
            NewCustomer("张三", documents=(GivenDocument(DocumentType.RESIDENT_ID, "110105194912310021"),)),
            ("documents", "0", "number"),
        ),
        (
            NewCustomer("张三", birth_date=date(1950, 1, 1), documents=(RESIDENT,)),
            ("documents", "0", "number"),
        ),
        (NewCustomer("张三", gender=Gender.MALE, documents=(RESIDENT,)), ("documents", "0", "number")),
        (
            NewCustomer("张三", contact_points=(GivenContactPoint(ContactPointKind.MOBILE, "12345"),)),
            ("contactPoints", "0", "value"),
        ),
        (NewCustomer("张三", status=CustomerStatus.DISSOLVED), ("status",)),
        (NewCustomer("甲公司", kind=CustomerKind.ORGANIZATION, gender=Gender.MALE), ("gender",)),
        (
            NewCustomer("甲公司", kind=CustomerKind.ORGANIZATION, documents=(RESIDENT,)),
            ("documents", "0", "type"),
        ),
    ],
)
def test_what_may_not_stand_is_refused_with_its_path(
    master: Master, new: NewCustomer, path: tuple[str, ...]
) -> None:
    refusal = refused(master, new)
    assert (type(refusal), refusal.path) == (Invalid, path)


def test_an_unknown_branch_is_not_found(master: Master) -> None:
    refusal = refused(master, NewCustomer("张三", branch="NOWHERE"))
    assert (type(refusal), refusal.path) == (NotFound, ("branch",))


def test_somebody_with_the_same_document_or_mobile_is_a_duplicate(master: Master) -> None:
    first = make(master, NewCustomer("张三", documents=(RESIDENT,)))
    second = make(master, NewCustomer("李四", contact_points=(MOBILE,)))
    same = NewCustomer(
        "张三",
        documents=(GivenDocument(DocumentType.RESIDENT_ID, "11010519491231002x"),),
        contact_points=(GivenContactPoint(ContactPointKind.MOBILE, "+86-13800138000"),),
    )
    with pytest.raises(Duplicate) as caught:
        make(master, same)
    assert caught.value.candidates == (Candidate(first, "document"), Candidate(second, "mobile"))


def test_a_reason_lets_a_duplicate_pass(master: Master) -> None:
    make(master, NewCustomer("张三", contact_points=(MOBILE,)))
    make(master, NewCustomer("李四", contact_points=(MOBILE,), duplicate_reason="夫妻共用手机"))
    keys = table(BlockingKeyRow)
    mobiles = every(master, select(keys.c.customer_id, keys.c.digest).where(keys.c.kind == KINDS["mobile"]))
    assert [row.customer_id for row in mobiles] == [1, 2]
    assert len({row.digest for row in mobiles}) == 1


def test_the_home_branch_is_one_the_customer_belongs_to(master: Master) -> None:
    with master.transaction(TESTER) as tx:
        tx.execute(insert(table(BranchRow)), [{"id": 7, "code": "GD", "name": "广东"}])
    id = make(master, NewCustomer("张三", branch="GD"))
    assert tuple(one(master, select(table(CustomerBranchRow)))) == (id, 7, BranchReason.HOME)


def test_a_changed_name_stays_searchable_as_a_former_one(master: Master) -> None:
    id = make(master, NewCustomer("张三"))
    change(master, CustomerChange(id, 1, name="张三丰"))
    row = one(master, select(customers))
    assert (row.name, row.name_key, row.version, row.revision) == ("张三丰", "zhang san feng", 2, 2)
    former = one(master, select(table(OtherNameRow)))
    assert (former.kind, former.name) == ("FORMER", "张三")


def test_of_two_writers_with_one_version_the_second_is_told(master: Master) -> None:
    id = make(master, NewCustomer("张三"))
    change(master, CustomerChange(id, 1, gender=Gender.MALE))
    with pytest.raises(Conflict):
        change(master, CustomerChange(id, 1, gender=Gender.FEMALE))
    assert one(master, select(customers.c.gender)).gender == "MALE"


def test_null_clears_a_field_and_leaving_it_out_keeps_it(master: Master) -> None:
    id = make(master, NewCustomer("张三", gender=Gender.MALE, birth_date=date(1990, 1, 31)))
    change(master, CustomerChange(id, 1, gender=None))
    row = one(master, select(customers))
    assert (row.gender, row.birth_date) == (None, date(1990, 1, 31))


def test_documents_and_contact_points_are_closed_not_deleted(master: Master) -> None:
    id = make(master, NewCustomer("张三", documents=(RESIDENT,), contact_points=(MOBILE,)))
    change(master, CustomerChange(id, 1, remove_documents=(1,), remove_contact_points=(1,)))
    assert one(master, select(table(IdentityDocumentRow))).ended_at == NOW
    assert one(master, select(table(ContactPointRow))).ended_at == NOW
    ended = {KINDS[kind] for kind in ("document", "document digits", "tail+year", "mobile")}
    assert ended.isdisjoint(row.kind for row in every(master, select(table(BlockingKeyRow))))


def test_what_the_customer_does_not_have_can_not_be_removed(master: Master) -> None:
    id = make(master, NewCustomer("张三"))
    with pytest.raises(NotFound) as caught:
        change(master, CustomerChange(id, 1, remove_documents=(99,)))
    assert caught.value.path == ("removeDocuments", "0")


def test_a_birth_date_that_contradicts_the_resident_id_is_refused(master: Master) -> None:
    id = make(master, NewCustomer("张三", documents=(RESIDENT,)))
    with pytest.raises(Invalid) as caught:
        change(master, CustomerChange(id, 1, birth_date=date(1950, 1, 1)))
    assert caught.value.path == ("birthDate",)


def test_one_contact_point_of_a_kind_is_preferred(master: Master) -> None:
    other = GivenContactPoint(ContactPointKind.MOBILE, "13900139000")
    id = make(master, NewCustomer("张三", contact_points=(MOBILE, other)))
    change(master, CustomerChange(id, 1, prefer_contact_point=2))
    points = table(ContactPointRow)
    assert [row.preferred for row in every(master, select(points).order_by(points.c.id))] == [False, True]


def test_a_value_given_twice_is_there_once(master: Master) -> None:
    same = GivenContactPoint(ContactPointKind.MOBILE, "13800138000")
    make(master, NewCustomer("张三", documents=(RESIDENT, RESIDENT), contact_points=(MOBILE, same)))
    assert len(every(master, select(table(IdentityDocumentRow)))) == 1
    assert len(every(master, select(table(ContactPointRow)))) == 1


def test_a_value_that_is_there_can_become_the_preferred_one(master: Master) -> None:
    other = GivenContactPoint(ContactPointKind.MOBILE, "13900139000")
    id = make(master, NewCustomer("张三", contact_points=(MOBILE, other)))
    preferred = GivenContactPoint(ContactPointKind.MOBILE, "139 0013 9000", preferred=True)
    change(master, CustomerChange(id, 1, add_contact_points=(preferred,)))
    points = table(ContactPointRow)
    assert [row.preferred for row in every(master, select(points).order_by(points.c.id))] == [False, True]


def test_the_audit_names_the_fields_that_were_cleared(master: Master) -> None:
    id = make(master, NewCustomer("张三", gender=Gender.MALE))
    change(master, CustomerChange(id, 1, gender=None, name="张四"))
    audit = table(AuditEntryRow)
    noted = one(master, select(audit.c.details).where(audit.c.action == "customer.update"))
    assert noted.details == '{"fields": ["gender", "name"]}'


@pytest.mark.parametrize("name", ["\u200b\u200b", "张\u202e三"])
def test_a_name_of_invisible_characters_is_refused(master: Master, name: str) -> None:
    assert refused(master, NewCustomer(name)).path == ("name",)
