"""Several workers at one queue, paused, killed and overtaken at every step: nothing is lost, nobody waits."""

import asyncio
import threading

import pytest
from sqlalchemy import text

from indexing import batches
from indexing.batches import Batches
from indexing.drift import Drift, check
from indexing.engines.embedded import EmbeddedEngine
from indexing.worker import Worker
from master import queue
from master.session import Master
from master.writes.derived import refresh
from tests.conftest import TESTER
from tests.indexing.following import drain, end_claims, entries, make, rename, waiting

STEPS = ["claimed", "read", "applied", "finished"]


class Killed(BaseException):
    """Nothing is tidied up behind it."""


class PausedAt:
    """Stops a worker at a step until it may go on."""

    def __init__(self, step: str) -> None:
        self.step, self.is_there, self.may_go_on = step, asyncio.Event(), asyncio.Event()

    async def __call__(self, step: str) -> None:
        if step == self.step:
            self.is_there.set()
            await self.may_go_on.wait()


def names(engine: EmbeddedEngine) -> list[str]:
    return [entry.name for entry in entries(engine)]


@pytest.mark.parametrize("step", STEPS)
def test_a_worker_killed_at_any_step_loses_nothing(master: Master, engine: EmbeddedEngine, step: str) -> None:
    async def killed(at: str) -> None:
        if at == step:
            raise Killed

    kept, gone = make(master, "张三", "李四")
    drain(master, engine)
    rename(master, kept, "王五")
    with master.committing() as connection:
        connection.execute(text("DELETE FROM customers WHERE id = :id"), {"id": gone})
    with pytest.raises(Killed):
        asyncio.run(Batches(master, engine, refresh, reached=killed).work())
    end_claims(master)
    drain(master, engine)
    assert (names(engine), waiting(master)) == (["王五"], 0)
    assert asyncio.run(check(master, engine)) == Drift(compared=1)


