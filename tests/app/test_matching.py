"""kehu match: what merging would come to, and how well the rules agree with people."""

from datetime import date
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import select

from master.session import Actor
from master.tables.base import table
from master.tables.reviews import MatchRulesRow
from master.writes.customer_changes import update_customer
from master.writes.inputs import CustomerChange
from tests.app.matching import opened, stricter, tasks, told, with_doubles


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return with_doubles(tmp_path, monkeypatch)


def test_a_dry_run_tells_what_merging_would_come_to(hub: Path) -> None:
    done = told("run", "--dry-run", "--pairs", "pairs.csv")
    assert (done.exit_code, done.stdout.splitlines()) == (
        0,
        [
            "customers: 5",
            "would be merged: 2 into 1",
            "pairs SAME: 1",
            "pairs REVIEW: 1",
            "pairs DIFFERENT: 0",
            "may be relatives: 0",
            "merged before: 0, of which would be split: 0",
            "decided pairs: 0, of which 0 are the same",
            "precision: none to tell by",
            "recall: none to tell by",
            "recall with review: none to tell by",
            "wrongly linked: 0",
        ],
    )
    header, same, review = (hub / "pairs.csv").read_text("utf-8").splitlines()
    assert header == "one,other,verdict,odds"
    assert same.startswith("C000000001,C000000002,SAME,")
    assert review.startswith("C000000003,C000000004,REVIEW,")


def said(one: int, answer: str) -> Result:
    """What a steward says of the pair with this customer."""
    pair = (f"C{one:09d}", f"C{one + 1:09d}")
    return told("decide", *pair, answer, "--reason", "Seen their papers.")


def test_a_run_makes_review_tasks_of_pairs_that_may_be_one_the_likeliest_first(hub: Path) -> None:
    done = told("run")
    assert done.exit_code == 0, done.stderr
    assert "new: 2" in done.stdout.splitlines()
    assert tasks(hub) == [(1, 2, "SAME", "OPEN"), (3, 4, "REVIEW", "OPEN")]


def test_a_second_run_makes_no_task_twice(hub: Path) -> None:
    told("run")
    assert "known: 2" in told("run").stdout.splitlines()
    assert len(tasks(hub)) == 2


def test_who_was_told_apart_is_proposed_again_only_when_one_of_them_has_changed(hub: Path) -> None:
    told("run")
    said(1, "different")
    again = told("run").stdout.splitlines()
    assert "would be merged: 0 into 0" in again
    assert tasks(hub) == [(1, 2, "SAME", "DECIDED"), (3, 4, "REVIEW", "OPEN")]
    master = opened(hub)
    with master.transaction(Actor("test")) as tx:
        update_customer(tx, CustomerChange(1, 1, birth_date=date(1949, 12, 31), name="张三丰"))
    master.close()
    assert "opened again: 1" in told("run").stdout.splitlines()
    assert tasks(hub)[0] == (1, 2, "SAME", "OPEN")


def test_those_who_are_the_same_are_merged_where_that_is_asked_for(hub: Path) -> None:
    done = told("run", "--merge").stdout.splitlines()
    assert done[-1] == "merged: 1"
    assert "customers: 4" in told("run").stdout.splitlines()
    assert tasks(hub) == [(1, 2, "SAME", "WITHDRAWN"), (3, 4, "REVIEW", "OPEN")]
    assert told("run", "--merge", "--dry-run").exit_code == 2


def test_what_one_steward_decided_another_can_only_undo(hub: Path) -> None:
    assert said(1, "same").stderr == "kehu: The rules have not proposed this pair.\n"
    told("run")
    assert [line.split(",")[:3] for line in told("tasks").stdout.splitlines()] == [
        ["C000000001", "C000000002", "SAME"],
        ["C000000003", "C000000004", "REVIEW"],
    ]
    assert said(1, "same").exit_code == 0
    again = said(1, "different")
    assert (again.exit_code, again.stderr) == (1, "kehu: cli has decided this: SAME. Undo that first.\n")
    assert [line.split(",")[2] for line in told("tasks").stdout.splitlines()] == ["REVIEW"]
    assert told("undo", "C000000002", "C000000001").exit_code == 0
    assert len(told("tasks").stdout.splitlines()) == 2
    assert told("undo", "C000000002", "C000000001").exit_code == 1
    assert told("undo", "C000000002", "C9").stderr == "kehu: C9 is no customer's number.\n"


