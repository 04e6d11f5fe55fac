"""The check that runs by itself: when it is due, noted, and mended."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text

from indexing.checking import Checking
from indexing.engines.port import SearchEngine
from master import queue
from master.queue import Found
from master.session import Master
from tests.conftest import NOW, SetTime
from tests.indexing.following import drain, entries, make


class Killed(BaseException):
    """Nothing is tidied up behind it."""


def test_a_check_notes_what_it_found_and_has_it_mended(master: Master, engine: SearchEngine) -> None:
    make(master, "张三", "李四")
    with master.committing() as connection:
        connection.execute(text("DELETE FROM index_queue WHERE customer_id = 2"))
    drain(master, engine)
    checking = Checking(master, engine, timedelta(hours=24))
    asyncio.run(checking.check())
    drain(master, engine)
    assert [entry.name for entry in entries(engine)] == ["张三", "李四"]
    asyncio.run(checking.check())
    with master.reading() as connection:
        backlog = queue.backlog(connection)
    assert (backlog.found, backlog.checked_at) == (Found(compared=4, missing=1), NOW)


def test_a_check_is_due_at_first_and_then_after_its_hours(
    master: Master, engine: SearchEngine, time: SetTime
) -> None:
    checking = Checking(master, engine, timedelta(hours=24))
    assert checking._is_due()
    asyncio.run(checking.check())
    time.forward(hours=23)
    assert not checking._is_due()
    time.forward(hours=1)
    assert checking._is_due()


def test_a_check_killed_before_it_is_noted_has_mended_and_is_still_due(
    master: Master, engine: SearchEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*given: object) -> None:
        raise Killed

    make(master, "张三", "李四")
    with master.committing() as connection:
        connection.execute(text("DELETE FROM index_queue WHERE customer_id = 2"))
    drain(master, engine)
    checking = Checking(master, engine, timedelta(hours=24))
    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr("indexing.checking.noted", killed)
        asyncio.run(checking.check())
    drain(master, engine)
    assert [entry.name for entry in entries(engine)] == ["张三", "李四"]
    assert checking._is_due()
