"""Wakes indexing workers on other machines through Redis; while it is away they look by themselves."""

import asyncio
from contextlib import suppress
from importlib import import_module
from typing import Any

import structlog

from indexing.worker import POLL_SECONDS, Worker

CHANNEL = "kehu-index-queue"
REST_SECONDS = 5.0  # how long a Redis that failed is left alone
GATHERED_SECONDS = 0.005  # commits told at once: a message each would be many under an import
WOKEN_POLL_SECONDS = 0.5  # how often a worker that is woken looks all the same: other clients tell nobody
SILENCE_SECONDS = 1.0

log = structlog.get_logger("kehu.waking")


class Waking:
    """`tell` belongs into Master.on_commit; whoever indexes runs `listen` as well as `publish`."""

    def __init__(self, url: str) -> None:
        # Not installed without the extra `server`, and then no URL is taken.
        redis = import_module("redis.asyncio")
        self._redis: Any = redis.Redis
        self._away: tuple[type[Exception], ...] = (OSError, redis.RedisError)
        self._url = url
        self._told = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def tell(self) -> None:
        """Something was committed; from any thread, never slow."""
        with suppress(RuntimeError):  # the loop has ended: nobody is left to publish
            self._loop.call_soon_threadsafe(self._told.set)

    async def publish(self) -> None:
        """Until cancelled: pass on what was told."""
        async with self._client() as redis:
            while True:
                await self._told.wait()
                await asyncio.sleep(GATHERED_SECONDS)
                self._told.clear()
                try:
                    await redis.publish(CHANNEL, b"")
                except self._away as error:
                    await self._rest(error)

    async def listen(self, worker: Worker) -> None:
        """Until cancelled: wake the worker whenever somebody tells."""
        async with self._client() as redis:
            while True:
                try:
                    await self._wake(redis, worker)
                except self._away as error:
                    worker.poll_seconds = POLL_SECONDS
                    await self._rest(error)

    async def _wake(self, redis: Any, worker: Worker) -> None:
        async with redis.pubsub(ignore_subscribe_messages=True) as heard:
            await heard.subscribe(CHANNEL)
            worker.poll_seconds = WOKEN_POLL_SECONDS
            worker.wake()
            while True:
                if await heard.get_message(timeout=SILENCE_SECONDS) is None:
                    await heard.ping()  # a Redis that is gone without a word is noticed by this
                else:
                    worker.wake()

    def _client(self) -> Any:
        return self._redis.from_url(self._url, socket_connect_timeout=1, socket_timeout=SILENCE_SECONDS * 2)

    async def _rest(self, error: Exception) -> None:
        log.warning("redis away, workers look at the queue by themselves", error=type(error).__name__)
        await asyncio.sleep(REST_SECONDS)
