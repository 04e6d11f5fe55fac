"""Customers put by their source systems, one at a time: the same code as an import's, with one row."""

import json
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, insert, select

from master.errors import Invalid, NotFound
from master.session import Master
from master.tables.audit import AuditEntryRow
from master.tables.base import table
from master.tables.branches import BranchRow
from master.tables.changes import EventRow
from master.tables.codes import ContactPointKind, CustomerStatus, DocumentType, Gender
from master.tables.customers import (
    ContactPointRow,
    CustomerBranchRow,
    CustomerRow,
    IdentityDocumentRow,
)
from master.tables.matching import BlockingKeyRow
from master.tables.sources import SourceRecordRow, SourceSystemRow
from master.writes.derived import refresh
from master.writes.inputs import GivenContactPoint, GivenDocument, SourcedCustomer
from master.writes.sourced.put import put_customer
from tests.conftest import NOW, TESTER

ID = "11010519491231002X"
MOBILE, EMAIL, LANDLINE = ContactPointKind.MOBILE, ContactPointKind.EMAIL, ContactPointKind.LANDLINE
ZHANG = SourcedCustomer(
    "PARTNER",
    "X-1",
    name="张三",
    gender=Gender.FEMALE,
    documents=(
        GivenDocument(DocumentType.RESIDENT_ID, ID),
        GivenDocument(DocumentType.PASSPORT, "E12345678"),
    ),
    contact_points=(
        GivenContactPoint(MOBILE, "13800138000"),
        GivenContactPoint(EMAIL, "z@example.com", preferred=True),
    ),
)
customers, documents, points = table(CustomerRow), table(IdentityDocumentRow), table(ContactPointRow)


def put(master: Master, given: SourcedCustomer) -> int:
    with master.transaction(TESTER) as tx:
        return put_customer(tx, given)


def rows(master: Master, statement: Any) -> list[Any]:
    with master.reading() as connection:
        return [tuple(row) for row in connection.execute(statement)]


def counters(master: Master) -> list[Any]:
    return rows(master, select(customers.c.version, customers.c.revision))


def open_points(master: Master) -> list[Any]:
    wanted = select(points.c.kind, points.c.value, points.c.preferred).where(points.c.ended_at.is_(None))
    return rows(master, wanted.order_by(points.c.id))


def test_the_same_key_is_always_the_same_customer_and_another_one_of_the_same_person_too(
    master: Master,
) -> None:
    first = put(master, ZHANG)
    assert put(master, replace(ZHANG, name="张珊")) == first
    assert put(master, replace(ZHANG, key="X-2")) == first
    assert put(master, SourcedCustomer("PARTNER", "X-3", name="欧阳震华")) == first + 1
    assert put(master, replace(ZHANG, source="OTHER")) == first
    assert rows(master, select(table(SourceSystemRow).c.code, table(SourceSystemRow).c.trust)) == [
        ("PARTNER", 0),
        ("OTHER", 0),
    ]


def test_an_equal_put_changes_nothing_and_a_changed_one_counts_once(master: Master) -> None:
    put(master, ZHANG)
    assert counters(master) == [(1, 1)]
    put(master, ZHANG)
    assert counters(master) == [(1, 1)]
    assert len(rows(master, select(table(EventRow).c.id))) == 1
    put(master, replace(ZHANG, name="张珊", gender=None, contact_points=()))
    assert counters(master) == [(2, 2)]
    actions = rows(master, select(table(AuditEntryRow).c.action, table(AuditEntryRow).c.details))
    assert [action for action, _ in actions] == ["customer.put", "source.create", "customer.put"]
    assert json.loads(actions[2][1])["fields"] == ["email", "gender", "mobile", "name"]


def test_lists_are_the_complete_list_of_this_source(master: Master) -> None:
    id = put(master, ZHANG)
    by_hand = {"kind": "MOBILE", "value": "13900139000", "value_index": "13900139000"}
    with master.transaction(TESTER) as tx:
        tx.execute(insert(points), [{"customer_id": id, **by_hand}])
    put(master, replace(ZHANG, contact_points=(GivenContactPoint(LANDLINE, "01012345678", preferred=True),)))
    assert open_points(master) == [("MOBILE", "13900139000", False), ("LANDLINE", "01012345678", True)]
    put(master, SourcedCustomer("PARTNER", "X-1", name="张三"))
    assert len(open_points(master)) == 2
    put(master, replace(ZHANG, documents=()))
    assert rows(master, select(documents.c.ended_at)) == [(NOW,), (NOW,)]


