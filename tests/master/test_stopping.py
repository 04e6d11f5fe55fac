"""Work on the master ends in time: statements, waiting for others, and reads that nobody waits for."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select

from master.clock import Clock
from master.errors import TimedOut
from master.keys import Keys
from master.session import Master
from master.stopping import Deadlines, NobodyWaits, Stop
from master.tables.base import table
from master.tables.branches import BranchRow
from tests.conftest import TESTER

branches = table(BranchRow)

# Longer than any test may run: only a stop ends it.
ENDLESS = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"
SHORT = Deadlines(statement=0.4, lock=0.2, idle=60)
LOCKED = "Others are changing what this needs: nothing was changed, try again."


@pytest.fixture
def hurried(master: Master) -> Iterator[Master]:
    """The same database with short deadlines."""
    url = master.engine.url.render_as_string(hide_password=False)
    opened = Master.open(url, master.keys, master.clock, SHORT)
    yield opened
    opened.close()


def code_of(master: Master, id: int) -> str | None:
    with master.reading() as connection:
        return connection.scalar(select(branches.c.code).where(branches.c.id == id))


def checked_out(master: Master) -> Any:
    return master.engine.pool.checkedout()  # type: ignore[attr-defined]


def test_a_statement_over_its_time_is_stopped_and_the_connection_still_serves(hurried: Master) -> None:
    for _ in range(2):
        with pytest.raises(TimedOut) as refused, hurried.reading() as connection:
            connection.exec_driver_sql(ENDLESS).all()
        assert (refused.value.code, refused.value.message) == (
            "TIMEOUT",
            "A statement took longer than 0.4 seconds: ask for less at once.",
        )
    assert code_of(hurried, 1) is None
    assert checked_out(hurried) == 0


def test_after_a_stopped_statement_the_same_read_is_told_so_or_goes_on(hurried: Master) -> None:
    with hurried.reading() as connection:
        with pytest.raises(TimedOut):
            connection.exec_driver_sql(ENDLESS).all()
        if hurried.is_sqlite:
            assert connection.exec_driver_sql("SELECT 1").scalar() == 1
        else:
            with pytest.raises(TimedOut):
                connection.exec_driver_sql("SELECT 1")


def test_a_change_with_a_stopped_statement_changes_nothing(hurried: Master) -> None:
    with pytest.raises(TimedOut), hurried.transaction(TESTER) as tx:
        tx.execute(insert(branches), [{"code": "HQ", "name": "Head", "path": "HQ"}])
        tx.connection.exec_driver_sql(f"CREATE TABLE endless AS {ENDLESS}")
    assert code_of(hurried, 1) is None
    with hurried.transaction(TESTER) as tx:
        tx.execute(insert(branches), [{"code": "GD", "name": "South", "path": "GD"}])
    assert checked_out(hurried) == 0


def test_commands_have_no_deadline(hurried: Master) -> None:
    unhurried = hurried.unhurried()
    counted = ENDLESS.replace("FROM n)", "FROM n WHERE x < 3000000)")
    with unhurried.reading() as connection:
        assert connection.exec_driver_sql(counted).scalar() == 3_000_000
    assert (unhurried.deadlines, hurried.deadlines) == (None, SHORT)
    unhurried.close()


def test_who_waits_too_long_for_another_writer_is_told_to_try_again(hurried: Master) -> None:
    with hurried.transaction(TESTER) as tx:
        tx.execute(insert(branches), [{"code": "HQ", "name": "Head", "path": "HQ"}])
    with another_writer(hurried):
        with pytest.raises(TimedOut) as refused, hurried.transaction(TESTER) as tx:
            tx.connection.exec_driver_sql("UPDATE branches SET name = 'mine' WHERE code = 'HQ'")
        assert (refused.value.code, refused.value.message) == ("TIMEOUT", LOCKED)
    with hurried.transaction(TESTER) as tx:
        assert tx.connection.scalar(select(branches.c.name)) == "theirs"
    assert checked_out(hurried) == 0


@contextmanager
def another_writer(master: Master) -> Iterator[None]:
    """Another process, as the database sees it, that has changed the branch and not committed yet."""
    other = master.unhurried()
    own = replace(other, _writing=threading.Lock())
    with own.transaction(TESTER) as tx:
        tx.connection.exec_driver_sql("UPDATE branches SET name = 'theirs' WHERE code = 'HQ'")
        yield
    other.close()


@pytest.mark.only_on("sqlite")  # it has one writer
def test_threads_of_one_process_do_not_wait_longer_for_each_other(hurried: Master) -> None:
    with (
        hurried.unhurried().transaction(TESTER),
        pytest.raises(TimedOut, match="try again"),
        hurried.transaction(TESTER),
    ):
        pass


def test_a_read_that_nobody_waits_for_is_stopped(master: Master) -> None:
    stop = Stop()
    ended = in_thread(lambda: read_without_end(master, stop))
    wait_until_it_reads(master)
    stop.say()
    assert ended() is NobodyWaits
    assert checked_out(master) == 0
    assert code_of(master, 1) is None


def read_without_end(master: Master, stop: Stop) -> None:
    with master.reading(stop) as connection:
        connection.exec_driver_sql(ENDLESS).all()


def wait_until_it_reads(master: Master) -> None:
    while checked_out(master) == 0:
        threading.Event().wait(0.005)
    threading.Event().wait(0.05)


def in_thread(work: Callable[[], None]) -> Callable[[], type[BaseException] | None]:
    """Runs it; the result waits for its end and says what it raised."""
    raised: list[type[BaseException]] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:
            raised.append(type(error))

    thread = threading.Thread(target=run)
    thread.start()

    def ended() -> type[BaseException] | None:
        thread.join(30)
        assert not thread.is_alive()
        return raised[0] if raised else None

    return ended


def test_after_the_stop_no_read_begins(master: Master) -> None:
    stop = Stop()
    with pytest.raises(NobodyWaits), master.reading(stop) as connection:
        connection.exec_driver_sql("SELECT 1")
        stop.say()
        connection.exec_driver_sql("SELECT 1")
    with pytest.raises(NobodyWaits), master.reading(stop):
        pass
    assert checked_out(master) == 0


def test_a_stop_ends_only_what_it_was_given_to(master: Master) -> None:
    stop = Stop()
    with master.reading(stop):
        pass
    stop.say()
    with master.reading() as connection:
        assert connection.exec_driver_sql("SELECT 1").scalar() == 1


def test_a_change_that_has_not_begun_is_not_begun_after_the_stop(master: Master) -> None:
    stop = Stop()
    stop.say()
    with pytest.raises(NobodyWaits), master.transaction(TESTER, stop=stop):
        raise AssertionError("begun")
    assert checked_out(master) == 0


def test_a_change_that_waits_for_another_process_is_called_off(
    tmp_path: Path, empty_sqlite: Path, clock: Clock, keys: Keys
) -> None:
    path = tmp_path / "kehu.db"
    path.write_bytes(empty_sqlite.read_bytes())
    master, stop = Master.open(f"sqlite:///{path}", keys, clock), Stop()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        ended = in_thread(lambda: change(master, stop))
        wait_until_it_reads(master)
        stop.say()
        assert ended() is NobodyWaits
    assert code_of(master, 1) is None
    master.close()


def change(master: Master, stop: Stop) -> None:
    with master.transaction(TESTER, stop=stop) as tx:
        tx.execute(insert(branches), [{"code": "HQ", "name": "Head", "path": "HQ"}])


def test_a_change_that_has_begun_is_finished_after_the_stop(master: Master) -> None:
    stop = Stop()
    with master.transaction(TESTER, stop=stop) as tx:
        stop.say()
        tx.execute(insert(branches), [{"code": "HQ", "name": "Head", "path": "HQ"}])
    assert code_of(master, 1) == "HQ"
