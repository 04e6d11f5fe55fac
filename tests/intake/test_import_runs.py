"""Imports as a whole: headers, bad rows, reports, dry runs, killed runs that go on, audit."""

import json
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from intake import run
from intake.apply import Done
from intake.findings import Finding
from intake.report import Report
from intake.run import Progress, import_file
from master.errors import Conflict, Invalid
from master.session import Actor, Master
from master.tables.audit import AuditEntryRow
from master.tables.base import table
from master.tables.customers import CustomerRow
from master.tables.sources import ImportRunRow
from tests.intake.importing import Importing, counts

HEADER = "source_key,name,gender,birth_date,branch,mobile\n"
MANY = HEADER + "".join(f"K{n},客户{n},F,1990-01-31,B1,138{n:08d}\n" for n in range(2_500))


def test_unknown_columns_are_refused_by_name(hub: Importing) -> None:
    with pytest.raises(
        Invalid, match=r"Unknown columns for customers: 电话, nmae\. Known are: source_key, kind"
    ):
        hub.take("customers", "source_key,电话,nmae\nK1,1,2\n")
    with pytest.raises(Invalid, match="These columns are missing: source_key"):
        hub.take("customers", "name\n张三\n")
    with pytest.raises(Invalid, match="These columns are there twice: name"):
        hub.take("customers", "source_key,name,name\nK1,1,2\n")
    with pytest.raises(Invalid, match="no header line"):
        hub.take("customers", "")
    assert hub.count(CustomerRow) == 0
    assert hub.count(ImportRunRow) == 3  # those of the codes


