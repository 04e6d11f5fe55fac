"""SQLite's short statements are run by the event loop, all others by a thread."""

import asyncio
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest

from master import in_loop
from master.answering import Answering
from master.in_loop import LOOK_STEPS, MOST_LOOKS, ONE_IN, REMEMBERED_SECONDS
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


@pytest.fixture
def asked(master: Master, monkeypatch: pytest.MonkeyPatch) -> Iterator[Asked]:
    answering = master.answering_beside(2)
    yield Asked(answering, monkeypatch)
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


def test_one_that_waits_for_its_disk_goes_on_in_a_thread_and_is_not_held_for_long(
    asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    some = LOOK_STEPS // 4  # long enough to be looked at, and no longer
    with monkeypatch.context() as patched:
        patched.setattr(in_loop, "SECONDS", -1.0)
        asked.counts(some, some, some)
    assert asked.by_thread == [some] * 3
    asked.counts(some)
    assert asked.by_thread == [some] * 3


def test_what_is_wrong_with_a_statement_is_told_by_a_thread(asked: Asked) -> None:
    with pytest.raises(sqlite3.OperationalError, match="no such column"):
        asyncio.run(asked.answering.told(Statement("SELECT ? + missing", (), ()), (1,)))
    assert asked.by_thread == [1]


def test_it_sees_what_has_been_committed_and_a_closed_one_opens_anew(asked: Asked, master: Master) -> None:
    found = Statement("SELECT count(*) FROM seen WHERE id > ?", (), ())

    def count() -> Any:
        return asyncio.run(asked.answering.told(found, (0,)))

    with master.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE seen (id INTEGER)")
    before = count()
    with master.engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO seen VALUES (1)")
    assert (before, count()) == (0, 1)
    own: Any = asked.answering._in_loop
    own.close()
    assert (count(), asked.by_thread) == (1, [])
