"""What later batches, merges and people changed stays where a batch is taken back, and is told."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from master.reads.provenance import provenance
from master.tables.base import table
from master.tables.leads import LeadRow
from master.tables.sources import IncomingRecordRow
from matching.numbers import resident_id_check_digit
from tests.conftest import SetTime
from tests.intake.importing import Importing
from tests.intake.test_taking_back import back, state, take
from tests.master.merging.town import merge, unmerge
from tests.master.test_golden import correct
from tests.schema.hub import filling

incoming, leads = table(IncomingRecordRow), table(LeadRow)

ID = "11010119800131001" + resident_id_check_digit("11010119800131001")
FIRST = "source_key,name,gender,mobile\nK1,张三,M,13800138000\nK2,李四,F,\n"


@pytest.fixture
def two(hub: Importing, time: SetTime) -> Importing:
    take(hub, time, "customers", FIRST)
    return hub


def told(hub: Importing, batch: int) -> list[Any]:
    """Each line of a batch with what became of it."""
    wanted = select(incoming.c.source_key, incoming.c.taken_back).where(incoming.c.batch_id == batch)
    return hub.rows(wanted.order_by(incoming.c.id))


def by_hand(hub: Importing, time: SetTime, key: str, **values: Any) -> None:
    time.forward(minutes=1)
    correct(hub.master, hub.id_of(key), **values)


def test_what_its_source_said_since_is_left_until_that_is_taken_back(two: Importing, time: SetTime) -> None:
    before = state(two.master)
    first = take(two, time, "customers", "source_key,name\nK1,张珊\nK3,王五\n")
    second = take(
        two, time, "customers", "source_key,name,mobile\nK1,张珊,13800138001\nK3,王五,13700137000\n"
    )
    then = state(two.master)
    assert back(two, time, first) == {"SAID_SINCE": 2}
    assert told(two, first) == [("K1", "SAID_SINCE"), ("K3", "SAID_SINCE")]
    assert state(two.master) == then
    assert back(two, time, second) == {"TAKEN_BACK": 2}
    assert two.customer("K1", "name") == "张珊"
    assert back(two, time, first) == {"TAKEN_BACK": 2}
    assert state(two.master) == before


def test_what_was_corrected_by_hand_stays_and_the_rest_goes_back(two: Importing, time: SetTime) -> None:
    batch = take(two, time, "customers", "source_key,name,gender,mobile\nK1,张珊,F,13800138001\n")
    by_hand(two, time, "K1", name="章山")
    assert back(two, time, batch) == {"PARTLY": 1}
    assert two.customer("K1", "name", "gender") == ("章山", "MALE")
    assert two.points("K1") == [("MOBILE", "13800138000")]
    # The source says again what it said first, before the correction: that stands.
    with two.master.reading() as connection:
        said = provenance(connection, [two.id_of("K1")])[two.id_of("K1")]
    assert [(each.value, each.stands) for each in said if each.field == "NAME"] == [
        ("章山", True),
        ("张三", False),
    ]


def test_a_customer_who_was_changed_by_hand_since_is_left(two: Importing, time: SetTime) -> None:
    batch = take(two, time, "customers", "source_key,name\nK3,王五\nK4,赵六\n")
    by_hand(two, time, "K3", name="汪五")
    then = two.customer("K3", "name")
    assert back(two, time, batch) == {"CHANGED_SINCE": 1, "TAKEN_BACK": 1}
    assert told(two, batch) == [("K3", "CHANGED_SINCE"), ("K4", "TAKEN_BACK")]
    assert two.customer("K3", "name") == then == "汪五"


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        ("documents", "customer,type,number\nK3,PASSPORT,E12345678\n"),
        ("relations", "from,to,kind\nK1,K3,SPOUSE\n"),
        ("policies", "number,product,effective_date,insured\nN1,P1,2026-01-01,K3\n"),
        (
            "contacts",
            "source_key,customer,channel,direction,occurred_at,subject\n"
            "C1,K3,CALL,INBOUND,2026-01-01T00:00:00Z,问\n",
        ),
        ("leads", "source_key,customer,title\nL1,K3,年金\n"),
    ],
)
def test_a_customer_on_whom_something_hangs_is_left_until_that_goes(
    two: Importing, time: SetTime, kind: str, line: str
) -> None:
    before = state(two.master)
    first = take(two, time, "customers", "source_key,name\nK3,王五\n")
    second = take(two, time, kind, line)
    assert back(two, time, first) == {"HAS_MORE": 1}
    assert back(two, time, second) == {"TAKEN_BACK": 1}
    assert two.customer("K3", "name") == "王五"
    assert back(two, time, first) == {"TAKEN_BACK": 1}
    assert state(two.master) == before


def test_a_code_that_is_used_is_left(hub: Importing, time: SetTime) -> None:
    batch = take(hub, time, "branches", "code,name,parent\nB8,河西,HQ\nB9,天津,B8\n")
    take(hub, time, "customers", "source_key,name,branch\nK1,张三,B9\n")
    assert back(hub, time, batch) == {"HAS_MORE": 2}


def test_customers_that_were_merged_since_are_left_and_unmerged_ones_go(
    two: Importing, time: SetTime
) -> None:
    before = state(two.master)
    batch = take(two, time, "customers", "source_key,name\nK3,王五\n")
    time.forward(minutes=1)
    done = merge(two.master, two.id_of("K1"), two.id_of("K3"))
    then = state(two.master)
    assert back(two, time, batch) == {"MOVED": 1}
    assert state(two.master) == then
    time.forward(minutes=1)
    unmerge(two.master, done.merges[0])
    assert back(two, time, batch) == {"TAKEN_BACK": 1}
    assert state(two.master) == before


SAME = f"张三,{ID},13800138001,x@example.com\n"
WHOLE = "source_key,name,document_number,mobile,email\n"


def test_what_another_source_says_too_by_now_stays_as_its_own(two: Importing, time: SetTime) -> None:
    batch = take(two, time, "customers", f"{WHOLE}K1,{SAME}")
    take(two, time, "customers", f"{WHOLE}X1,{SAME}", "CORE")
    assert two.id_of("X1") == two.id_of("K1")
    assert back(two, time, batch) == {"TAKEN_BACK": 1}
    assert [value for _, value in two.points("K1")] == ["13800138000", "13800138001", "x@example.com"]
    assert [number for _, number, *_ in two.documents("K1")] == [ID]


def test_a_key_that_was_linked_is_taken_off_again(two: Importing, time: SetTime) -> None:
    take(two, time, "customers", f"source_key,name,document_number\nK1,张三,{ID}\n")
    before = state(two.master)
    batch = take(two, time, "customers", f"{WHOLE}X1,{SAME}", "CORE")
    assert two.id_of("X1") == two.id_of("K1")
    assert [value for _, value in two.points("K1")] == ["13800138000", "13800138001", "x@example.com"]
    assert back(two, time, batch) == {"TAKEN_BACK": 1}
    assert {key: row for key, row in state(two.master).items() if row.get("code") != "CORE"} == before


def test_what_was_changed_since_stays_where_the_clock_was_set_back(two: Importing, time: SetTime) -> None:
    take(two, time, "leads", "source_key,customer,title,due_at\nL1,K1,年金,2026-12-01\n")
    batch = take(two, time, "leads", "source_key,customer,title,due_at\nL1,K1,年金险,2026-12-02\n")
    time.forward(hours=-1)
    lead = two.id_of("L1", "leads")
    with filling(two.master) as fill:
        fill.change(LeadRow, lead, title="养老年金")
    assert back(two, time, batch) == {"PARTLY": 1}
    due = datetime(2026, 11, 30, 16, tzinfo=UTC)
    assert two.rows(select(leads.c.title, leads.c.due_at).where(leads.c.id == lead)) == [("养老年金", due)]
