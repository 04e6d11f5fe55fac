"""The embedded engine: writes, processes, generations and damage."""

import asyncio
import multiprocessing
import os
import shutil
import sys
from pathlib import Path
from typing import IO

import pytest

from indexing.documents import customers
from indexing.engines import folders
from indexing.engines.embedded import EmbeddedEngine
from indexing.engines.port import IndexEntry
from indexing.errors import SearchUnavailable
from indexing.search import SearchRequest, search_customers
from tests.indexing.corpus import KEYS, SHAN, ZENG, ZHANG_SAN


def ids(engine: EmbeddedEngine, words: str) -> list[int]:
    answer = asyncio.run(search_customers(engine, SearchRequest(words=words, first=1000)))
    return [hit.customer_id for hit in answer.hits]


async def entries(engine: EmbeddedEngine, generation: str | None = None) -> list[IndexEntry]:
    return [entry async for entry in engine.entries(generation=generation)]


def _write(path: Path, answers: "multiprocessing.Queue[object]") -> None:
    async def write() -> None:
        engine = EmbeddedEngine(path, KEYS)
        answers.put(await engine.claim_writing())
        try:
            await engine.apply([SHAN], {})
        except SearchUnavailable as error:
            answers.put(str(error))
        else:
            answers.put("written")
        await engine.close()

    asyncio.run(write())


def in_another_process(path: Path) -> tuple[object, object]:
    context = multiprocessing.get_context("spawn")
    answers: multiprocessing.Queue[object] = context.Queue()
    process = context.Process(target=_write, args=(path, answers))
    process.start()
    process.join(60)
    return answers.get(timeout=10), answers.get(timeout=10)


def test_only_one_process_writes_and_the_others_see_it(own_engine: EmbeddedEngine, index_path: Path) -> None:
    asyncio.run(own_engine.apply([ZHANG_SAN], {}))
    assert in_another_process(index_path) == (False, "Another process is writing the search index.")
    reader = EmbeddedEngine(index_path, KEYS)
    assert ids(reader, "") == [ZHANG_SAN.id]
    asyncio.run(own_engine.close())
    assert in_another_process(index_path) == (True, "written")
    assert set(ids(reader, "")) == {ZHANG_SAN.id, SHAN.id}
    asyncio.run(reader.close())


def test_only_one_thread_at_a_time_takes_the_lock_file(
    own_engine: EmbeddedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone: list[bool] = []
    really = folders._locked

    def noted(path: Path) -> IO[bytes] | None:
        alone.append(own_engine._opening.locked())
        return really(path)

    monkeypatch.setattr(folders, "_locked", noted)
    asyncio.run(own_engine.apply([ZHANG_SAN], {}))
    # The lock file while the index is made, what is being filled, and the lock file for the writes.
    assert alone == [True, True, True]


def test_a_new_generation_serves_when_it_is_full(own_engine: EmbeddedEngine, index_path: Path) -> None:
    asyncio.run(own_engine.apply([ZHANG_SAN], {}))
    reader = EmbeddedEngine(index_path, KEYS)
    assert ids(reader, "") == [ZHANG_SAN.id]
    assert asyncio.run(own_engine.health()).needs_rebuild
    first = [folder.name for folder in index_path.glob("generation-*")]
    generation = asyncio.run(own_engine.new_generation())
    asyncio.run(own_engine.apply([SHAN, ZENG], {}, generation=generation))
    assert asyncio.run(own_engine.count(generation=generation)) == 2
    assert [one.id for one in asyncio.run(entries(own_engine, generation))] == [SHAN.id, ZENG.id]
    assert ids(reader, "") == ids(own_engine, "") == [ZHANG_SAN.id]
    asyncio.run(own_engine.serve_generation(generation))
    assert ids(reader, "") == ids(own_engine, "") == [SHAN.id, ZENG.id]
    asyncio.run(own_engine.apply([ZHANG_SAN], {}))
    assert ids(reader, "张三") == [ZHANG_SAN.id]
    assert asyncio.run(own_engine.drop_old_generations()) == first
    assert ids(reader, "张三") == [ZHANG_SAN.id]
    health = asyncio.run(own_engine.health())
    assert (health.is_ready, health.needs_rebuild, health.customers) == (True, False, 3)
    asyncio.run(reader.close())


def test_an_index_of_another_version_is_made_anew(
    own_engine: EmbeddedEngine, index_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asyncio.run(own_engine.apply([ZHANG_SAN], {}))
    asyncio.run(own_engine.close())
    monkeypatch.setattr("indexing.engines.folders.SCHEMA_VERSION", customers.SCHEMA_VERSION + 1)
    newer = EmbeddedEngine(index_path, KEYS)
    assert ids(newer, "") == []
    assert asyncio.run(newer.health()).needs_rebuild
    asyncio.run(newer.close())


def test_a_deleted_index_is_made_anew_while_it_runs(own_engine: EmbeddedEngine, index_path: Path) -> None:
    asyncio.run(own_engine.apply([ZHANG_SAN], {}))
    shutil.rmtree(index_path)
    assert ids(own_engine, "") == []
    assert asyncio.run(own_engine.health()).needs_rebuild
    asyncio.run(own_engine.apply([SHAN], {}))
    assert ids(own_engine, "") == [SHAN.id]


@pytest.mark.parametrize("damage", ["meta.json", "segments", "folder"])
def test_a_damaged_index_is_unavailable_and_can_be_made_anew(
    own_engine: EmbeddedEngine, index_path: Path, damage: str
) -> None:
    asyncio.run(own_engine.apply([ZHANG_SAN], {}))
    asyncio.run(own_engine.close())
    (folder,) = index_path.glob("generation-*")
    if damage == "meta.json":
        (folder / "meta.json").write_text("{")
    elif damage == "segments":
        for file in folder.glob("*.idx"):
            file.write_bytes(b"nothing of use")
    else:
        shutil.rmtree(folder)
        folder.write_text("a file")
    engine = EmbeddedEngine(index_path, KEYS)
    if damage == "folder":
        assert ids(engine, "") == []
    else:
        with pytest.raises(SearchUnavailable):
            ids(engine, "张三")
        assert not asyncio.run(engine.health()).is_ready
    generation = asyncio.run(engine.new_generation())
    asyncio.run(engine.apply([SHAN], {}, generation=generation))
    asyncio.run(engine.serve_generation(generation))
    assert ids(engine, "") == [SHAN.id]
    asyncio.run(engine.close())


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has a niceness for each thread")
def test_merging_goes_behind_everything_else(own_engine: EmbeddedEngine) -> None:
    asyncio.run(own_engine.apply([ZHANG_SAN], {}))
    niceness: dict[str, set[int]] = {}
    for thread in Path("/proc/self/task").iterdir():
        name = (thread / "comm").read_text().rstrip("0123456789\n")
        niceness.setdefault(name, set()).add(os.getpriority(os.PRIO_PROCESS, int(thread.name)))
    ours = os.getpriority(os.PRIO_PROCESS, 0)
    assert niceness["merge_thread_"] == {19}
    assert niceness["segment_updater"] == niceness["thread-tantivy-"] == {ours}
