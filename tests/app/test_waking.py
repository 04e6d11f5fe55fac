"""Commits wake workers elsewhere through Redis; without it they go on looking by themselves."""

import asyncio
from collections.abc import Callable

import pytest

from app import waking
from app.waking import WOKEN_POLL_SECONDS, Waking
from indexing.worker import POLL_SECONDS
from tests.services import redis

pytestmark = pytest.mark.skipif(not redis.is_there(), reason="there is no redis-server")


class Sleeper:
    """A worker that only counts how often it was woken."""

    def __init__(self) -> None:
        self.poll_seconds = POLL_SECONDS
        self.woken = 0

    def wake(self) -> None:
        self.woken += 1


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not holds():
            await asyncio.sleep(0.01)


def test_a_commit_wakes_workers_elsewhere_and_redis_away_harms_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(waking, "REST_SECONDS", 0.05)
    sleeper = Sleeper()

    async def through_an_outage(server: redis.RunningRedis) -> None:
        here, there = Waking(server.url), Waking(server.url)
        tasks = [
            asyncio.create_task(here.publish()),
            asyncio.create_task(there.listen(sleeper)),  # type: ignore[arg-type]
        ]
        await until(lambda: sleeper.poll_seconds == WOKEN_POLL_SECONDS)
        woken = sleeper.woken
        await asyncio.to_thread(here.tell)
        await until(lambda: sleeper.woken > woken)
        server.stop()
        await until(lambda: sleeper.poll_seconds == POLL_SECONDS)
        here.tell()
        server.start()
        await until(lambda: sleeper.poll_seconds == WOKEN_POLL_SECONDS)
        woken = sleeper.woken
        here.tell()
        await until(lambda: sleeper.woken > woken)
        for task in tasks:
            task.cancel()
        assert [type(each) for each in await asyncio.gather(*tasks, return_exceptions=True)] == [
            asyncio.CancelledError
        ] * 2

    with redis.running() as server:
        asyncio.run(through_an_outage(server))
