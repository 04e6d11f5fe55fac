"""The indexing worker: keeps the index in step with the master, batch after batch, whatever is away."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy.exc import OperationalError

from indexing.batches import WORKER, Batches, Mend, Progress, Reached
from indexing.checking import Checking
from indexing.engines.port import SearchEngine
from indexing.errors import SearchUnavailable
from indexing.filling import Opener
from indexing.rebuild import RebuildFailed, rebuild
from master import queue, upkeep
from master.leases import Leased
from master.session import Actor, Master

POLL_SECONDS = 0.05  # how soon a change is seen that nobody woke the worker for
WANTED_SECONDS = 0.02  # how soon a search that waits ends the gathering of a batch
UPKEEP_SECONDS = 1.0  # how often wide changes and what falls due are looked at
FORGET_SECONDS = 600.0
FIRST_PAUSE_SECONDS = 0.1  # after a failure, doubled with each further one
LONGEST_PAUSE_SECONDS = 10.0

CLOCK = Actor(upkeep.CLOCK)
AWAY = (SearchUnavailable, OperationalError)
logger = logging.getLogger("kehu.worker")

__all__ = ["Mend", "Progress", "Reached", "Worker"]


@dataclass
class Worker:
    """Works where the engine lets it: on the embedded one a single worker, else any number side by side.

    mend: brings what is derived of these customers up to date (this layer does not import master/writes).
    opener: lets several processes fill an index that is made anew.
    """

    master: Master
    engine: SearchEngine
    mend: Mend
    keeping: upkeep.Keeping = field(default_factory=upkeep.Keeping)
    progress: Progress = field(default_factory=Progress)
    reached: Reached | None = None
    poll_seconds: float = POLL_SECONDS
    check_every: timedelta | None = None
    opener: Opener | None = None
    _wake: asyncio.Event = field(default_factory=asyncio.Event, repr=False)
    _upkeep_at: float = 0.0
    _forget_at: float = 0.0
    _pause: float = 0.0

    def __post_init__(self) -> None:
        self._batches = Batches(self.master, self.engine, self.mend, self.progress)
        # Where changes gather, it is not known yet what the next batch will be.
        self._batches.claims_ahead = not self.engine.gather_seconds
        if self.reached is not None:
            self._batches.reached = self.reached

    async def run(self) -> None:
        """Wait until the engine lets this process write, then work until cancelled."""
        loop = asyncio.get_running_loop()

        def wake() -> None:
            loop.call_soon_threadsafe(self.wake)

        while not await self._may_write():
            await asyncio.sleep(UPKEEP_SECONDS)
        await self._make_index_whole()
        self.progress.is_indexing = True
        self.master.on_commit.append(wake)
        checking = asyncio.create_task(self._check())
        try:
            await self._carefully(self._free_claims)
            while True:
                await self._rest(await self._carefully(self.round))
        finally:
            self.master.on_commit.remove(wake)
            checking.cancel()
            await asyncio.gather(checking, return_exceptions=True)
            await self._batches.give_back()
            self.progress.is_indexing = False

    async def _check(self) -> None:
        if self.check_every:
            await Checking(self.master, self.engine, self.check_every).run()

    def wake(self) -> None:
        """Have it look at the queue now. Only from the loop that it runs in."""
        self._wake.set()

    async def drain(self) -> int:
        """Work until nothing waits that can be done now; how many customers were indexed."""
        before = self.progress.indexed
        while await self.round():
            pass
        return self.progress.indexed - before

    async def round(self) -> bool:
        """One batch, and what is due beside it; False when there was nothing to do."""
        busy = await self._upkeep()
        return await self._batches.work() or busy

    async def _may_write(self) -> bool:
        try:
            return await self.engine.claim_writing()
        except SearchUnavailable as error:
            logger.warning("the index can not be written: %s", error)
            return False

    async def _free_claims(self) -> bool:
        """Where one process writes, whoever had a claim is dead."""
        if self.engine.has_one_writer:
            await asyncio.to_thread(self._release_all)
        return False

    def _release_all(self) -> None:
        with self.master.transaction(WORKER) as tx:
            queue.release_all(tx)

    async def _make_index_whole(self) -> None:
        """Fill an index that was deleted, or was made by another version of the hub."""
        is_whole = False
        while not is_whole:
            is_whole = await self._carefully(self._fill_if_new)
            await self._rest(is_whole)

    async def _fill_if_new(self) -> bool:
        try:
            health = await self.engine.health()
            if not (health.is_ready or health.needs_rebuild):
                raise SearchUnavailable(health.detail)
            if health.needs_rebuild:
                logger.info("the index is made anew from the master")
                await rebuild(self.master, self.engine, opener=self.opener)
        except Leased:
            return False
        except RebuildFailed as error:
            logger.error("the index could not be made anew, see `kehu index rebuild`: %s", error)
        return True

    async def _carefully(self, work: Callable[[], Awaitable[bool]]) -> bool:
        """What the work says. It outlives an engine or a database that is away: False, and a longer pause."""
        try:
            busy = await work()
        except AWAY as error:
            self.progress.failed()
            self._pause = min(max(self._pause * 2, FIRST_PAUSE_SECONDS), LONGEST_PAUSE_SECONDS)
            logger.warning("indexing waits %.1f s: %s", self._pause, type(error).__name__)
            return False
        self._pause = 0.0
        return busy

    async def _rest(self, busy: bool) -> None:
        if self._pause:  # however many changes come: who is away is not asked more often for that
            await asyncio.sleep(self._pause)
        elif busy:
            await self._gather()
        if busy or self._pause:
            return
        try:
            # Not wait_for: before Python 3.12 it loses a cancellation that comes just as the wait ends.
            async with asyncio.timeout(self.poll_seconds):
                await self._wake.wait()
        except TimeoutError:
            return
        finally:
            self._wake.clear()

    async def _gather(self) -> None:
        """Until more changes make the next batch worth its while, or a search waits for one."""
        now = asyncio.get_running_loop().time
        until = self._batches.begun_at + self.engine.gather_seconds
        while now() < until and not self._batches.was_full:
            if await self._carefully(self._is_wanted):
                return
            await asyncio.sleep(WANTED_SECONDS)

    async def _is_wanted(self) -> bool:
        return await asyncio.to_thread(self._sees_wanted)

    def _sees_wanted(self) -> bool:
        with self.master.reading() as connection:
            return queue.is_wanted(connection, self.master.clock.now())

    async def _upkeep(self) -> bool:
        """Wide changes, what fell due, what may be forgotten: True when there may be more of it."""
        now = asyncio.get_running_loop().time()
        busy = False
        if now >= self._upkeep_at:
            busy = await asyncio.to_thread(self._spread_and_fall_due)
            self._upkeep_at = now if busy else now + UPKEEP_SECONDS
        if now >= self._forget_at:
            has_more = await asyncio.to_thread(self._forget)
            await self.engine.tidy()
            self._forget_at = now if has_more else now + FORGET_SECONDS
            busy |= has_more
        return busy

    def _spread_and_fall_due(self) -> bool:
        with self.master.reading() as connection:
            if not upkeep.has_upkeep(connection, self.master.clock.now()):
                return False
        with self.master.transaction(CLOCK) as tx:
            return bool(upkeep.fall_due(tx)) | (upkeep.spread(tx) > 0)

    def _forget(self) -> bool:
        """What is too old, some of it at a time, so that others get their turn; whether there is more."""
        with self.master.transaction(CLOCK) as tx:
            return upkeep.forget(tx, self.keeping)