def test_an_import_goes_on_where_a_customer_was_merged_at_that_moment(
    hub: Importing, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_late(*given: object, **named: object) -> Done:
        monkeypatch.undo()
        raise Conflict("A customer was merged at this very moment.")

    monkeypatch.setattr(run, "apply", too_late)
    result = hub.take("customers", HEADER + "K1,张三,F,1990-01-31,B1,13800138000\n")
    assert counts(result) == {"read": 1, "added": 1}
    assert hub.count(CustomerRow) == 1


class _Deadlock(Exception):
    sqlstate = "40P01"


def test_lines_that_were_taken_in_at_the_second_try_are_counted_once(
    hub: Importing, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_late(*given: object) -> None:
        monkeypatch.undo()
        raise DBAPIError("INSERT", {}, _Deadlock())

    monkeypatch.setattr(run, "keep_incoming", too_late)
    result = hub.take("customers", HEADER + "K1,张三,F,1990-01-31,B1,13800138000\n")
    assert counts(result) == {"read": 1, "added": 1}
    runs = table(ImportRunRow)
    kept = hub.value(select(runs.c.counts).where(runs.c.kind == "customers"))
    assert {name: count for name, count in json.loads(kept).items() if count} == {"read": 1, "added": 1}


def test_a_bad_row_never_stops_the_file(hub: Importing) -> None:
    good = [f"K{n},客户{n},F,1990-01-31,B1,138{n:08d}" for n in range(10)]
    bad = [
        "B1,张,F,1990-02-30,B1,",
        "B2,张,X,,B1,",
        "B3,张,F,,B9,",
        "B4,,F,,B1,",
        ",张,F,,B1,",
        "B6,张,F",
        'B7,"张"三,F,,B1,',
        "B8,张\x00,F,,B1,",
        f"B9,{'长' * 201},F,,B1,",
        'B10,张,F,,"B""1",',
        "B11,张,女性,19900101x,,",
    ]
    result = hub.take("customers", HEADER + "\n".join([*good[:5], *bad, *good[5:]]))
    assert counts(result) == {"read": 21, "added": 10, "refused": 11}
    assert hub.count(CustomerRow) == 10
    assert hub.report() == [
        (7, "birth_date", "INVALID_DATE"),
        (8, "gender", "INVALID"),
        (9, "branch", "UNKNOWN_CODE"),
        (10, "name", "REQUIRED"),
        (11, "source_key", "REQUIRED"),
        (12, "", "CELLS"),
        (13, "", "QUOTES"),
        (14, "name", "CONTROL"),
        (15, "name", "TOO_LONG"),
        (16, "branch", "INVALID_CODE"),
        (17, "gender", "INVALID"),
        (17, "birth_date", "INVALID_DATE"),
    ]
    lines = hub.report_path.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "line,column,code,message,hint"
    assert lines[1] == (
        '7,birth_date,INVALID_DATE,This is no date.,"Write it as 1990-01-31, 1990/1/31 or 19900131."'
    )


def test_bytes_that_are_no_text_spoil_their_row_only(hub: Importing) -> None:
    path = hub.file("source_key,name\nK1,张三\nK2,李四\n")
    path.write_bytes(path.read_bytes() + b"K3,\xe5\xbc\n")
    result = import_file(hub.master, "customers", path, source="CRM", report=hub.report_path, matching=False)
    assert counts(result) == {"read": 3, "added": 2, "refused": 1}
    assert hub.report() == [(4, "name", "ENCODING")]


def test_a_file_in_gb18030_is_read(hub: Importing) -> None:
    path = hub.file("source_key,name\nK1,𠮷田\nK2,李四\n", "gb18030")
    assert counts(import_file(hub.master, "customers", path, source="CRM", matching=False)) == {
        "read": 2,
        "added": 2,
    }
    assert hub.customer("K1", "name") == "𠮷田"
    with pytest.raises(Invalid, match="not in the encoding that was given"):
        import_file(hub.master, "customers", path, source="CRM", encoding="utf-16")


REFUSING_SQLITE = """
    CREATE TRIGGER poison AFTER INSERT ON customers
    WHEN NEW.name = '毒' BEGIN SELECT RAISE(ABORT, 'no'); END"""
REFUSING_POSTGRESQL = """
    CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = 'check_violation'; END $$;
    CREATE TRIGGER poison AFTER INSERT ON customers
    FOR EACH ROW WHEN (NEW.name = '毒') EXECUTE FUNCTION poison()"""


@contextmanager
def poisoned(master: Master) -> Iterator[None]:
    """A database that refuses one name."""
    with master.committing() as connection:
        connection.execute(text(REFUSING_SQLITE if master.is_sqlite else REFUSING_POSTGRESQL))
    yield
    with master.committing() as connection:
        connection.execute(text("DROP TRIGGER poison" + ("" if master.is_sqlite else " ON customers")))
        if not master.is_sqlite:
            connection.execute(text("DROP FUNCTION poison"))


def test_a_row_that_the_database_refuses_leaves_the_others(hub: Importing) -> None:
    with poisoned(hub.master):
        result = hub.take("customers", "source_key,name\nK1,一\nK2,毒\nK3,三\nK4,四\n")
    assert counts(result) == {"read": 4, "added": 3, "refused": 1}
    assert hub.report() == [(3, "", "DATABASE")]
    assert hub.customer("K4", "name", "revision") == ("四", 1)


def test_a_dry_run_tells_everything_and_changes_nothing(hub: Importing) -> None:
    text = HEADER + "K1,张三,F,,B1,138\nK2,,,,,\nK1,张三,M,,B1,138\n"
    before = hub.state()
    result = hub.take("customers", text, dry_run=True)
    assert result.dry_run
    assert result.notices == ("The source CRM was not known: it was made, with trust 0.",)
    assert counts(result) == {"read": 3, "added": 1, "changed": 1, "refused": 1, "warnings": 2}
    told = hub.report_path.read_bytes()
    assert hub.state() == before
    assert counts(hub.take("customers", text)) == counts(result)
    assert hub.report_path.read_bytes() == told
    assert hub.report() == [(2, "mobile", "DOUBTFUL"), (3, "name", "REQUIRED"), (4, "mobile", "DOUBTFUL")]


class Killed(BaseException):
    """What a killed process leaves behind is what was committed."""


def killing_after(batches: int) -> Any:
    left = [batches]

    def progress(told: Progress) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise Killed

    return progress


def snapshot(hub: Importing) -> dict[str, list[Any]]:
    """Every customer with what is below it, and the run, without ids of runs."""
    customers, runs = table(CustomerRow), table(ImportRunRow)
    columns = [column for column in customers.c if column.name not in ("versioned_in", "revised_in")]
    run = select(runs.c.file_digest, runs.c.line, runs.c.counts, runs.c.finished_at).where(
        runs.c.kind == "customers"
    )
    return {"customers": hub.rows(select(*columns).order_by(customers.c.id)), "runs": hub.rows(run)}


@pytest.mark.parametrize("batches", [1, 2, 3])
def test_a_killed_import_goes_on_after_the_last_committed_batch(hub: Importing, batches: int) -> None:
    with pytest.raises(Killed):
        hub.take("customers", MANY, progress=killing_after(batches))
    assert hub.count(CustomerRow) == min(batches * 1_000, 2_500)
    result = hub.take("customers", MANY)
    assert result.resumed_after == min(batches * 1_000, 2_500) + 1
    assert counts(result) == {"read": 2_500, "added": 2_500}
    assert hub.customer("K2499", "number") == "C000002500"
    ((_, line, kept, finished),) = snapshot(hub)["runs"]
    assert (line, json.loads(kept)["added"], finished is None) == (2_501, 2_500, False)
    again = hub.take("customers", MANY)
    assert again.resumed_after == 0
    assert counts(again) == {"read": 2_500, "unchanged": 2_500}


def test_an_import_killed_inside_a_batch_ends_as_if_it_had_never_been(
    hub: Importing, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = HEADER + "B0,,,,,\n" + MANY.removeprefix(HEADER) + "B1,,,,,\n"
    calls = []

    def report_and_die(report: Report, findings: list[Finding]) -> None:
        calls.append(len(findings))
        report_all(report, findings)
        if len(calls) == 2:
            raise Killed

    report_all = Report.add
    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(Report, "add", report_and_die)
        hub.take("customers", text)
    assert hub.count(CustomerRow) == 999
    result = hub.take("customers", text)
    assert result.resumed_after == 1_001
    assert counts(result) == {"read": 2_502, "added": 2_500, "refused": 2}
    assert hub.report() == [(2, "name", "REQUIRED"), (2_503, "name", "REQUIRED")]
    assert hub.count(CustomerRow) == 2_500


def test_an_older_file_starts_again_when_another_came_between(hub: Importing) -> None:
    with pytest.raises(Killed):
        hub.take("customers", MANY, progress=killing_after(1))
    hub.take("customers", "source_key,name\nK0,新名字\n")
    result = hub.take("customers", MANY)
    assert result.resumed_after == 0
    assert counts(result) == {"read": 2_500, "added": 1_500, "changed": 1, "unchanged": 999}


def test_imports_are_audited_by_batch_and_run_without_values(hub: Importing) -> None:
    actor = Actor("console:zhao", "ADMIN")
    result = hub.take("customers", "source_key,name\nK1,张三\nK2,\n", actor=actor)
    entries = table(AuditEntryRow)
    wanted = select(entries.c.action, entries.c.entity, entries.c.actor, entries.c.details)
    found = hub.rows(wanted.where(entries.c.actor == actor.name).order_by(entries.c.id))
    assert [row[:3] for row in found] == [
        ("source.create", "source", "console:zhao"),
        ("import.batch", "import", "console:zhao"),
        ("import.run", "import", "console:zhao"),
    ]
    assert json.loads(found[1][3]) == {
        "kind": "customers",
        "digest": result.digest,
        "first_line": 2,
        "last_line": 3,
        "added": 1,
        "linked": 0,
        "review": 0,
        "changed": 0,
    }
    assert json.loads(found[2][3])["refused"] == 1
    assert "张三" not in str(found)


def test_progress_is_told_with_every_batch(hub: Importing) -> None:
    told: list[tuple[int, float]] = []
    hub.take("customers", MANY, progress=lambda progress: told.append((progress.lines, progress.share)))
    assert [lines for lines, _ in told] == [1_000, 2_000, 2_500]
    assert told[-1][1] == 1.0


def test_memory_does_not_grow_with_the_file(hub: Importing) -> None:
    path = hub.folder / "large.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("source_key,name\n")
        file.writelines(f",客户{n}\n" for n in range(60_000))
    tracemalloc.start()
    try:
        result = import_file(hub.master, "customers", Path(path), source="CRM")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert counts(result) == {"read": 60_000, "refused": 60_000}
    assert peak < 20_000_000
