"""Source systems submit lists of customers: what becomes of each is told, in order."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select

from master.session import Master
from master.tables.audit import AuditEntryRow
from master.tables.base import table
from master.tables.customers import CustomerRow
from master.tables.reviews import ReviewTaskRow
from master.tables.sources import IncomingRecordRow
from tests.schema.hub import Hub, filling

SUBMIT = """mutation ($input: SubmitRecordsInput!) { submitRecords(input: $input) {
  records { key outcome customer { number name } errors { code message path } } freshness
  errors { code message path } } }"""

ID, OTHER_ID = "11010519491231002X", "440305199003070014"
BORN = date(1949, 12, 31)


@pytest.fixture
def hub(master: Master) -> Hub:
    """1: 张三 in EAST, with his ID; 2: 李四 in WEST."""
    with filling(master) as fill:
        fill.token()
        east, west = fill.branch("EAST"), fill.branch("WEST")
        fill.document(fill.customer(1, "张三", branch_id=east, birth_date=BORN), ID, "RESIDENT_ID")
        fill.document(fill.customer(2, "李四", branch_id=west, birth_date=BORN), OTHER_ID, "RESIDENT_ID")
        fill.derive()
    return Hub(master)


def record(key: str, name: str, number: str | None = None, **more: Any) -> dict[str, Any]:
    documents = {"documents": [{"number": number}]} if number else {}
    return {"key": key, "name": name, **documents, **more}


def submit(
    hub: Hub,
    *records: dict[str, Any],
    role: str = "ADMIN",
    branches: Sequence[str] | None = None,
    **more: Any,
) -> Any:
    given = {"source": "WEB", "records": list(records), **more}
    return hub.get(SUBMIT, role, branches=branches, input=given)["submitRecords"]


def outcomes(done: Any) -> list[tuple[str, str | None]]:
    return [
        (each["outcome"], each["customer"] and each["customer"]["number"][-1]) for each in done["records"]
    ]


def count(hub: Hub, row: Any) -> int:
    with hub.master.reading() as connection:
        return connection.scalar(select(func.count()).select_from(table(row))) or 0


def test_each_record_tells_in_order_what_became_of_it(hub: Hub) -> None:
    done = submit(
        hub,
        record("A", "张三", ID),
        record("B", "欧阳震华", birthDate="1990-03-07"),
        record("C", "王五", birthDate="2990-03-07"),
        record("B", "欧阳震华"),
        record("D", "", ID),
    )
    assert outcomes(done) == [
        ("LINKED", "1"), ("ADDED", "3"), ("REFUSED", None), ("REFUSED", None), ("REFUSED", None)
    ]  # fmt: skip
    assert [(each["code"], each["path"]) for one in done["records"] for each in one["errors"]] == [
        ("INVALID", ["birthDate"]),
        ("INVALID", ["key"]),
        ("INVALID", ["name"]),
    ]
    assert done["errors"] == []
    assert done["freshness"].startswith("c1:")
    assert count(hub, CustomerRow) == 3


def test_the_same_call_again_is_answered_alike_and_changes_nothing(hub: Hub) -> None:
    given = [record("A", "张三", ID), record("B", "欧阳震华"), record("C", "", ID)]
    first = submit(hub, *given, idempotencyKey="k1")
    kept = (count(hub, CustomerRow), count(hub, IncomingRecordRow), count(hub, AuditEntryRow))
    assert submit(hub, *given, idempotencyKey="k1") == first
    assert (count(hub, CustomerRow), count(hub, IncomingRecordRow), count(hub, AuditEntryRow)) == kept
    again = submit(hub, *given, idempotencyKey="k2")
    assert outcomes(again) == [("UNCHANGED", "1"), ("UNCHANGED", "3"), ("REFUSED", None)]


def test_another_list_by_the_same_key_is_a_conflict(hub: Hub) -> None:
    submit(hub, record("A", "张三", ID), idempotencyKey="k1")
    done = submit(hub, record("A", "张三丰", ID), idempotencyKey="k1")
    assert (done["records"], [each["code"] for each in done["errors"]]) == ([], ["CONFLICT"])


def test_records_of_one_person_become_one_customer(hub: Hub) -> None:
    twice = [record(key, "欧阳震华", "E12345678", birthDate="1990-03-07") for key in ("A", "B", "C")]
    assert outcomes(submit(hub, *twice)) == [("ADDED", "3"), ("LINKED", "3"), ("LINKED", "3")]


def test_who_may_be_somebody_is_added_and_stewards_are_asked(hub: Hub) -> None:
    done = submit(hub, record("A", "张三丰", birthDate="1949-12-31"))
    assert outcomes(done) == [("REVIEW", "3")]
    with hub.master.reading() as connection:
        tasks = table(ReviewTaskRow)
        rows = connection.execute(select(tasks.c.one_id, tasks.c.other_id, tasks.c.verdict, tasks.c.status))
        assert [tuple(row) for row in rows] == [(1, 3, "REVIEW", "OPEN")]


def test_nobody_is_linked_out_of_sight(hub: Hub) -> None:
    given = [record("A", "张三", ID), record("B", "李四", OTHER_ID)]
    assert outcomes(submit(hub, *given, branches=["WEST"])) == [("ADDED", "3"), ("LINKED", "2")]


def test_a_record_that_its_maker_would_not_see_is_refused_and_the_others_are_taken(hub: Hub) -> None:
    given = [record("A", "欧阳震华", branch="EAST"), record("B", "李四", OTHER_ID)]
    done = submit(hub, *given, role="PARTNER", branches=["WEST"])
    assert outcomes(done) == [("REFUSED", None), ("LINKED", "2")]
    assert [each["path"] for each in done["records"][0]["errors"]] == [["branch"]]


def test_a_key_that_means_a_customer_out_of_sight_is_refused(hub: Hub) -> None:
    submit(hub, record("A", "张三", ID))
    done = submit(hub, record("A", "张三丰"), record("B", "李四", OTHER_ID), branches=["WEST"])
    assert outcomes(done) == [("REFUSED", None), ("LINKED", "2")]
    assert [each["code"] for each in done["records"][0]["errors"]] == ["FORBIDDEN"]


def test_what_the_caller_does_not_see_clear_does_not_count_but_for_whole_numbers(hub: Hub) -> None:
    """Birth dates are refused to partners, documents and mobiles masked."""
    given = [record("A", "张三丰", birthDate="1949-12-31"), record("B", "张三", ID)]
    assert outcomes(submit(hub, *given, role="PARTNER")) == [("ADDED", "3"), ("LINKED", "1")]


def test_two_proven_documents_that_differ_are_never_linked_whoever_brings_them(hub: Hub) -> None:
    with filling(hub.master) as fill:
        fill.point(1, "13800138000")
        fill.derive()
    number = "440305198801010011"
    other = record("A", "张三", number, contactPoints=[{"kind": "MOBILE", "value": "13800138000"}])
    assert [outcome for outcome, _ in outcomes(submit(hub, other, role="PARTNER"))] == ["ADDED"]


def test_more_than_a_thousand_records_are_refused_as_a_whole(hub: Hub) -> None:
    records = [{"key": f"K{place}", "name": "张三"} for place in range(1_001)]
    answer = hub.ask(SUBMIT, input={"source": "WEB", "records": records})
    assert answer.errors == [("LIMIT_EXCEEDED", ["submitRecords"])]
    assert answer.extensions[0]["limit"] == 1_000
