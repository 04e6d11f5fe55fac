"""Decisions of stewards undone, cut short by time, and taken while runs judge again or withdraw."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import event, select, update

from master.errors import TimedOut
from master.session import Master, Transaction
from master.tables.audit import AuditEntryRow
from master.tables.base import table
from master.tables.reviews import ReviewTaskRow
from master.writes.proposals import open_ones, withdraw_others
from master.writes.review_decisions import Decision
from master.writes.review_decisions import decide as decide_one
from schema.context import Context
from tests.conftest import TESTER, SetTime
from tests.resolvers.commanding import codes
from tests.resolvers.merging import unmerge
from tests.resolvers.reviewing import DECIDE, decide, doubles, run, task, tasks, undo
from tests.schema.hub import Hub, filling


@pytest.fixture
def reviews(master: Master) -> Hub:
    doubles(master)
    return Hub(master)


def ids(hub: Hub) -> list[str]:
    return [each["id"] for each in hub.get("{ customers { nodes { id } } }")["customers"]["nodes"]]


def test_a_decision_is_undone_for_thirty_days_with_its_merge(reviews: Hub, time: SetTime) -> None:
    decide(reviews, "SAME", "w1")
    decide(reviews, "DIFFERENT", "w2")
    time.forward(days=29)
    undone = undo(reviews, "w1")
    assert undone["errors"] == []
    assert (undone["tasks"][0]["status"], undone["tasks"][0]["answer"]) == ("OPEN", None)
    assert ids(reviews) == ["c1", "c2", "c3", "c4", "c5"]
    assert codes(undo(reviews, "w1")) == [("CONFLICT", ["tasks", "0"])]
    time.forward(days=2)
    assert codes(undo(reviews, "w2")) == [("CONFLICT", ["tasks", "0"])]
    assert task(reviews, "w2")["answer"] == "DIFFERENT"


def test_a_merge_that_was_decided_long_ago_is_not_undone_as_a_decision(reviews: Hub, time: SetTime) -> None:
    decide(reviews, "SAME", "w1")
    time.forward(days=31)
    assert codes(undo(reviews, "w1")) == [("CONFLICT", ["tasks", "0"])]
    assert (task(reviews, "w1")["answer"], ids(reviews)) == ("SAME", ["c1", "c3", "c4", "c5"])


def test_undoing_a_decision_notes_what_the_answer_was_with_both_customers(reviews: Hub) -> None:
    decide(reviews, "SAME", "w1")
    undo(reviews, "w1")
    audit = table(AuditEntryRow)
    with reviews.master.reading() as connection:
        noted = connection.execute(
            select(audit.c.customer_id, audit.c.details).where(audit.c.action == "review.undo")
        ).all()
    assert [(row.customer_id, json.loads(row.details)) for row in noted] == [
        (1, {"answer": "SAME"}),
        (2, {"answer": "SAME"}),
    ]


def test_what_came_after_a_merge_is_told_when_the_decision_is_undone(reviews: Hub) -> None:
    decide(reviews, "SAME", "w1")
    with filling(reviews.master) as fill:
        fill.lead(1, "Whose?")
    undone = undo(reviews, "w1")
    assert (undone["errors"], [each["entity"] for each in undone["undecided"]]) == ([], ["Lead"])


def test_a_merge_that_was_undone_meanwhile_is_refused_of_its_task(reviews: Hub) -> None:
    decide(reviews, "SAME", "w1")
    pairs = table(ReviewTaskRow)
    assert unmerge(reviews, "m1")["errors"] == []
    with reviews.master.transaction(TESTER) as tx:
        tx.execute(update(pairs).where(pairs.c.id == 1).values(merge_id=1))
    refused = undo(reviews, "w1")
    assert codes(refused) == [("CONFLICT", ["tasks", "0"])]


def test_what_is_done_is_told_when_time_runs_out_for_the_rest(
    reviews: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    def one_in_time(tx: Transaction, wanted: Decision) -> None:
        if wanted.task != 1:
            raise TimedOut("Others are changing what this needs.")
        decide_one(tx, wanted)

    monkeypatch.setattr("resolvers.reviews.decide", one_in_time)
    done = decide(reviews, "DIFFERENT", "w1", "w2", "w1")
    assert codes(done) == [("TIMEOUT", ["tasks", "1"]), ("TIMEOUT", ["tasks", "2"])]
    assert [each["answer"] for each in done["tasks"]] == ["DIFFERENT", None, "DIFFERENT"]
    given = {"tasks": ["w2"], "answer": "DIFFERENT", "reason": "Seen."}
    assert reviews.ask(DECIDE, "STEWARD", input=given).errors == [("TIMEOUT", ["decideReviewTasks"])]


def test_of_many_no_other_is_begun_when_its_end_might_not_be_told(
    reviews: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Context, "is_short_of_time", True)
    done = decide(reviews, "DIFFERENT", "w1", "w2")
    assert (codes(done), done["errors"][0]["message"]) == (
        [("TIMEOUT", ["tasks", "1"])],
        "There was no time left for this one: ask for the rest again.",
    )
    assert [each["status"] for each in done["tasks"]] == ["DECIDED", "OPEN"]
    assert codes(decide(reviews, "DIFFERENT", "w2")) == []


@pytest.mark.only_on("postgresql")  # SQLite has one writer
def test_what_is_decided_while_a_run_withdraws_tasks_stays_decided(reviews: Hub) -> None:
    read, decided = threading.Event(), threading.Event()

    def withdraw() -> int:
        with reviews.master.transaction(TESTER) as tx:
            event.listen(tx.connection, "before_cursor_execute", before)
            target = table(ReviewTaskRow)
            return withdraw_others(tx, target, [], open_ones(tx.connection, target))

    def before(connection: Any, cursor: Any, statement: str, *others: Any) -> None:
        if statement.startswith("UPDATE review_tasks"):
            read.set()
            decided.wait(20)

    with ThreadPoolExecutor(1) as beside:
        withdrawn = beside.submit(withdraw)
        assert read.wait(20)
        decide(reviews, "DIFFERENT", "w1")
        decided.set()
        assert withdrawn.result(20) == 1
    assert [(each["status"], each["answer"]) for each in tasks(reviews)] == [
        ("DECIDED", "DIFFERENT"),
        ("WITHDRAWN", None),
    ]


def test_a_task_that_a_run_judges_again_has_waited_as_long_as_before(reviews: Hub, time: SetTime) -> None:
    before = task(reviews, "w1")
    time.forward(days=1)
    with reviews.master.committing() as connection:
        connection.execute(update(table(ReviewTaskRow)).values(odds=1.5))  # as other rules told
    assert run(reviews.master) == {"known": 2, "withdrawn": 0}
    after = task(reviews, "w1")
    assert (after["odds"], after["proposedAt"]) == (before["odds"], before["proposedAt"])
