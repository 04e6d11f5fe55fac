"""SQLite's short statements are run by the event loop, all others by a thread."""

import asyncio
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

from master import in_loop
from master.answering import Answering
from master.in_loop import LOOK_STEPS, MOST_LOOKS, MOST_TEXT, ONE_IN, ONE_LATE_IN, REMEMBERED_SECONDS
from master.session import Master
from master.statements import Statement

pytestmark = pytest.mark.parametrize("master", ["sqlite"], indirect=True)

# As many of SQLite's steps as there are numbers, times 8 or so.
COUNT = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < ?) SELECT max(x) FROM n"
COUNTED = Statement(COUNT, (), ())
SHORT, LONG = 10, LOOK_STEPS * MOST_LOOKS


class Asked:
    """Statements asked one after the other, and which of them a thread ran; answering: where."""

    def __init__(self, answering: Answering, monkeypatch: pytest.MonkeyPatch) -> None:
        self.answering = answering
        self.by_thread: list[Any] = []
        in_thread = Answering._told_in_thread

        async def told_in_thread(own: Answering, statement: Statement, values: Sequence[Any]) -> Any:
            self.by_thread.append(*values)
            return await in_thread(own, statement, values)

        monkeypatch.setattr(Answering, "_told_in_thread", told_in_thread)

    def counts(self, *numbers: int) -> None:
        async def one_after_another() -> None:
            for number in numbers:
                assert await self.answering.told(COUNTED, (number,)) == number

        asyncio.run(one_after_another())

    def is_open(self) -> bool:
        """Whether the loop answers by now."""
        self.by_thread.clear()
        self.counts(SHORT)
        return not self.by_thread


@pytest.fixture
def asked(master: Master, monkeypatch: pytest.MonkeyPatch) -> Iterator[Asked]:
    """Where the loop has its connection, and no time is too long."""
    monkeypatch.setattr(in_loop, "SECONDS", 60.0)
    answering = master.answering_beside(2)
    asked = Asked(answering, monkeypatch)
    while not asked.is_open():
        pass
    yield asked
    answering.close()


@contextmanager
def later(monkeypatch: pytest.MonkeyPatch, seconds: float) -> Iterator[None]:
    """Inside, so much time has gone by."""
    monotonic = in_loop.monotonic
    with monkeypatch.context() as patched:
        patched.setattr(in_loop, "monotonic", lambda: monotonic() + seconds)
        yield


def test_a_short_statement_needs_no_thread(asked: Asked) -> None:
    asked.counts(SHORT, SHORT)
    assert asked.by_thread == []


def test_a_long_one_is_run_anew_by_a_thread_and_soon_by_that_alone(
    asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[str] = []
    told = in_loop.InLoop._driver

    def driver(own: in_loop.InLoop) -> Any:
        begun.append("here")
        return told(own)

    monkeypatch.setattr(in_loop.InLoop, "_driver", driver)
    asked.counts(LONG, LONG, LONG, LONG)
    assert (asked.by_thread, begun) == ([LONG] * 4, ["here"] * 2)


def test_what_was_long_is_tried_again_after_a_while(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    asked.counts(LONG, LONG, SHORT)
    assert asked.by_thread == [LONG, LONG, SHORT]
    with later(monkeypatch, REMEMBERED_SECONDS + 1):
        asked.counts(SHORT)
    assert asked.by_thread == [LONG, LONG, SHORT]


def test_a_statement_that_is_seldom_long_stays(asked: Asked) -> None:
    asked.counts(*[LONG, *[SHORT] * ONE_IN] * 3)
    assert asked.by_thread == [LONG] * 3


def test_one_that_keeps_the_loop_too_long_is_cut_off_and_goes_to_threads_too(
    asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    some = LOOK_STEPS // 4  # long enough to be looked at
    monkeypatch.setattr(in_loop, "SECONDS", -1.0)
    asked.counts(some, some, some)
    assert asked.by_thread == [some] * 3  # all of them late
    monkeypatch.setattr(in_loop, "SECONDS", 60.0)
    asked.counts(some)
    assert asked.by_thread == [some] * 4


def test_what_took_too_long_between_two_looks_goes_to_threads_the_next_time(
    asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a count of a whole table, which is one step."""
    monkeypatch.setattr(in_loop, "SECONDS", -1.0)
    asked.counts(*[SHORT] * ONE_LATE_IN)
    assert asked.by_thread == []
    asked.counts(SHORT)
    assert asked.by_thread == [SHORT]


def test_what_takes_long_to_prepare_goes_to_a_thread(asked: Asked) -> None:
    wide = Statement(COUNT + " --" + " " * MOST_TEXT, (), ())
    assert asyncio.run(asked.answering.told(wide, (SHORT,))) == SHORT
    assert asked.by_thread == [SHORT]


def test_the_loop_does_not_wait_for_its_connection(asked: Asked, master: Master) -> None:
    let_go = threading.Event()

    def opening() -> Any:
        let_go.wait()
        return master.engine.raw_connection()

    with ThreadPoolExecutor(1) as threads:
        own = in_loop.InLoop(opening, threads)
        for _ in range(3):
            with pytest.raises(in_loop.TooLong):
                own.told("SELECT 1", ())
        let_go.set()
    assert own.told("SELECT 1", ()) == 1
    own.close()


def test_a_connection_that_could_not_be_opened_is_opened_later(asked: Asked, master: Master) -> None:
    failures = iter([sqlite3.OperationalError("database is locked")])

    def opening() -> Any:
        for failure in failures:
            raise failure
        return master.engine.raw_connection()

    with ThreadPoolExecutor(1) as threads:
        own = in_loop.InLoop(opening, threads)
        told, causes = None, []
        while told is None:
            threads.submit(int).result()  # behind what is being opened
            try:
                told = own.told("SELECT 1", ())
            except in_loop.TooLong as too_long:
                causes.append(str(too_long.__cause__ or ""))
    assert [each for each in causes if each] == ["database is locked"]
    own.close()


def test_what_is_wrong_with_a_statement_is_told_by_a_thread(asked: Asked) -> None:
    with pytest.raises(sqlite3.OperationalError, match="no such column"):
        asyncio.run(asked.answering.told(Statement("SELECT ? + missing", (), ()), (1,)))
    assert asked.by_thread == [1]


def test_it_sees_what_has_been_committed(asked: Asked, master: Master) -> None:
    found = Statement("SELECT count(*) FROM seen WHERE id > ?", (), ())

    def count() -> Any:
        return asyncio.run(asked.answering.told(found, (0,)))

    with master.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE seen (id INTEGER)")
    before = count()
    with master.engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO seen VALUES (1)")
    assert (before, count(), asked.by_thread) == (0, 1, [])


def test_a_closed_one_answers_no_more(asked: Asked) -> None:
    asked.answering.close()
    with pytest.raises(RuntimeError):
        asked.counts(SHORT)
