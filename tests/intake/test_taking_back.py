"""A batch is taken back whole: everything is as if it had not come, but for what was changed since."""

import json

import pytest
from sqlalchemy import select

from master.errors import Conflict, NotFound
from master.session import Master
from master.tables.base import table
from master.tables.changes import EventRow, IndexQueueRow
from master.tables.codes import TakenBack
from master.tables.sources import ImportRunRow
from master.writes.taking_back.back import LAST, rehearsed_take_back, take_back, take_back_next
from master.writes.taking_back.scopes import OF_ALL
from tests.conftest import TESTER, SetTime
from tests.intake.importing import Importing
from tests.master.merging.town import Rows, everything

runs, events, queue = table(ImportRunRow), table(EventRow), table(IndexQueueRow)

# What a batch leaves behind: notes of itself, counts of changes, and what nobody can miss.
NOTES = ("import_runs", "incoming_records", "wide_changes", "match_rules", "sight_changes")

CUSTOMERS = (
    "source_key,name,gender,birth_date,document_number,mobile,email,branch,tags\n"
    "K1,张三,M,1980-01-31,,13800138000,a@example.com,B1,VIP\n"
    "K2,李四,F,1990-05-01,,13900139000,,B2,\n"
    "K3,王五,,,,13700137000,,,OLD\n"
)


def last_batch(hub: Importing) -> int:
    found: int = hub.value(select(runs.c.id).order_by(runs.c.id.desc()).limit(1))
    return found


def state(master: Master) -> Rows:
    """All there is but notes, and tasks about who is there no more."""
    return {
        key: row
        for key, row in everything(master).items()
        if key[0] not in NOTES and not (key[0] == "review_tasks" and row["status"] == "WITHDRAWN")
    }


@pytest.fixture
def town(hub: Importing, time: SetTime) -> Importing:
    """Three customers, with a bit of everything."""
    take(hub, time, "customers", CUSTOMERS)
    take(hub, time, "documents", "customer,type,number,primary\nK1,PASSPORT,E12345678,1\n")
    take(hub, time, "relations", "from,to,kind,since\nK1,K2,SPOUSE,2010-01-01\n")
    take(
        hub,
        time,
        "policies",
        "number,product,status,effective_date,applicant,insured,beneficiary\n"
        "N1,P1,IN_FORCE,2026-01-01,K1,K2,K2:60|K3:40\n",
    )
    take(
        hub,
        time,
        "contacts",
        "source_key,customer,channel,direction,occurred_at,subject\n"
        "C1,K1,CALL,INBOUND,2026-01-01T00:00:00Z,问保单\n",
    )
    take(hub, time, "leads", "source_key,customer,title,product,due_at\nL1,K2,年金,P2,2026-12-01\n")
    return hub


def take(hub: Importing, time: SetTime, kind: str, text: str, source: str | None = "CRM") -> int:
    """The batch's id. Each comes a while after the one before."""
    time.forward(minutes=1)
    hub.take(kind, text, source=None if kind in OF_ALL else source, matching=True)
    return last_batch(hub)


def back(hub: Importing, time: SetTime, batch: int) -> dict[str, int]:
    time.forward(minutes=1)
    done = take_back(hub.master, TESTER, batch, "the wrong file")
    return {became.value: count for became, count in done.items()}


SECOND = [
    ("branches", "code,name,parent\nB9,天津分公司,B1\nB1,北京,HQ\nB2,上海分公司,B1\nB8,河西,B9\n"),
    ("products", "code,name,line\nP9,年金,life\nP1,终身,life\nP2,医疗保险,health\n"),
    ("tags", "code,name,category,description\nT9,新客户,新,\nVIP,贵宾客户,新,资产高\nOLD,老客户,价值,\n"),
    (
        "customers",
        "source_key,name,gender,birth_date,document_number,mobile,email,branch,tags\n"
        "K1,张珊,F,1980-01-31,,13800138001,,B2,OLD\n"
        "K2,李四,F,1990-05-01,,13900139000,,B2,\n"
        "K3,王五,M,1970-01-01,11010119700101003X,13700137000|13700137001,w@example.com,B1,OLD|VIP\n"
        "K4,赵六,F,1985-05-05,,13600136000,z@example.com,B1,VIP\n",
    ),
    (
        "documents",
        "customer,type,number,primary\nK1,PASSPORT,E12345678,0\nK1,PASSPORT,E99999999,1\nK2,PASSPORT,G1,1\n",
    ),
    ("relations", "from,to,kind,since\nK1,K2,SPOUSE,2011-01-01\nK2,K3,PARENT,\nK2,K1,SPOUSE,\n"),
    (
        "policies",
        "number,product,status,effective_date,applicant,insured,beneficiary\n"
        "N1,P2,LAPSED,2026-01-02,K1,K3,K2:50|K3:50\nN2,P1,IN_FORCE,2026-02-02,K3,K3,\n",
    ),
    (
        "contacts",
        "source_key,customer,channel,direction,occurred_at,subject,agent\n"
        "C1,K2,CALL,INBOUND,2026-01-01T00:00:00Z,问保单,A7\nC2,K3,VISIT,OUTBOUND,2026-01-02T00:00:00Z,访,A8\n",
    ),
    (
        "leads",
        "source_key,customer,title,product,due_at,expected_premium,owner\n"
        "L1,K2,年金险,P2,2026-12-02,1000,A7\nL2,K3,医疗,,,,A9\n",
    ),
    ("staff", "code,name,branch,phone\nA1,王经理,B1,13800138000|021-58887777\nA2,赵,,13700137000\n"),
]