def test_a_worker_killed_between_mending_and_reading_loses_nothing(
    master: Master, engine: EmbeddedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is derived is committed by itself, before the documents are made."""

    def killed(*given: object) -> None:
        raise Killed

    (id,) = make(master, "张三")
    drain(master, engine)
    rename(master, id, "王五")
    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(batches, "read_what_can", killed)
        asyncio.run(Batches(master, engine, refresh).work())
    with master.reading() as connection:
        assert connection.scalar(text("SELECT name_key FROM customers")) == "wang wu"
    end_claims(master)
    drain(master, engine)
    assert (names(engine), waiting(master)) == (["王五"], 0)
    assert asyncio.run(check(master, engine)) == Drift(compared=1)


def claimed(master: Master) -> list[int]:
    with master.reading() as connection:
        wanted = "SELECT customer_id FROM index_queue WHERE claimed_by IS NOT NULL ORDER BY customer_id"
        return list(connection.scalars(text(wanted)))


def test_who_works_on_claims_the_next_batch_by_the_commit_that_ends_one(
    master: Master, engine: EmbeddedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "BATCH", 2)
    make(master, *"甲乙丙")
    ahead = Batches(master, engine, refresh, claims_ahead=True)
    asyncio.run(ahead.work())
    assert (names(engine), claimed(master), waiting(master)) == (["甲", "乙"], [3], 1)
    asyncio.run(ahead.give_back())
    assert claimed(master) == []
    assert drain(master, engine) == 1
    assert (names(engine), claimed(master), waiting(master)) == (["甲", "乙", "丙"], [], 0)


@pytest.mark.parametrize("step", STEPS)
def test_a_worker_killed_in_a_batch_that_it_had_claimed_ahead_loses_nothing(
    master: Master, engine: EmbeddedEngine, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    told: list[str] = []

    async def killed_in_the_second(at: str) -> None:
        told.append(at)
        if told.count(step) == 2:
            raise Killed

    async def both() -> None:
        ahead = Batches(master, engine, refresh, reached=killed_in_the_second, claims_ahead=True)
        await ahead.work()
        assert claimed(master) == [2]
        await ahead.work()

    monkeypatch.setattr(batches, "BATCH", 1)
    make(master, *"甲乙丙")
    with pytest.raises(Killed):
        asyncio.run(both())
    end_claims(master)
    drain(master, engine)
    assert (names(engine), waiting(master)) == (["甲", "乙", "丙"], 0)


def test_a_worker_that_is_stopped_gives_back_what_it_had_claimed_ahead(
    master: Master, engine: EmbeddedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "BATCH", 1)
    monkeypatch.setattr(engine, "gather_seconds", 0.0)

    async def stopped() -> list[int]:
        pause = PausedAt("finished")
        work = asyncio.create_task(Worker(master, engine, refresh, reached=pause).run())
        async with asyncio.timeout(20):
            await pause.is_there.wait()
        before = claimed(master)
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
        return before

    asyncio.run(Worker(master, engine, refresh)._make_index_whole())
    make(master, *"甲乙丙")
    assert (asyncio.run(stopped()), claimed(master), waiting(master)) == ([2], [], 2)


def test_the_claims_of_a_killed_worker_end_by_themselves_and_at_once_where_one_process_writes(
    master: Master, engine: EmbeddedEngine
) -> None:
    make(master, "张三")
    with master.transaction(TESTER) as tx:
        assert list(queue.claim(tx, 10).revisions) == [1]
    assert drain(master, engine) == 0

    async def begun() -> None:
        work = asyncio.create_task(Worker(master, engine, refresh).run())
        async with asyncio.timeout(10):
            while await asyncio.to_thread(waiting, master):
                await asyncio.sleep(0.01)
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)

    asyncio.run(begun())
    assert names(engine) == ["张三"]


def test_two_workers_share_the_queue_and_neither_waits_for_the_other(
    master: Master, engine: EmbeddedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "BATCH", 2)
    make(master, *"甲乙丙丁戊")

    async def side_by_side() -> tuple[int, int]:
        pause = PausedAt("claimed")
        first = Batches(master, engine, refresh, reached=pause)
        second = Batches(master, engine, refresh)
        work = asyncio.create_task(first.work())
        await pause.is_there.wait()
        while await second.work():
            pass
        assert [entry.name async for entry in engine.entries()] == ["丙", "丁", "戊"]
        pause.may_go_on.set()
        await work
        return first.progress.indexed, second.progress.indexed

    assert asyncio.run(side_by_side()) == (2, 3)
    assert (names(engine), waiting(master)) == (list("甲乙丙丁戊"), 0)


@pytest.mark.parametrize("step", ["claimed", "read", "applied"])
def test_a_customer_changed_while_claimed_is_indexed_again(
    master: Master, engine: EmbeddedEngine, step: str
) -> None:
    (id,) = make(master, "张三")

    async def changed_meanwhile() -> None:
        pause = PausedAt(step)
        work = asyncio.create_task(Batches(master, engine, refresh, reached=pause).work())
        await pause.is_there.wait()
        await asyncio.to_thread(rename, master, id, "李四")
        pause.may_go_on.set()
        await work

    asyncio.run(changed_meanwhile())
    drain(master, engine)
    assert (names(engine), waiting(master)) == (["李四"], 0)


@pytest.mark.parametrize("change", ["UPDATE customers SET name = '李四'", "DELETE FROM customers"])
def test_a_worker_paused_for_longer_than_its_claim_brings_no_old_state_back(
    master: Master, engine: EmbeddedEngine, change: str
) -> None:
    make(master, "张三")

    async def overtaken() -> None:
        pause = PausedAt("read")
        work = asyncio.create_task(Batches(master, engine, refresh, reached=pause).work())
        await pause.is_there.wait()
        with master.committing() as connection:
            connection.execute(text(change))
        assert await Worker(master, engine, refresh).drain() == 1
        pause.may_go_on.set()
        await work

    asyncio.run(overtaken())
    drain(master, engine)
    assert names(engine) == (["李四"] if "UPDATE" in change else [])
    assert waiting(master) == 0


def test_two_workers_that_did_the_same_customer_leave_its_instants_as_the_later_state_has_them(
    master: Master, engine: EmbeddedEngine
) -> None:
    """The one overtaken read the older state, and must not write what falls due by it."""
    (id,) = make(master, "张三")

    async def overtaken() -> set[int]:
        pause = PausedAt("applied")
        first = Batches(master, engine, refresh, reached=pause)
        work = asyncio.create_task(first.work())
        await pause.is_there.wait()
        end_claims(master)
        with master.transaction(TESTER) as tx:
            later = queue.claim(tx, 10)
        pause.may_go_on.set()
        await work
        with master.transaction(TESTER) as tx:
            return queue.finish(tx, later, later.revisions, {})

    assert asyncio.run(overtaken()) == {id}
    assert waiting(master) == 0


@pytest.mark.only_on("postgresql")  # SQLite has one writer
def test_an_open_transaction_holds_up_the_worker_for_nobody_else(
    master: Master, engine: EmbeddedEngine
) -> None:
    make(master, "张三", "李四")
    may_commit, has_written = threading.Event(), threading.Event()

    def slow_change() -> None:
        with master.committing() as connection:
            connection.execute(text("UPDATE customers SET name = '张三丰' WHERE id = 1"))
            has_written.set()
            assert may_commit.wait(20)

    slow = threading.Thread(target=slow_change)
    slow.start()
    assert has_written.wait(20)
    try:
        assert drain(master, engine) == 1
        assert names(engine) == ["李四"]
    finally:
        may_commit.set()
        slow.join()
    drain(master, engine)
    assert (names(engine), waiting(master)) == (["张三丰", "李四"], 0)
