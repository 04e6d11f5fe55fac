"""`kehu batches`: what came in, its refused rows, and taking it back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import update

from app.cli import main
from app.opening import open_master
from app.settings import read_settings
from intake.run import import_file
from master.keys import Keys
from master.session import Actor, Master
from master.tables.base import table
from master.tables.sources import ImportRunRow

FILE = "source_key,name,birth_date\nK1,张三,1980-01-31\nK2,,\nK3,李四,\n"
AGAIN = "source_key,name,birth_date\nK1,张珊,1980-01-31\n"


@pytest.fixture
def master(tmp_path: Path, empty_sqlite: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Master]:
    """Of a hub in which commands run: two batches came."""
    Keys.create(tmp_path / "keys.toml")
    (tmp_path / "master.db").write_bytes(empty_sqlite.read_bytes())
    monkeypatch.setenv("KEHU_DATA_DIR", str(tmp_path))
    opened = open_master(read_settings({"KEHU_DATA_DIR": str(tmp_path)}))
    for text in (FILE, AGAIN):
        path = tmp_path / "people.csv"
        path.write_text(text, encoding="utf-8")
        import_file(opened, "customers", path, source="CRM")
    yield opened
    opened.close()


def kehu(*words: str) -> Result:
    return CliRunner().invoke(main, ["batches", *words])


def test_batches_are_listed_the_newest_first(master: Master) -> None:
    header, newest, oldest = kehu("list").output.splitlines()
    assert header.split()[:2] == ["id", "at"]
    assert (newest.split()[0], oldest.split()[0]) == ("2", "1")
    assert oldest.split()[2:] == ["customers", "CRM", "import", *"320000010", "in"]
    assert kehu("list", "--most", "1").output.splitlines() == [header, newest]


def test_refused_rows_are_told_as_csv(master: Master) -> None:
    assert kehu("refused", "1").output.splitlines() == [
        "line,column,code,message,hint",
        '3,name,REQUIRED,"The cell is empty, and a row can not be without it.",Fill it in.',
    ]


def test_a_batch_is_taken_back_with_a_reason(master: Master) -> None:
    rehearsed = kehu("take-back", "2", "--reason", "wrong file", "--dry-run")
    assert (rehearsed.exit_code, rehearsed.stdout) == (0, "TAKEN_BACK: 1\n")
    assert "state: in\n" in kehu("show", "2").output
    done = kehu("take-back", "2", "--reason", "wrong file")
    assert (done.exit_code, done.output) == (0, "TAKEN_BACK: 1\n")
    assert kehu("show", "2").output.splitlines()[-3:] == [
        "state: taken back",
        "taken back by: cli",
        "because: wrong file",
    ]
    again = kehu("take-back", "2", "--reason", "wrong file")
    assert (again.exit_code, again.output) == (1, "kehu: This batch was taken back already.\n")


def test_what_was_left_is_told_line_by_line(master: Master) -> None:
    done = kehu("take-back", "1", "--reason", "wrong file")
    assert (done.exit_code, done.output) == (1, "NOTHING: 1\nSAID_SINCE: 1\nTAKEN_BACK: 1\n")
    assert kehu("show", "1").output.splitlines()[-1] == (
        "line 2: SAID_SINCE: Its source has spoken of it since: take the later batch back first."
    )


def test_what_is_not_there_and_a_blank_reason_are_refused(master: Master) -> None:
    told = "kehu: There is no batch 9: see `kehu batches list`.\n"
    for words in (("show", "9"), ("refused", "9"), ("take-back", "9", "--reason", "x")):
        refused = kehu(*words)
        assert (refused.exit_code, refused.output) == (1, told)
    assert kehu("take-back", "1", "--reason", " ").exit_code == 1


def test_a_batch_whose_records_were_dropped_says_so(master: Master) -> None:
    with master.transaction(Actor("test")) as tx:
        tx.execute(
            update(table(ImportRunRow)).where(table(ImportRunRow).c.id == 1).values(forgotten_at=tx.at)
        )
    assert kehu("show", "1").output.splitlines()[-1] == (
        "records: no longer kept; it can not be taken back any more"
    )
    told = kehu("take-back", "1", "--reason", "wrong file")
    assert told.exit_code == 1
    assert "no longer kept as they came" in told.output
