"""The indexing worker as the settings describe it, beside the hub's requests or in a process of its own."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import structlog

from app.opening import opener_of
from app.settings import Settings
from app.waking import Waking
from indexing.engines.port import SearchEngine
from indexing.worker import Worker
from master.session import Master
from master.upkeep import Keeping
from master.writes.derived import refresh

REST_SECONDS = 1.0
CANCELLED_AGAIN_SECONDS = 1.0

log = structlog.get_logger("kehu.hub")


def worker_of(settings: Settings, master: Master, search: SearchEngine) -> Worker:
    """The indexing worker that the settings describe."""
    records = timedelta(days=settings.raw_record_days) if settings.raw_record_days else None
    keeping, every = (
        Keeping(timedelta(days=settings.access_log_days), records),
        timedelta(hours=settings.index_check_hours),
    )
    return Worker(master, search, refresh, keeping, check_every=every, opener=opener_of(settings))


def wake_by_redis(settings: Settings, master: Master, worker: Worker) -> list[asyncio.Task[None]]:
    """What tells other processes of commits, and hears of theirs; nothing without KEHU_REDIS_URL."""
    if settings.redis_url is None:
        return []
    waking = Waking(settings.redis_url)
    master.on_commit.append(waking.tell)
    return [asyncio.create_task(waking.publish()), asyncio.create_task(waking.listen(worker))]


def woken_by_redis(settings: Settings, worker: Worker) -> list[asyncio.Task[None]]:
    """What hears of commits, for a process that nobody has to be told of."""
    if settings.redis_url is None:
        return []
    return [asyncio.create_task(Waking(settings.redis_url).listen(worker))]


def indexing(settings: Settings, worker: Worker) -> list[asyncio.Task[None]]:
    """The worker at work, unless the settings forbid it."""
    return [asyncio.create_task(_indexing(worker))] if settings.index_worker else []


async def _indexing(worker: Worker) -> None:
    """Keeps the worker at work: whatever stops it is logged, and it begins again."""
    while True:
        try:
            await worker.run()
        except Exception as error:
            log.error("indexing worker failed", exc_info=error)
        await asyncio.sleep(REST_SECONDS)


async def ended(tasks: Sequence[asyncio.Task[None]]) -> None:
    """Cancels them until they are over: a client may take one for a deadline of its own, and go on."""
    while pending := [task for task in tasks if not task.done()]:
        for task in pending:
            task.cancel()
        await asyncio.wait(pending, timeout=CANCELLED_AGAIN_SECONDS)
    await asyncio.gather(*tasks, return_exceptions=True)
