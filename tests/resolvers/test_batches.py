"""Batches and taking them back, as stewards see them."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from intake.run import import_file
from master.session import Actor, Master
from master.tables.base import table
from master.tables.reviews import ReviewTaskRow
from tests.conftest import SetTime
from tests.schema.hub import Hub

BATCHES = """query ($filter: BatchFilter) { batches(filter: $filter) { totalCount nodes {
  id origin kind source fileName sentBy startedAt finishedAt
  read added linked review changed unchanged stale refused warnings openReviews
  takingBackAt takenBackAt takenBackBy takenBackReason } } }"""
RECORDS = """query ($id: ID!, $filter: BatchRecordFilter) { batch(id: $id) {
  records(filter: $filter) { totalCount nodes { line outcome takenBack leftBecause
    findings { column code message hint } } } } }"""
TAKE_BACK = """mutation ($input: TakeBackBatchInput!) { takeBackBatch(input: $input) {
  batch { id takingBackAt takenBackAt takenBackBy takenBackReason
    left: records(filter: {takenBack: [SAID_SINCE, HAS_MORE]}) { nodes { line leftBecause } } }
  errors { code message path } } }"""

FIRST = "source_key,name,birth_date\nK1,张三,1980-01-31\nK2,,\nK3,李四,1980-99-99\n"
SECOND = "source_key,name,birth_date\nK1,张珊,1980-01-31\nK4,王五,\n"


@pytest.fixture
def came(master: Master, tmp_path: Path, time: SetTime) -> Path:
    """Two batches of one source, a minute apart."""
    take(master, tmp_path, "first.csv", FIRST)
    time.forward(minutes=1)
    take(master, tmp_path, "second.csv", SECOND)
    time.forward(minutes=1)
    return tmp_path


def take(master: Master, folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    import_file(master, "customers", path, source="CRM", actor=Actor("import"))


def back(hub: Hub, batch: str, role: str = "STEWARD") -> Any:
    given = {"id": batch, "reason": "the wrong file"}
    return hub.get(TAKE_BACK, role, input=given)["takeBackBatch"]


def records(hub: Hub, batch: str, **filter: Any) -> Any:
    return hub.get(RECORDS, "STEWARD", id=batch, filter=filter)["batch"]["records"]["nodes"]


def test_batches_are_told_the_newest_first_with_what_became_of_their_records(hub: Hub, came: Path) -> None:
    told = hub.get(BATCHES, "STEWARD", filter={"source": "CRM"})["batches"]
    assert told["totalCount"] == 2
    assert told["nodes"][1] == {
        "id": "b1", "origin": "FILE", "kind": "customers", "source": "CRM", "fileName": "first.csv",
        "sentBy": "import", "startedAt": "2026-11-22T02:00:00.000Z", "finishedAt": "2026-11-22T02:00:00.000Z",
        "read": 3, "added": 1, "linked": 0, "review": 0, "changed": 0, "unchanged": 0, "stale": 0,
        "refused": 2, "warnings": 0, "openReviews": 0,
        "takingBackAt": None, "takenBackAt": None, "takenBackBy": None, "takenBackReason": None,
    }  # fmt: skip
    assert hub.get(BATCHES, "ADMIN", filter={"kind": "leads"})["batches"]["nodes"] == []


def test_refused_records_are_told_with_line_column_and_what_to_do(hub: Hub, came: Path) -> None:
    assert records(hub, "b1", outcome=["REFUSED"]) == [
        {
            "line": 3, "outcome": "REFUSED", "takenBack": None, "leftBecause": None,
            "findings": [
                {
                    "column": "name", "code": "REQUIRED", "hint": "Fill it in.",
                    "message": "The cell is empty, and a row can not be without it.",
                }
            ],
        },
        {
            "line": 4, "outcome": "REFUSED", "takenBack": None, "leftBecause": None,
            "findings": [
                {
                    "column": "birth_date", "code": "INVALID_DATE", "message": "This is no date.",
                    "hint": "Write it as 1990-01-31, 1990/1/31 or 19900131.",
                }
            ],
        },
    ]  # fmt: skip


def test_a_batch_is_taken_back_with_who_and_why(hub: Hub, came: Path) -> None:
    done = back(hub, "b2")
    assert done == {
        "batch": {
            "id": "b2", "takingBackAt": "2026-11-22T02:02:00.000Z", "takenBackAt": "2026-11-22T02:02:00.000Z",
            "takenBackBy": "tester", "takenBackReason": "the wrong file", "left": {"nodes": []},
        },
        "errors": [],
    }  # fmt: skip
    assert [(each["line"], each["takenBack"]) for each in records(hub, "b2")] == [
        (2, "TAKEN_BACK"),
        (3, "TAKEN_BACK"),
    ]
    names = hub.get("{ customers { nodes { name } } }", "STEWARD")["customers"]["nodes"]
    assert names == [{"name": "张三"}]
    assert [error["code"] for error in back(hub, "b2")["errors"]] == ["CONFLICT"]


def test_what_was_left_is_told_with_what_to_do(hub: Hub, came: Path) -> None:
    because = "Its source has spoken of it since: take the later batch back first."
    assert back(hub, "b1")["batch"]["left"] == {"nodes": [{"line": 2, "leftBecause": because}]}
    back(hub, "b2")
    assert back(hub, "b1")["batch"]["left"] == {"nodes": []}
    assert hub.get("{ customers { totalCount } }", "STEWARD") == {"customers": {"totalCount": 0}}


def test_an_unknown_batch_and_a_blank_reason_are_refused(hub: Hub, came: Path) -> None:
    assert [(error["code"], error["path"]) for error in back(hub, "b9")["errors"]] == [("NOT_FOUND", ["id"])]
    assert [error["code"] for error in back(hub, "c1")["errors"]] == ["NOT_FOUND"]
    given = {"id": "b1", "reason": " "}
    (error,) = hub.get(TAKE_BACK, "STEWARD", input=given)["takeBackBatch"]["errors"]
    assert (error["code"], error["path"]) == ("INVALID", ["reason"])


def test_open_reviews_are_those_that_the_batch_made(
    hub: Hub, master: Master, tmp_path: Path, time: SetTime
) -> None:
    rows = ("张三,F,1949-12-31", "张三丰,F,1949-12-31", "张三丰,F,1949-12-30")
    for n, row in enumerate(rows, 1):
        take(master, tmp_path, f"{n}.csv", f"source_key,name,gender,birth_date\nK{n},{row}\n")
        time.forward(minutes=1)
    assert _open_reviews(hub) == {"b1": (0, 0), "b2": (1, 1), "b3": (1, 1)}
    with master.committing() as connection:
        connection.execute(update(table(ReviewTaskRow)).values(proposed_at=time.instant))  # judged again
    assert _open_reviews(hub) == {"b1": (0, 0), "b2": (1, 1), "b3": (1, 1)}


def _open_reviews(hub: Hub) -> dict[str, tuple[int, int]]:
    """By batch, how many records are for review, and how many tasks wait."""
    told = hub.get(BATCHES, "STEWARD")["batches"]["nodes"]
    return {each["id"]: (each["review"], each["openReviews"]) for each in told}


SUBMIT = """mutation ($input: SubmitRecordsInput!) { submitRecords(input: $input) {
  records { outcome } errors { code } } }"""


def test_a_submitted_list_is_a_batch_that_can_be_taken_back(hub: Hub, came: Path, time: SetTime) -> None:
    given = [{"key": "K1", "name": "张山"}, {"key": "K9", "name": "赵六"}, {"key": "K8", "name": " "}]
    done = hub.get(SUBMIT, "ADMIN", input={"source": "CRM", "records": given})["submitRecords"]
    assert [each["outcome"] for each in done["records"]] == ["CHANGED", "ADDED", "REFUSED"]
    (batch, *_) = hub.get(BATCHES, "STEWARD", filter={"origin": "API"})["batches"]["nodes"]
    told = ("id", "sentBy", "fileName", "read", "changed", "added", "refused")
    assert [batch[name] for name in told] == ["b3", "tester", None, 3, 1, 1, 1]
    time.forward(minutes=1)
    assert back(hub, "b3")["errors"] == []
    assert [(each["line"], each["takenBack"]) for each in records(hub, "b3")] == [
        (1, "TAKEN_BACK"),
        (2, "TAKEN_BACK"),
        (3, "NOTHING"),
    ]
    names = hub.get("{ customers { nodes { name } } }", "STEWARD")["customers"]["nodes"]
    assert sorted(each["name"] for each in names) == ["张珊", "王五"]
