"""An engine that is away: writes go on, the worker waits longer and longer, and then everything drains."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from indexing import batches, worker
from indexing.documents.customers import CustomerDocument
from indexing.drift import Drift, check
from indexing.engines.embedded import EmbeddedEngine
from indexing.engines.port import Health
from indexing.errors import SearchUnavailable
from indexing.worker import Worker
from master import queue
from master.session import Master
from master.writes.derived import refresh
from tests.indexing.corpus import KEYS
from tests.indexing.following import make, waiting


class Flaky(EmbeddedEngine):
    """Away while it is told to be; keeps the sizes of all batches that it was asked to take."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, KEYS)
        self.is_away = False
        self.asked: list[int] = []

    async def apply(
        self,
        documents: Sequence[CustomerDocument],
        gone: Mapping[int, int],
        *,
        generation: str | None = None,
        visible: bool = True,
    ) -> None:
        self.asked.append(len(documents))
        if self.is_away:
            raise SearchUnavailable
        await super().apply(documents, gone, generation=generation, visible=visible)


def test_changes_made_while_the_engine_is_away_are_indexed_when_it_is_back(
    master: Master, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "BATCH", 10)
    pauses: list[float] = []
    engine = Flaky(tmp_path / "index")

    async def through_the_outage() -> None:
        async def paused(seconds: float) -> None:
            pauses.append(seconds)
            engine.is_away = len(pauses) < 9
            await asyncio.to_thread(make, master, *(f"赵{len(pauses)}{n}" for n in range(10)))

        working = Worker(master, engine, refresh)
        await working._make_index_whole()
        engine.is_away = True
        monkeypatch.setattr(worker.asyncio, "sleep", paused)
        make(master, "张三")
        while waiting(master):
            await working._rest(await working._carefully(working.round))

    asyncio.run(through_the_outage())
    assert pauses == [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10.0, 10.0]
    assert max(engine.asked) == 10
    assert asyncio.run(check(master, engine, every=1)) == Drift(compared=91, read=91)
    with master.reading() as connection:
        assert queue.backlog(connection).dead == 0
    asyncio.run(engine.close())


class Returning(EmbeddedEngine):
    """A cluster that is away when it is first looked at, and then there with a whole index."""

    has_one_writer = False
    gather_seconds = 0.0
    looks = 0

    async def health(self) -> Health:
        self.looks += 1
        return Health(True, False, 0, "there") if self.looks > 1 else Health(False, False, 0, "away")

    async def new_generation(self) -> str:
        raise AssertionError("it is made anew without need")


def test_a_cluster_that_was_away_when_the_worker_began_keeps_its_index(
    master: Master, tmp_path: Path
) -> None:
    engine = Returning(tmp_path / "index", KEYS)
    asyncio.run(Worker(master, engine, refresh)._make_index_whole())
    assert engine.looks == 2
    asyncio.run(engine.close())
