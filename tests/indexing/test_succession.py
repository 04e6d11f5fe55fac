"""One index after another: rebuilt, rolled back, killed at any step, asked and written to all the time."""

import asyncio
import os
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from indexing import filling
from indexing.drift import Drift, check
from indexing.engines.embedded import EmbeddedEngine
from indexing.engines.port import SearchEngine
from indexing.rebuild import NothingBefore, RebuildFailed, Succession
from indexing.search import SearchRequest, search_customers
from indexing.worker import Worker
from master.clock import Clock
from master.leases import Leased
from master.session import Master
from master.tables.install import install_triggers
from master.writes.derived import refresh
from tests.indexing.corpus import KEYS
from tests.indexing.following import drain, entries, make, rename

STEPS = ["made", "filled", "caught up", "compared"]


class Killed(BaseException):
    """Nothing is tidied up behind it."""


def names(engine: SearchEngine) -> list[str]:
    return [entry.name for entry in entries(engine)]


def generations(engine: SearchEngine) -> int:
    return len(asyncio.run(engine.generations()))


@pytest.mark.parametrize("step", STEPS)
def test_a_rebuild_that_fails_at_any_step_leaves_all_as_it_was(
    master: Master, engine: SearchEngine, step: str
) -> None:
    async def fails(at: str) -> None:
        if at == step:
            raise RuntimeError

    make(master, "张三")
    drain(master, engine)
    with pytest.raises(RuntimeError):
        asyncio.run(Succession(master, engine, reached=fails).rebuild())
    assert (names(engine), generations(engine)) == (["张三"], 1)


@pytest.mark.parametrize("step", [*STEPS, "served", "settled"])
def test_a_rebuild_killed_at_any_step_loses_nothing_and_leaves_nothing_for_ever(
    master: Master, index_path: Path, step: str
) -> None:
    async def killed(at: str) -> None:
        if at == step:
            raise Killed

    first = EmbeddedEngine(index_path, KEYS)
    kept, gone = make(master, "张三", "李四")
    drain(master, first)
    with pytest.raises(Killed):
        asyncio.run(Succession(master, first, reached=killed).rebuild())
    asyncio.run(first.close())
    engine = EmbeddedEngine(index_path, KEYS)
    end_leases(master)
    rename(master, kept, "王五")
    with master.committing() as connection:
        connection.execute(text("DELETE FROM customers WHERE id = :id"), {"id": gone})
    drain(master, engine)
    assert names(engine) == ["王五"]
    asyncio.run(Succession(master, engine).rebuild())
    was_served = step in ("served", "settled")
    assert (names(engine), generations(engine)) == (["王五"], 3 if was_served else 2)
    asyncio.run(engine.close())


@pytest.mark.parametrize("step", STEPS)
def test_what_changes_during_a_rebuild_is_in_the_new_index(
    master: Master, engine: SearchEngine, step: str
) -> None:
    changed, gone = make(master, "张三", "李四")
    drain(master, engine)

    async def change(at: str) -> None:
        if at == step:
            await asyncio.to_thread(rename, master, changed, "王五")
            await asyncio.to_thread(make, master, "赵六")
            with master.committing() as connection:
                connection.execute(text("DELETE FROM customers WHERE id = :id"), {"id": gone})
            await Worker(master, engine, refresh).drain()

    asyncio.run(Succession(master, engine, reached=change).rebuild())
    drain(master, engine)
    assert names(engine) == ["王五", "赵六"]
    assert asyncio.run(check(master, engine, every=1)) == Drift(compared=2, read=2)


def test_a_rollback_serves_the_index_before_with_all_that_changed_since(
    master: Master, engine: SearchEngine
) -> None:
    changed, gone = make(master, "张三", "李四")
    drain(master, engine)
    with pytest.raises(NothingBefore):
        asyncio.run(Succession(master, engine).rollback())
    (before,) = asyncio.run(engine.generations())
    rebuilt = asyncio.run(Succession(master, engine).rebuild())
    rename(master, changed, "王五")
    make(master, "赵六")
    with master.committing() as connection:
        connection.execute(text("DELETE FROM customers WHERE id = :id"), {"id": gone})
    drain(master, engine)
    back = asyncio.run(Succession(master, engine).rollback())
    assert asyncio.run(engine.generations()) == [before, rebuilt.generation]
    assert (back.generation, back.customers, names(engine)) == (before, 2, ["王五", "赵六"])
    drain(master, engine)
    assert asyncio.run(check(master, engine, every=1)) == Drift(compared=2, read=2)