def test_one_document_is_primary_and_one_contact_point_of_a_kind_preferred(master: Master) -> None:
    put(master, ZHANG)
    marks = select(documents.c.type, documents.c.primary).where(documents.c.ended_at.is_(None))
    assert rows(master, marks.order_by(documents.c.id)) == [("RESIDENT_ID", True), ("PASSPORT", False)]
    added = GivenContactPoint(EMAIL, "new@example.com", preferred=True)
    given = (GivenContactPoint(MOBILE, "13800138000"), GivenContactPoint(EMAIL, "z@example.com", True), added)
    put(master, replace(ZHANG, contact_points=given))
    assert open_points(master) == [
        ("MOBILE", "13800138000", False),
        ("EMAIL", "z@example.com", True),
        ("EMAIL", "new@example.com", False),
    ]


def test_doubtful_values_are_kept_and_marked(master: Master) -> None:
    doubtful = GivenDocument(DocumentType.RESIDENT_ID, "110105194912310021")
    put(master, replace(ZHANG, documents=(doubtful,), contact_points=(GivenContactPoint(MOBILE, "1"),)))
    assert rows(master, select(documents.c.doubt)) == [("The check digit does not fit.",)]
    assert rows(master, select(points.c.doubt)) == [("It is no mobile number.",)]


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"name": " "}, ("name",)),
        ({"name": None}, ("name",)),
        ({"key": ""}, ("sourceKey", "key")),
        ({"source": 'A"'}, ("sourceKey", "source")),
        ({"contact_points": (GivenContactPoint(MOBILE, "138****8000"),)}, ("contactPoints", "0", "value")),
        ({"documents": (GivenDocument(DocumentType.PASSPORT, ""),)}, ("documents", "0", "number")),
    ],
)
def test_what_can_not_be_read_is_refused(
    master: Master, wrong: dict[str, Any], path: tuple[str, ...]
) -> None:
    with pytest.raises(Invalid) as caught:
        put(master, replace(ZHANG, **wrong))
    assert caught.value.path == path
    assert rows(master, select(func.count()).select_from(customers)) == [(0,)]
    assert rows(master, select(func.count()).select_from(table(SourceSystemRow))) == [(0,)]


def test_a_new_customer_needs_a_name_and_a_branch_that_is_there(master: Master) -> None:
    with pytest.raises(Invalid, match="needs a name"):
        put(master, SourcedCustomer("PARTNER", "X-1"))
    with pytest.raises(NotFound) as caught:
        put(master, replace(ZHANG, branch="B9"))
    assert caught.value.path == ("branch",)


def test_a_status_given_stands_until_it_is_withdrawn(master: Master) -> None:
    put(master, replace(ZHANG, status=CustomerStatus.DECEASED))
    assert rows(master, select(customers.c.status)) == [("DECEASED",)]
    put(master, replace(ZHANG, status=None))
    assert rows(master, select(customers.c.status)) == [("PROSPECT",)]


def test_what_is_derived_of_a_new_customer_is_what_refresh_would_make(master: Master) -> None:
    with master.transaction(TESTER) as tx:
        tx.execute(insert(table(BranchRow)), [{"id": n, "code": f"B{n}", "name": f"B{n}"} for n in (1, 2)])
        tx.execute(insert(table(SourceSystemRow)), [{"code": "PARTNER", "name": "P", "branch_id": 2}])
    id = put(master, replace(ZHANG, branch="B1"))
    made = (BlockingKeyRow, CustomerBranchRow)
    derived = [select(table(row)).order_by(*table(row).columns) for row in made]
    before = [rows(master, each) for each in derived]
    assert [len(each) for each in before] == [13, 2]
    with master.transaction(TESTER) as tx:
        refresh(tx, [id])
    assert [rows(master, each) for each in derived] == before
    assert counters(master) == [(1, 1)]


def test_what_a_source_said_is_kept_sealed_and_opened_again(master: Master) -> None:
    id = put(master, ZHANG)
    records = table(SourceRecordRow)
    ((key, customer, content),) = rows(
        master, select(records.c.source_key, records.c.customer_id, records.c.content)
    )
    assert (key, customer) == ("X-1", id)
    assert json.loads(content) == {
        "name": "张三",
        "gender": "FEMALE",
        "documents": [["RESIDENT_ID", ID, None, True], ["PASSPORT", "E12345678", None, True]],
        "mobile": [["13800138000", False]],
        "email": [["z@example.com", True]],
    }
    with master.reading() as connection:
        stored = bytes(connection.exec_driver_sql("SELECT content FROM source_records").scalar_one())
    assert "张三".encode() not in stored
