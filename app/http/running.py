"""Runs what answers a request, and stops it when its time is over or its caller has gone."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import structlog

from app.http.asgi import Disconnected, Receive

T = TypeVar("T")

SOON_SECONDS = 0.03  # for so long nobody looks whether the caller is there: most answers need no longer

log = structlog.get_logger("kehu.http")


class Runs:
    """What runs. Nobody waits for the end of what is stopped; but it counts until it has let go of all."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    def __len__(self) -> int:
        return len(self._tasks)

    async def run(self, work: Coroutine[Any, Any, T], seconds: float, receive: Receive) -> T:
        """What the work gives. Raises TimeoutError, and Disconnected when the caller goes first."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._over)
        try:
            await asyncio.wait({task}, timeout=min(seconds, SOON_SECONDS))
            if not task.done():
                await _ended_or_gone(task, seconds - SOON_SECONDS, receive)
            return task.result()
        finally:
            task.cancel()

    async def close(self) -> None:
        """Waits until what was stopped has ended."""
        if self._tasks:
            await asyncio.wait(self._tasks)

    def _over(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.cancelling() and (error := task.exception()) is not None:
            log.warning("stopped work failed", exc_info=error)


async def _ended_or_gone(task: asyncio.Task[Any], seconds: float, receive: Receive) -> None:
    """Raises TimeoutError, and Disconnected when the caller goes before it has ended."""
    gone = asyncio.create_task(_gone(receive))
    try:
        await asyncio.wait({task, gone}, timeout=max(0, seconds), return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise Disconnected if gone.done() else TimeoutError
    finally:
        gone.cancel()


async def _gone(receive: Receive) -> None:
    """Ends when the caller goes away; what else it sends is not looked at."""
    while (await receive())["type"] != "http.disconnect":
        pass
