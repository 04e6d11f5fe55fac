"""Runs of matching over all customers that are killed, and started again."""

import signal
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from master.session import Actor
from master.tables.base import table
from master.tables.codes import ContactPointKind
from master.tables.reviews import MatchRunRow
from master.writes.customers import create_customer
from master.writes.inputs import GivenContactPoint, NewCustomer
from tests.app.matching import opened, stricter, tasks, told, with_doubles


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return with_doubles(tmp_path, monkeypatch)


def killed(hub: Path, *arguments: str, at: str) -> int:
    """The exit code of a run that is killed when it does this ("module.function") for the first time."""
    module, _, function = at.rpartition(".")
    code = (
        f"import os, signal, {module}\n"
        f"{module}.{function} = lambda *given, **named: os.kill(os.getpid(), signal.SIGKILL)\n"
        "from app.cli import main\n"
        f"main(['match', 'run', *{list(arguments)!r}])"
    )
    return subprocess.run(
        [sys.executable, "-c", code], check=False, capture_output=True, timeout=120
    ).returncode


def test_a_run_that_was_killed_goes_on_where_it_was(hub: Path) -> None:
    assert killed(hub, "--merge", at="app.joining.merge_customers") == -signal.SIGKILL
    assert tasks(hub) == [(1, 2, "SAME", "OPEN"), (3, 4, "REVIEW", "OPEN")]
    done = told("run", "--merge").stdout.splitlines()
    assert done[0].startswith("goes on with the run of 20")
    assert (done[0].rpartition(": ")[2], done[1:]) == ("nothing is compared again", ["merged: 1"])
    assert told("run", "--merge").stdout.splitlines()[0] == "customers: 4"


def test_a_run_that_was_killed_before_it_had_kept_all_compares_again(hub: Path) -> None:
    assert killed(hub, at="app.commands.comparing.note_kept") == -signal.SIGKILL
    done = told("run").stdout.splitlines()
    assert done[0].endswith(": all are compared again, what it kept stands")
    assert "known: 2" in done


@pytest.mark.parametrize("otherwise", [(), ("--merge", "--anew"), ("--merge", "--rules", "stricter.toml")])
def test_what_is_asked_otherwise_begins_anew(hub: Path, otherwise: tuple[str, ...]) -> None:
    stricter(hub)
    assert killed(hub, "--merge", at="app.joining.merge_customers") == -signal.SIGKILL
    assert told("run", *otherwise).stdout.splitlines()[0] == "customers: 5"


def test_a_run_of_the_night_before_is_begun_anew(hub: Path) -> None:
    assert killed(hub, "--merge", at="app.joining.merge_customers") == -signal.SIGKILL
    master, runs = opened(hub), table(MatchRunRow)
    with master.transaction(Actor("test")) as tx:
        tx.execute(update(runs).values(started_at=tx.at - timedelta(hours=13)))
    master.close()
    assert told("run", "--merge").stdout.splitlines()[0] == "customers: 5"


def test_who_may_be_relatives_is_told_and_suggested(hub: Path) -> None:
    master, mobile = opened(hub), (GivenContactPoint(ContactPointKind.MOBILE, "13900139000"),)
    with master.transaction(Actor("test")) as tx:
        for name, born in (("钱伟", date(1970, 1, 1)), ("钱多", date(2001, 5, 5))):
            new = NewCustomer(name, birth_date=born, contact_points=mobile, duplicate_reason="test")
            create_customer(tx, new)
    master.close()
    done = told("run").stdout.splitlines()
    assert [line for line in done if "relatives" in line] == [
        "may be relatives: 1",
        "relatives new: 1",
        "relatives withdrawn: 0",
    ]
