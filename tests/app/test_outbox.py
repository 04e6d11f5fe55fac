"""kehu outbox: what waits, what was set aside, tried again or given up."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from app.cli import main
from app.opening import open_master
from app.settings import read_settings
from master.session import Actor
from master.writes.customers import create_customer
from master.writes.inputs import NewCustomer


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A hub with two customers, of whom the second was set aside."""
    monkeypatch.chdir(tmp_path)
    told = {"KEHU_DATA_DIR": str(tmp_path / "var")}
    monkeypatch.setenv("KEHU_DATA_DIR", told["KEHU_DATA_DIR"])
    assert CliRunner().invoke(main, ["init"]).exit_code == 0
    master = open_master(read_settings(told))
    with master.transaction(Actor("test")) as tx:
        for name in ("张三", "李四"):
            create_customer(tx, NewCustomer(name))
    with master.committing() as connection:
        dead = "UPDATE index_queue SET dead_at = queued_at, attempts = 10, error = 'no' WHERE customer_id = 2"
        connection.execute(text(dead))
    master.close()
    return told


def told(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["outbox", *arguments])


def test_what_was_set_aside_is_named_with_its_reason(environment: dict[str, str]) -> None:
    dead = told("--dead")
    assert (dead.exit_code, dead.stdout) == (1, "1\n")
    assert dead.stderr == "C000000002: no (10 attempts)\n"
    assert told("--pending").stdout == "1\n"


def test_what_was_set_aside_is_tried_again(environment: dict[str, str]) -> None:
    assert told("retry", "C000000001").stdout == "0\n"
    assert told("retry", "C000000002").stdout == "1\n"
    assert (told("--dead").exit_code, told("--pending").stdout) == (0, "2\n")


def test_what_was_set_aside_is_given_up(environment: dict[str, str]) -> None:
    assert told("discard", "c000000001", "c000000002").stdout == "1\n"
    assert (told("--dead").stdout, told("--pending").stdout) == ("0\n", "1\n")


def test_wrong_usage_is_told(environment: dict[str, str]) -> None:
    assert (told().exit_code, told("discard", "张三").exit_code) == (2, 2)
