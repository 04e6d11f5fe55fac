"""kehu match: what merging would come to, and how well the rules agree with people."""

from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli import main
from app.opening import open_master
from app.settings import read_settings
from master.session import Actor
from master.tables.codes import ContactPointKind, DocumentType
from master.writes.customers import create_customer
from master.writes.inputs import GivenContactPoint, GivenDocument, NewCustomer

GOOD_ID = "11010519491231002X"
BORN = date(1980, 1, 1)


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """张三 twice with one document, 王晓梅 and 陈晓梅 with one mobile and birth date, and somebody else."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KEHU_DATA_DIR", str(tmp_path / "var"))
    assert CliRunner().invoke(main, ["init"]).exit_code == 0
    master = open_master(read_settings({"KEHU_DATA_DIR": str(tmp_path / "var")}))
    document = (GivenDocument(DocumentType.RESIDENT_ID, GOOD_ID),)
    mobile = (GivenContactPoint(ContactPointKind.MOBILE, "13800138000"),)
    with master.transaction(Actor("test")) as tx:
        for customer in (
            NewCustomer("张三", documents=document),
            NewCustomer("ZHANG SAN", documents=document, duplicate_reason="test"),
            NewCustomer("王晓梅", birth_date=BORN, contact_points=mobile),
            NewCustomer("陈晓梅", birth_date=BORN, contact_points=mobile, duplicate_reason="test"),
            NewCustomer("李四"),
        ):
            create_customer(tx, customer)
    master.close()
    return tmp_path


def told(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["match", *arguments])


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
        ],
    )
    header, same, review = (hub / "pairs.csv").read_text("utf-8").splitlines()
    assert header == "one,other,verdict,odds"
    assert same.startswith("C000000001,C000000002,SAME,")
    assert review.startswith("C000000003,C000000004,REVIEW,")


def test_a_run_that_would_merge_says_that_it_can_not(hub: Path) -> None:
    done = told("run")
    assert (done.exit_code, "--dry-run" in done.stderr) == (1, True)


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