def test_decided_pairs_are_labels_to_evaluate_by(hub: Path) -> None:
    told("run")
    said(1, "same")
    said(3, "unsure")
    assert told("labels", "own.csv").stdout == "judged pairs: 1\n"
    assert (hub / "own.csv").read_text("utf-8").splitlines() == [
        "one,other,same",
        "C000000001,C000000002,yes",
    ]
    evaluated = told("evaluate", "own.csv")
    assert evaluated.stdout.startswith("judged pairs: 0, of which 0 are the same")
    assert evaluated.stderr == "left out, as one of them was merged: 1\n"


def test_rules_are_rehearsed_on_who_was_merged_and_on_what_was_decided(hub: Path) -> None:
    told("run")
    said(1, "same")
    said(3, "different")
    by_these = told("run", "--dry-run").stdout.splitlines()[6:]
    assert by_these == [
        "merged before: 1, of which would be split: 0",
        "decided pairs: 2, of which 1 are the same",
        "precision: 1.0000",
        "recall: 1.0000",
        "recall with review: 1.0000",
        "wrongly linked: 0",
    ]
    by_others = told("run", "--dry-run", "--rules", stricter(hub)).stdout.splitlines()[6:]
    assert by_others[0] == "merged before: 1, of which would be split: 1"
    assert by_others[2:5] == ["precision: none to tell by", "recall: 0.0000", "recall with review: 1.0000"]


def test_what_was_judged_is_judged_again_to_the_same_odds_by_the_rules_of_then(hub: Path) -> None:
    told("run")
    said(1, "same")
    told("run", "--rules", stricter(hub))
    master, rules = opened(hub), table(MatchRulesRow)
    with master.reading() as connection:
        assert len(connection.execute(select(rules.c.name)).all()) == 2
    assert told("replay").stdout == "the same: 2\n"
    with master.transaction(Actor("test")) as tx:
        tx.connection.exec_driver_sql("UPDATE review_tasks SET odds = 1.5 WHERE id = 2")
        tx.connection.exec_driver_sql("UPDATE review_tasks SET rules = '2025-01' WHERE id = 1")
    master.close()
    done = told("replay")
    assert (done.exit_code, done.stdout.splitlines()) == (
        1,
        ["the same: 0", "judged by rules that were not kept: 1"],
    )
    assert done.stderr == "kehu: 1 pairs come to other odds, first the review task w2.\n"


def test_judged_pairs_tell_precision_and_recall(hub: Path) -> None:
    (hub / "labels.csv").write_text(
        "one,other,same\nC000000001,C000000002,yes\nC000000004,C000000003,yes\nC000000001,C000000005,no\n",
        "utf-8",
    )
    assert told("evaluate", "labels.csv").stdout.splitlines() == [
        "judged pairs: 3, of which 2 are the same",
        "precision: 1.0000",
        "recall: 0.5000",
        "recall with review: 1.0000",
        "wrongly linked: 0",
    ]


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (
            "one,other\nC000000001,C000000002\n",
            "labels.csv has no column same: it needs one, other and same.",
        ),
        (
            "one,other,same\nC000000001,C000000002,perhaps\n",
            "labels.csv, line 2: one and other are customer numbers",
        ),
        (
            "one,other,same\nC000000001,C000000099,yes\n",
            "1 numbers are no customer's, first C000000099.",
        ),
    ],
)
def test_labels_that_can_not_be_read_are_told(hub: Path, labels: str, message: str) -> None:
    (hub / "labels.csv").write_text(labels, "utf-8")
    done = told("evaluate", "labels.csv")
    assert (done.exit_code, message in done.stderr) == (1, True)


def test_rules_that_can_not_be_read_are_told(hub: Path) -> None:
    (hub / "own.toml").write_text('version = "1"\n', "utf-8")
    done = told("run", "--dry-run", "--rules", "own.toml")
    assert (done.exit_code, done.stderr) == (1, "kehu: own.toml: thresholds is missing\n")
