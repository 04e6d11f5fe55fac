"""Moving windows: how often something happened just now, counted in Redis or in this process."""

import asyncio
import math
import time
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import structlog
from limits import RateLimitItemPerSecond
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter

MOST_KEYS = 20_000  # some 5 MB when a flood comes from as many addresses
REDIS_SECONDS = 0.04  # a Redis in the same network answers within 1 ms
REST_SECONDS = 5.0  # how long a Redis that failed is left alone
REDIS_AT_ONCE = 32

log = structlog.get_logger("kehu.rates")


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `amount` within `seconds`, at whatever moment one looks back."""

    name: str
    amount: int
    seconds: int

    @property
    def item(self) -> RateLimitItemPerSecond:
        return RateLimitItemPerSecond(self.amount, self.seconds, f"kehu-{self.name}")


class Windows(Protocol):
    """Where it is counted how often a key came."""

    async def take(self, rate: Rate, key: str, cost: int = 1) -> int | None:
        """None when there was room, which is then taken; else how many whole seconds to wait, at least 1."""

    async def close(self) -> None: ...


class BoundedMemory(MemoryStorage):
    """Moving windows of the keys used last.

    The library's own storage keeps every key for its whole window, and goes through all of them, with a turn
    in a thread for each, when one is hit: a flood of addresses would keep the process busy with that alone.
    """

    STORAGE_SCHEME = []  # noqa: RUF012 (the library's registry of URL schemes: this class has none)

    def __init__(self, most: int = MOST_KEYS, now: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self.now = now
        self._most = most
        self._windows: OrderedDict[str, list[float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._windows)

    async def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        taken = self._taken(key, expiry)
        if len(taken) + amount > limit:
            return False
        taken += [self.now()] * amount
        return True

    async def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        taken = self._taken(key, expiry)
        return (taken[0] if taken else self.now()), len(taken)

    def _taken(self, key: str, expiry: int) -> list[float]:
        """When it was taken within the window, oldest first."""
        taken = self._windows.setdefault(key, [])
        self._windows.move_to_end(key)
        if len(self._windows) > self._most:
            self._windows.popitem(last=False)
        del taken[: bisect_left(taken, self.now() - expiry)]
        return taken


class LocalWindows:
    """Counted in this process: several processes let through several times as much."""

    def __init__(self, storage: BoundedMemory | None = None) -> None:
        self._storage = BoundedMemory() if storage is None else storage
        self._limiter = MovingWindowRateLimiter(self._storage)

    async def take(self, rate: Rate, key: str, cost: int = 1) -> int | None:
        if await self._limiter.hit(rate.item, key, cost=cost):
            return None
        window = await self._limiter.get_window_stats(rate.item, key)
        return _whole(window.reset_time - self._storage.now())

    async def close(self) -> None:
        """Nothing is open."""


class SharedWindows:
    """Counted in Redis, for all processes together; while it is away, in this one."""

    def __init__(self, url: str, local: LocalWindows, now: Callable[[], float] = time.monotonic) -> None:
        self._storage = RedisStorage(f"async+{url}", implementation="redispy")
        self._limiter = MovingWindowRateLimiter(self._storage)
        self._failures: tuple[type[Exception], ...] = (OSError, TimeoutError, *_kinds(self._storage))
        self._local = local
        self._now = now
        self._is_away = False
        self._left_alone_until = -math.inf
        self._turns = asyncio.Semaphore(REDIS_AT_ONCE)

    async def take(self, rate: Rate, key: str, cost: int = 1) -> int | None:
        async with self._turns:
            if self._may_try():
                try:
                    async with asyncio.timeout(REDIS_SECONDS):
                        wait = await self._take(rate, key, cost)
                except self._failures as error:
                    self._went_away(error)
                else:
                    self._came_back()
                    return wait
        return await self._local.take(rate, key, cost)

    async def _take(self, rate: Rate, key: str, cost: int) -> int | None:
        if await self._limiter.hit(rate.item, key, cost=cost):
            return None
        window = await self._limiter.get_window_stats(rate.item, key)
        return _whole(window.reset_time - time.time())

    def _may_try(self) -> bool:
        if not self._is_away:
            return True
        if self._now() < self._left_alone_until:
            return False
        self._left_alone_until = self._now() + REST_SECONDS  # one call tries, the others do not wait for it
        return True

    def _went_away(self, error: Exception) -> None:
        self._left_alone_until = self._now() + REST_SECONDS
        if not self._is_away:
            log.warning("redis away, rates are counted in this process", exc_info=error)
        self._is_away = True

    def _came_back(self) -> None:
        if self._is_away:
            log.info("redis is back, rates are counted there")
        self._is_away = False

    async def answers(self) -> bool:
        """Whether Redis does; never takes long."""
        try:
            async with asyncio.timeout(REDIS_SECONDS * 5):
                return await self._storage.check()
        except TimeoutError:
            return False

    async def close(self) -> None:
        await self._storage.bridge.get_connection().aclose()  # type: ignore[attr-defined]  # redispy's has it


def _kinds(storage: RedisStorage) -> tuple[type[Exception], ...]:
    kinds = storage.base_exceptions
    return kinds if isinstance(kinds, tuple) else (kinds,)


def _whole(seconds: float) -> int:
    return max(1, math.ceil(seconds))