@pytest.mark.parametrize("step", ["compared", "served", "settled"])
def test_a_rollback_killed_at_any_step_loses_nothing(master: Master, engine: SearchEngine, step: str) -> None:
    async def killed(at: str) -> None:
        if at == step:
            raise Killed

    (changed,) = make(master, "张三")
    drain(master, engine)
    asyncio.run(Succession(master, engine).rebuild())
    rename(master, changed, "王五")
    drain(master, engine)
    with pytest.raises(Killed):
        asyncio.run(Succession(master, engine, reached=killed).rollback())
    end_leases(master)
    rename(master, changed, "赵六")
    drain(master, engine)
    asyncio.run(engine.make_visible())
    assert (names(engine), generations(engine)) == (["赵六"], 2)
    assert asyncio.run(check(master, engine, every=1)) == Drift(compared=1, read=1)


def test_an_index_with_other_contents_is_found_by_reading_its_documents(
    master: Master, engine: SearchEngine
) -> None:
    (id,) = make(master, "张三")
    drain(master, engine)
    with master.committing() as connection:
        connection.execute(text("DROP TRIGGER kehu_2_revision_customers_update" + _of(master)))
        connection.execute(text("UPDATE customers SET name = '李四'"))
    try:
        assert asyncio.run(check(master, engine, every=1)).stale == {id: 1}
    finally:
        reinstall(master)


def _of(master: Master) -> str:
    return "" if master.is_sqlite else " ON customers"


def reinstall(master: Master) -> None:
    with master.committing() as connection:
        install_triggers(connection)


def test_searches_and_writes_go_on_through_rebuilds_and_a_rollback(
    master: Master, engine: SearchEngine
) -> None:
    """Searches and writes follow one another without a pause while the index is made anew twice."""
    make(master, *(f"司马{character}" for character in "天地玄黄宇宙洪荒"))
    asyncio.run(Succession(master, engine).rebuild())  # or the worker would begin by doing that
    searches, writes, is_over = 0, 0, asyncio.Event()

    async def search() -> None:
        nonlocal searches
        while not is_over.is_set():
            answer = await search_customers(engine, SearchRequest("simahuang", wants_total=True))
            assert (len(answer.hits), answer.total) == (2, 2)
            searches += 1

    async def write() -> None:
        nonlocal writes
        while not is_over.is_set():
            await asyncio.to_thread(rename, master, 1 + writes % 3, f"欧阳{chr(0x4E00 + writes)}")
            await asyncio.to_thread(make, master, f"诸葛{writes}")
            writes += 1

    async def throughout() -> None:
        work = asyncio.create_task(Worker(master, engine, refresh).run())
        tasks = [asyncio.create_task(search()), asyncio.create_task(write())]
        for act in ("rebuild", "rebuild", "rollback"):
            await asyncio.sleep(0.2)
            await getattr(Succession(master, engine), act)()
        is_over.set()
        await asyncio.gather(*tasks)
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)

    asyncio.run(throughout())
    drain(master, engine)
    drift = asyncio.run(check(master, engine, every=1))
    assert (drift, searches > 0) == (Drift(compared=8 + writes, read=8 + writes), True)


def test_two_rebuilds_at_once_are_refused(master: Master, engine: SearchEngine) -> None:
    make(master, "张三")
    drain(master, engine)

    async def again(at: str) -> None:
        if at == "filled":
            with pytest.raises(Leased, match="another process is at it"):
                await Succession(master, engine).rebuild()

    asyncio.run(Succession(master, engine, reached=again).rebuild())
    assert (names(engine), generations(engine)) == (["张三"], 2)


def end_leases(master: Master) -> None:
    with master.committing() as connection:
        connection.execute(text("UPDATE leases SET until = '2000-01-01T00:00:00.000Z'"))


def open_there(url: str, path: Path) -> tuple[Master, EmbeddedEngine]:
    return Master.open(url, KEYS, Clock(ZoneInfo("Asia/Shanghai"))), EmbeddedEngine(path, KEYS)


def die_there() -> tuple[Master, EmbeddedEngine]:
    os._exit(137)


def test_several_processes_fill_one_index(
    master: Master, own_engine: EmbeddedEngine, index_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filling, "WORTH_PROCESSES", 0)
    monkeypatch.setattr(filling, "PAGE", 2)
    make(master, *"甲乙丙丁戊己庚辛")
    url = master.engine.url.render_as_string(hide_password=False)
    opener = partial(open_there, url, index_path)
    rebuilt = asyncio.run(Succession(master, own_engine, opener).rebuild())
    assert (rebuilt.customers, names(own_engine)) == (8, list("甲乙丙丁戊己庚辛"))
    rename(master, 1, "子")
    drain(master, own_engine)
    assert asyncio.run(check(master, own_engine, every=1)) == Drift(compared=8, read=8)


def test_a_killed_process_of_them_ends_the_rebuild(
    master: Master, own_engine: EmbeddedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filling, "WORTH_PROCESSES", 0)
    make(master, "张三")
    drain(master, own_engine)
    with pytest.raises(RebuildFailed, match="was killed"):
        asyncio.run(Succession(master, own_engine, die_there).rebuild())
    assert (names(own_engine), generations(own_engine)) == (["张三"], 1)