@pytest.mark.parametrize(("kind", "text"), SECOND, ids=[kind for kind, _ in SECOND])
def test_what_a_batch_added_and_changed_is_as_before(
    town: Importing, time: SetTime, kind: str, text: str
) -> None:
    before = state(town.master)
    batch = take(town, time, kind, text)
    assert state(town.master) != before
    done = back(town, time, batch)
    assert set(done) <= {"TAKEN_BACK", "NOTHING"}
    assert state(town.master) == before
    with pytest.raises(Conflict, match="taken back already"):
        back(town, time, batch)


@pytest.mark.parametrize(("kind", "text"), SECOND, ids=[kind for kind, _ in SECOND])
def test_the_same_file_again_changes_nothing_and_says_so(
    town: Importing, time: SetTime, kind: str, text: str
) -> None:
    take(town, time, kind, text)
    before = state(town.master)
    again = take(town, time, kind, text)
    assert state(town.master) == before
    counts = json.loads(town.value(select(runs.c.counts).where(runs.c.id == again)))
    assert (counts["read"], counts["unchanged"]) == (text.count("\n") - 1, text.count("\n") - 1)
    assert set(back(town, time, again)) == {"NOTHING"}
    assert state(town.master) == before


@pytest.mark.parametrize(("kind", "text"), SECOND, ids=[kind for kind, _ in SECOND])
def test_what_a_later_file_has_repeated_is_left_until_that_is_taken_back(
    town: Importing, time: SetTime, kind: str, text: str
) -> None:
    before = state(town.master)
    monday = take(town, time, kind, text)
    tuesday = take(town, time, kind, text)
    then = state(town.master)
    assert set(back(town, time, monday)) <= {"SAID_SINCE", "NOTHING"}
    assert state(town.master) == then
    assert set(back(town, time, tuesday)) == {"NOTHING"}
    assert set(back(town, time, monday)) <= {"TAKEN_BACK", "NOTHING"}
    assert state(town.master) == before


def test_of_a_customer_who_goes_one_event_tells_and_the_index_follows(hub: Importing, time: SetTime) -> None:
    batch = take(hub, time, *SECOND[3])
    gone = hub.id_of("K4")
    told = select(events.c.revision, events.c.survivor_id).where(events.c.customer_id == gone)
    before = hub.rows(told)
    back(hub, time, batch)
    assert hub.rows(told.order_by(events.c.id)) == [*before, (before[-1][0] + 1, None)]
    waiting = select(queue.c.customer_id).where(queue.c.customer_id == gone)
    assert hub.rows(waiting) == [(gone,)]


def test_the_batches_of_a_town_are_taken_back_one_after_another(town: Importing, time: SetTime) -> None:
    before, batches, states = state(town.master), [], []
    for kind, text in SECOND:
        states.append(state(town.master))
        batches.append(take(town, time, kind, text))
    for batch, then in zip(reversed(batches), reversed(states), strict=True):
        assert set(back(town, time, batch)) <= {"TAKEN_BACK", "NOTHING"}
        assert state(town.master) == then
    assert state(town.master) == before


def test_the_same_file_brings_all_back(town: Importing, time: SetTime) -> None:
    kind, text = SECOND[3]
    batch = take(town, time, kind, text)
    back(town, time, batch)
    time.forward(minutes=1)
    result = town.take(kind, text)
    assert (result.added, result.changed, result.unchanged) == (1, 2, 1)
    assert town.customer("K1", "name") == "张珊"
    assert town.points("K4") == [("MOBILE", "13600136000"), ("EMAIL", "z@example.com")]


def test_a_rehearsal_tells_the_same_and_changes_nothing(town: Importing, time: SetTime) -> None:
    batch = take(town, time, *SECOND[3])
    before = everything(town.master)
    assert rehearsed_take_back(town.master, TESTER, batch) == {TakenBack.TAKEN_BACK: 3, TakenBack.NOTHING: 1}
    assert everything(town.master) == before


def test_a_batch_that_is_not_there_is_not_found(town: Importing, time: SetTime) -> None:
    with pytest.raises(NotFound):
        back(town, time, 99)


def test_a_killed_taking_back_goes_on_where_it_was(hub: Importing, time: SetTime) -> None:
    before = state(hub.master)
    rows = "".join(f"K{n},客户{n},F,1990-01-31,B1,138{n:08d}\n" for n in range(2_500))
    time.forward(minutes=1)
    hub.take("customers", f"source_key,name,gender,birth_date,branch,mobile\n{rows}", matching=False)
    batch = last_batch(hub)
    time.forward(minutes=1)
    with hub.master.transaction(TESTER) as tx:
        step = take_back_next(tx, batch, "the wrong file", LAST)
    assert (step.is_done, step.counts) == (False, {TakenBack.TAKEN_BACK: 500})
    assert hub.rows(
        select(runs.c.taking_back_at.is_not(None), runs.c.taken_back_at).where(runs.c.id == batch)
    ) == [(True, None)]
    assert back(hub, time, batch) == {"TAKEN_BACK": 2_500}
    assert {key: row for key, row in state(hub.master).items() if key[0] != "source_systems"} == before
