"""Moving windows, in this process and in Redis."""

import asyncio
import tracemalloc
from collections.abc import Awaitable, Callable, Iterator

import pytest

from app.windows import REST_SECONDS, BoundedMemory, LocalWindows, Rate, SharedWindows
from tests.app.conftest import Logged
from tests.app.rated import Ticking
from tests.services import redis
from tests.services.redis import RunningRedis

MINUTE = Rate("operations", 3, 60)

needs_redis = pytest.mark.skipif(not redis.is_there(), reason="not there: redis-server")


@pytest.fixture
def ticking() -> Ticking:
    return Ticking()


@pytest.fixture
def local(ticking: Ticking) -> LocalWindows:
    return LocalWindows(BoundedMemory(now=ticking))


def test_there_is_room_again_when_the_first_leaves_the_window(local: LocalWindows, ticking: Ticking) -> None:
    async def taken() -> None:
        for second in (0, 10, 20):
            ticking.now = 1000.0 + second
            assert await local.take(MINUTE, "t1") is None
        assert await local.take(MINUTE, "t1") == 40
        assert await local.take(MINUTE, "t2") is None
        ticking.now = 1060.0
        assert await local.take(MINUTE, "t1") == 1
        ticking.now = 1060.001
        assert await local.take(MINUTE, "t1") is None
        assert await local.take(MINUTE, "t1") == 10

    asyncio.run(taken())


def test_what_is_refused_does_not_count(local: LocalWindows, ticking: Ticking) -> None:
    async def taken() -> None:
        for _ in range(3):
            assert await local.take(MINUTE, "t1") is None
        ticking.now += 59
        for _ in range(100):
            assert await local.take(MINUTE, "t1") == 1
        ticking.now += 1.5
        assert await local.take(MINUTE, "t1") is None

    asyncio.run(taken())


def test_several_are_taken_together_or_not_at_all(local: LocalWindows) -> None:
    async def taken() -> None:
        assert await local.take(MINUTE, "t1", cost=2) is None
        assert await local.take(MINUTE, "t1", cost=2) == 60
        assert await local.take(MINUTE, "t1", cost=1) is None

    asyncio.run(taken())


def test_a_flood_of_addresses_leaves_memory_flat(ticking: Ticking) -> None:
    storage = BoundedMemory(now=ticking)
    flooded = LocalWindows(storage)

    async def flood(first: int) -> int:
        for number in range(first, first + 50_000):
            assert await flooded.take(MINUTE, f"2001:db8:0:{number:x}::/64") is None
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    before, after = asyncio.run(flood(0)), asyncio.run(flood(50_000))
    tracemalloc.stop()
    assert len(storage) == 20_000
    assert after - before < 500_000
    assert after < 12_000_000


def test_whoever_comes_often_is_not_forgotten_in_a_flood(ticking: Ticking) -> None:
    flooded = LocalWindows(BoundedMemory(most=100, now=ticking))

    async def taken() -> None:
        for number in range(1000):
            await flooded.take(MINUTE, f"address {number}")
            assert (await flooded.take(MINUTE, "t1") is None) == (number < 3)

    asyncio.run(taken())


@pytest.fixture
def server() -> Iterator[RunningRedis]:
    with redis.running() as running:
        yield running


def with_shared(
    url: str, local: LocalWindows, ticking: Ticking, *, asked: Callable[..., Awaitable[None]]
) -> None:
    """Runs `asked` with windows as one process has them, and as another has them."""

    async def asking() -> None:
        here, there = SharedWindows(url, local, ticking), SharedWindows(url, LocalWindows(), ticking)
        await asked(here, there)
        await here.close()
        await there.close()

    asyncio.run(asking())


@needs_redis
def test_processes_count_together_in_redis(
    server: RunningRedis, local: LocalWindows, ticking: Ticking
) -> None:
    async def asked(here: SharedWindows, there: SharedWindows) -> None:
        assert await here.take(MINUTE, "t1", cost=2) is None
        assert await there.take(MINUTE, "t1") is None
        assert await here.take(MINUTE, "t1") == await there.take(MINUTE, "t1") == 60
        assert await there.take(MINUTE, "t2") is None
        assert await here.answers()

    with_shared(server.url, local, ticking, asked=asked)


@needs_redis
@pytest.mark.parametrize(("go", "come"), [("pause", "resume"), ("stop", "start")])
def test_with_redis_away_each_process_counts_by_itself_until_it_is_back(
    server: RunningRedis, ticking: Ticking, logged: Logged, go: str, come: str
) -> None:
    async def asked(here: SharedWindows, there: SharedWindows) -> None:
        assert await here.take(MINUTE, "t1") is None
        getattr(server, go)()
        for _ in range(3):
            assert await here.take(MINUTE, "t1") is None
        assert await here.take(MINUTE, "t1") == 60
        assert not await here.answers()
        getattr(server, come)()
        assert await here.take(MINUTE, "t1") == 60
        ticking.now += REST_SECONDS
        assert await here.take(MINUTE, "t1") is None
        assert await there.take(MINUTE, "t1", cost=3) == 60

    with_shared(server.url, LocalWindows(BoundedMemory(now=lambda: 0.0)), ticking, asked=asked)
    assert [line["event"] for line in logged()] == [
        "redis away, rates are counted in this process",
        "redis is back, rates are counted there",
    ]


@needs_redis
def test_a_redis_that_hangs_is_asked_once_and_then_left_alone(
    server: RunningRedis, local: LocalWindows, ticking: Ticking, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []
    really = SharedWindows._take

    async def noted(self: SharedWindows, rate: Rate, key: str, cost: int) -> int | None:
        tried.append(key)
        return await really(self, rate, key, cost)

    monkeypatch.setattr(SharedWindows, "_take", noted)

    async def asked(here: SharedWindows, there: SharedWindows) -> None:
        server.pause()
        await here.take(MINUTE, "first")
        await asyncio.gather(*(here.take(MINUTE, f"t{number}") for number in range(100)))
        assert tried == ["first"]
        ticking.now += REST_SECONDS
        await asyncio.gather(*(here.take(MINUTE, f"t{number}") for number in range(100)))
        assert tried == ["first", "t0"]
        server.resume()

    with_shared(server.url, local, ticking, asked=asked)


def test_the_password_of_redis_is_not_logged(local: LocalWindows, ticking: Ticking, logged: Logged) -> None:
    async def asked(here: SharedWindows, there: SharedWindows) -> None:
        assert await here.take(MINUTE, "t1") is None
        assert not await here.answers()

    with_shared("redis://:hunter2@127.0.0.1:1/0", local, ticking, asked=asked)
    assert [line["event"] for line in logged()] == ["redis away, rates are counted in this process"]
    assert "hunter2" not in str(logged())
