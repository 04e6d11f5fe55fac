"""Customers from a file: made, changed by what the source changes, doubtful values kept and told."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select, update

from master.session import Actor
from master.tables.base import table
from master.tables.changes import IndexQueueRow
from master.tables.codes import Gender
from master.tables.customers import (
    ContactPointRow,
    CustomerBranchRow,
    CustomerRow,
    IdentityDocumentRow,
    OtherNameRow,
)
from master.tables.matching import BlockingKeyRow
from master.tables.sources import SourceSystemRow
from master.tables.tags import CustomerTagRow, TagRow
from tests.conftest import NOW
from tests.intake.importing import Importing, counts

ID = "11010519491231002X"  # a woman, born 1949-12-31: the example of GB 11643
HAND = Actor("test")


def test_a_new_customer_has_everything_the_file_says(hub: Importing) -> None:
    result = hub.take(
        "customers",
        "source_key,kind,name,gender,birth_date,document_type,document_number,mobile,email,wechat,address,branch,tags,"
        "created_at\n"
        f"K1,PERSON,张三,女,1949/12/31,,{ID},13800138000|13900139000,a@example.com,wx1,北京市东城区1号,B1,VIP|OLD,"
        "2020-01-02 08:30\n",
    )
    assert counts(result) == {"read": 1, "added": 1}
    columns = ("number", "kind", "name", "gender", "birth_date", "status", "version", "revision")
    assert hub.customer("K1", *columns) == (
        "C000000001",
        "PERSON",
        "张三",
        Gender.FEMALE,
        date(1949, 12, 31),
        "PROSPECT",
        1,
        1,
    )
    assert hub.customer("K1", "created_at") == datetime(2020, 1, 2, 0, 30, tzinfo=UTC)
    assert hub.customer("K1", "name_key") == "zhang san"
    assert hub.documents("K1") == [("RESIDENT_ID", ID, True, None)]
    assert hub.points("K1") == [
        ("MOBILE", "13800138000"),
        ("MOBILE", "13900139000"),
        ("EMAIL", "a@example.com"),
        ("WECHAT", "wx1"),
        ("ADDRESS", "北京市东城区1号"),
    ]
    given, tags = table(CustomerTagRow), table(TagRow)
    had = select(tags.c.code, given.c.source, given.c.assigned_at).join(given, given.c.tag_id == tags.c.id)
    assert hub.rows(had.order_by(tags.c.id)) == [("VIP", "IMPORT", NOW), ("OLD", "IMPORT", NOW)]
    assert hub.count(IndexQueueRow) == 1
    assert hub.count(BlockingKeyRow) == 15
    assert hub.count(CustomerBranchRow) == 1


def test_an_unknown_source_is_made_with_trust_0_and_said(hub: Importing) -> None:
    result = hub.take("customers", "source_key,name\nK1,张三\n")
    assert result.notices == ("The source CRM was not known: it was made, with trust 0.",)
    sources = table(SourceSystemRow)
    assert hub.rows(select(sources.c.code, sources.c.trust)) == [("CRM", 0)]
    assert hub.take("customers", "source_key,name\nK2,李四\n").notices == ()


def test_the_same_file_twice_changes_nothing_and_says_so(hub: Importing) -> None:
    header = "source_key,name,document_number,mobile,tags,updated_at\n"
    text = f"{header}K1,张三,{ID},13800138000,VIP,2026-01-01\nK2,李四,,,,\n"
    hub.take("customers", text)
    before = hub.state()
    result = hub.take("customers", text)
    assert counts(result) == {"read": 2, "unchanged": 2}
    assert hub.state() == {**before, "audited": before["audited"] + 1}  # the run itself


def test_values_spelled_in_another_way_are_the_same_values(hub: Importing) -> None:
    hub.take("customers", "source_key,name,gender,birth_date\nK1,张三,男,1990-01-31\n")
    result = hub.take("customers", "birth_date,gender,name,source_key\n19900131,M,张三 ,K1\n")
    assert counts(result) == {"read": 1, "unchanged": 1}


@pytest.mark.parametrize(
    ("said", "known"),
    [
        *((said, Gender.MALE) for said in ("M", "m", "男", "1", "male", "Ｍ")),
        *((said, Gender.FEMALE) for said in ("F", "女", "2", "female")),
    ],
)
def test_gender_is_spelled_in_many_ways(hub: Importing, said: str, known: Gender) -> None:
    hub.take("customers", f"source_key,name,gender\nK1,张三,{said}\n")
    assert hub.customer("K1", "gender") is known


def test_a_missing_column_leaves_values_alone_and_an_empty_cell_withdraws_them(hub: Importing) -> None:
    first = (
        "source_key,name,gender,mobile,email,branch,tags\nK1,张三,F,13800138000|13900139000,a@b.cn,B1,VIP\n"
    )
    hub.take("customers", first)
    result = hub.take("customers", "source_key,gender,mobile\nK1,,13900139000\n")
    assert counts(result) == {"read": 1, "changed": 1}
    assert hub.customer("K1", "name", "gender", "version", "revision") == ("张三", None, 2, 2)
    assert hub.points("K1") == [("MOBILE", "13900139000"), ("EMAIL", "a@b.cn")]
    hub.take("customers", "source_key,branch,tags\nK1,,\n")
    assert hub.customer("K1", "branch_id", "version", "revision") == (None, 3, 3)
    given = table(CustomerTagRow)
    assert hub.rows(select(given.c.ended_at)) == [(NOW,)]
    points = table(ContactPointRow)
    ended = select(points.c.value, points.c.ended_at).where(points.c.ended_at.is_not(None))
    assert hub.rows(ended) == [("13800138000", NOW)]


def test_an_empty_name_is_refused_and_an_empty_kind_keeps_what_is_there(hub: Importing) -> None:
    hub.take("customers", "source_key,kind,name\nK1,ORGANIZATION,某某公司\n")
    assert counts(hub.take("customers", "source_key,name\nK1,\n")) == {"read": 1, "refused": 1}
    assert hub.report() == [(2, "name", "REQUIRED")]
    assert counts(hub.take("customers", "source_key,kind\nK1,\n")) == {"read": 1, "changed": 1}
    assert hub.customer("K1", "kind", "name") == ("ORGANIZATION", "某某公司")


def test_a_correction_made_in_the_hub_stays_until_the_source_itself_changes(hub: Importing) -> None:
    text = "source_key,name,gender,mobile\nK1,张三,F,13800138000\n"
    hub.take("customers", text)
    with hub.master.transaction(HAND) as tx:
        tx.execute(update(table(CustomerRow)).values(name="张珊", gender="MALE"))
        tx.execute(update(table(ContactPointRow)).values(ended_at=tx.at))
    assert counts(hub.take("customers", text)) == {"read": 1, "unchanged": 1}
    changed = hub.take("customers", "source_key,name,gender,mobile\nK1,张三,,13800138000|13900139000\n")
    assert counts(changed) == {"read": 1, "changed": 1}
    assert hub.customer("K1", "name", "gender") == ("张珊", Gender.MALE)  # what it withdrew was not there
    assert hub.points("K1") == [("MOBILE", "13900139000")]
    hub.take("customers", "source_key,name\nK1,张三丰\n")
    assert hub.customer("K1", "name") == "张三丰"
    names = table(OtherNameRow)
    assert hub.rows(select(names.c.kind, names.c.name)) == [("FORMER", "张珊")]


def test_values_of_hand_and_of_other_sources_stay(hub: Importing) -> None:
    hub.take("customers", "source_key,name,mobile\nK1,张三,\n")
    with hub.master.transaction(HAND) as tx:
        row = {"customer_id": hub.id_of("K1"), "kind": "MOBILE", "value": "13800138000"}
        tx.execute(table(ContactPointRow).insert(), [{**row, "value_index": "13800138000"}])
    hub.take("customers", "source_key,mobile\nK1,138 0013 8000\n")
    assert hub.points("K1") == [("MOBILE", "13800138000")]  # not a second time
    hub.take("customers", "source_key,mobile\nK1,\n")
    assert hub.points("K1") == [("MOBILE", "13800138000")]


def test_a_row_older_than_the_kept_one_is_skipped_and_counted(hub: Importing) -> None:
    hub.take("customers", "source_key,name,updated_at\nK1,新,2026-05-01 10:00\n")
    older = hub.take("customers", "source_key,name,updated_at\nK1,旧,2026-05-01 09:59\n")
    assert counts(older) == {"read": 1, "stale": 1}
    assert hub.customer("K1", "name") == "新"
    assert counts(hub.take("customers", "source_key,name,updated_at\nK1,新,2026-05-03\n"))["unchanged"] == 1
    assert counts(hub.take("customers", "source_key,name,updated_at\nK1,旧,2026-05-02\n"))["stale"] == 1
    assert counts(hub.take("customers", "source_key,name,updated_at\nK1,更新,2026-05-03\n"))["changed"] == 1


def test_an_empty_status_is_derived_and_a_given_one_stands(hub: Importing) -> None:
    hub.take("customers", "source_key,name,status\nK1,张三,DECEASED\nK2,李四,\n")
    assert hub.customer("K1", "status", "status_by_hand") == ("DECEASED", "DECEASED")
    assert hub.customer("K2", "status", "status_by_hand") == ("PROSPECT", None)
    hub.take("customers", "source_key,status\nK1,\n")
    assert hub.customer("K1", "status", "status_by_hand") == ("PROSPECT", None)


def test_doubtful_values_are_kept_marked_and_told_without_the_value(hub: Importing) -> None:
    text = (
        "source_key,name,gender,birth_date,document_number,mobile,email\n"
        "K1,张三,,,110105194912310021,123,nobody\n"  # a wrong check digit
        f"K2,李四,F,1950-01-01,{ID},13800138000,\n"
        f"K3,王五,M,1949-12-31,{ID},13800138000,\n"
    )
    result = hub.take("customers", text)
    assert counts(result) == {"read": 3, "added": 3, "warnings": 5}
    assert hub.report() == [
        (2, "document_number", "DOUBTFUL"),
        (2, "mobile", "DOUBTFUL"),
        (2, "email", "DOUBTFUL"),
        (3, "document_number", "DOUBTFUL"),
        (4, "document_number", "DOUBTFUL"),
    ]
    told = hub.report_path.read_text(encoding="utf-8")
    assert not [value for value in ("张三", "1101051949", "123", "nobody", "1950") if value in told]
    doubts = [hub.documents(key)[0][3] for key in ("K1", "K2", "K3")]
    assert doubts == [
        "The check digit does not fit.",
        "The birth date is not the one in the document's number.",
        "The gender is not the one in the document's number.",
    ]
    points = table(ContactPointRow)
    doubtful = select(points.c.value).where(points.c.doubt.is_not(None)).order_by(points.c.id)
    assert hub.rows(doubtful) == [("123",), ("nobody",)]
    assert counts(hub.take("customers", text)) == {"read": 3, "unchanged": 3, "warnings": 5}


def test_a_doubt_goes_when_the_source_mends_the_birth_date(hub: Importing) -> None:
    hub.take("customers", f"source_key,name,birth_date,document_number\nK1,李四,1950-01-01,{ID}\n")
    result = hub.take("customers", "source_key,birth_date\nK1,1949-12-31\n")
    assert counts(result) == {"read": 1, "changed": 1}
    assert hub.documents("K1") == [("RESIDENT_ID", ID, True, None)]


def test_a_15_digit_id_is_kept_as_given_and_known_by_18_digits(hub: Importing) -> None:
    hub.take("customers", "source_key,name,document_number\nK1,张三,110105491231002\n")
    assert hub.documents("K1") == [("RESIDENT_ID", "110105491231002", True, None)]
    documents = table(IdentityDocumentRow)
    by_long_form = select(documents.c.customer_id).where(documents.c.number_index == ID)
    assert hub.rows(by_long_form) == [(hub.id_of("K1"),)]


def test_an_unknown_document_type_is_kept_as_other_with_the_sources_own(hub: Importing) -> None:
    result = hub.take("customers", "source_key,name,document_type,document_number\nK1,张三,渔民证,A-12\n")
    assert counts(result) == {"read": 1, "added": 1, "warnings": 1}
    assert hub.report() == [(2, "document_type", "KEPT_AS_OTHER")]
    documents = table(IdentityDocumentRow)
    assert hub.rows(select(documents.c.type, documents.c.source_type)) == [("OTHER", "渔民证")]


def test_a_number_without_its_type_keeps_the_type_that_was_said_last(hub: Importing) -> None:
    hub.take("customers", "source_key,name,document_type,document_number\nK1,张三,PASSPORT,E12345678\n")
    assert counts(hub.take("customers", "source_key,document_number\nK1,E12345678\n"))["unchanged"] == 1
    hub.take("customers", "source_key,document_number\nK1,E87654321\n")
    assert hub.documents("K1") == [("PASSPORT", "E87654321", True, None)]


def test_rows_with_one_key_in_one_file_follow_one_another(hub: Importing) -> None:
    result = hub.take("customers", "source_key,name\nK1,一\nK2,二\nK1,三\nK1,四\n")
    assert counts(result) == {"read": 4, "added": 2, "changed": 2}
    assert hub.customer("K1", "name", "revision") == ("四", 1)


def test_two_sources_have_keys_of_their_own(hub: Importing) -> None:
    hub.take("customers", "source_key,name\nK1,张三\n")
    assert counts(hub.take("customers", "source_key,name\nK1,张三\n", source="ERP")) == {
        "read": 1,
        "added": 1,
    }
    assert hub.count(CustomerRow) == 2
