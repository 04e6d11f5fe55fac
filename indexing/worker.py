"""The indexing worker: index queue → documents → engine, over and over, until nothing waits."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.exc import OperationalError, SQLAlchemyError

from indexing.documents.reading import Reading, read_what_can
from indexing.engines.port import SearchEngine
from indexing.errors import DocumentsRefused, SearchUnavailable
from indexing.rebuild import RebuildFailed, rebuild
from master import queue
from master.sealing import Unsealable
from master.session import Actor, Master, Transaction

BATCH = 500  # customers read, indexed and committed at once: about 60 ms of work when all wait
POLL_SECONDS = 0.05  # how soon a change by another process is seen
UPKEEP_SECONDS = 1.0  # how often wide changes and what falls due are looked at
FORGET_SECONDS = 600.0
ENGINE_AWAY_SECONDS = 1.0

WORKER = Actor("worker")
CLOCK = Actor(queue.CLOCK)
logger = logging.getLogger("kehu.worker")

Mend = Callable[[Transaction, Iterable[int]], None]


@dataclass
class Progress:
    """What this worker has done since it began."""

    indexed: int = 0
    batches: int = 0
    failures: int = 0
    is_indexing: bool = False


@dataclass
class Worker:
    """Keeps the index in step with the master; one works at a time (the engine's writer lock).

    mend: brings what is derived of these customers up to date (this layer does not import master/writes).
    """

    master: Master
    engine: SearchEngine
    mend: Mend
    progress: Progress = field(default_factory=Progress)
    _wake: asyncio.Event = field(default_factory=asyncio.Event, repr=False)
    _upkeep_at: float = 0.0
    _forget_at: float = 0.0

    async def run(self) -> None:
        """Wait to become the one who writes, then work until cancelled."""
        loop = asyncio.get_running_loop()

        def wake() -> None:
            loop.call_soon_threadsafe(self._wake.set)

        while not await self._claimed():
            await asyncio.sleep(ENGINE_AWAY_SECONDS)
        self.progress.is_indexing = True
        await self._make_index_whole()
        self.master.on_commit.append(wake)
        try:
            while True:
                await self._rest(await self._careful_round())
        finally:
            self.master.on_commit.remove(wake)
            self.progress.is_indexing = False

    async def drain(self) -> int:
        """Work until nothing waits that can be done now; how many customers were indexed."""
        before = self.progress.indexed
        while await self.round():
            pass
        return self.progress.indexed - before

    async def round(self) -> bool:
        """One batch; False when there was nothing to do."""
        busy = await self._upkeep()
        ids = await asyncio.to_thread(self._next)
        if not ids:
            return busy
        readings, gone = await asyncio.to_thread(self._read, ids)
        done = await self._index(readings, gone)
        await asyncio.to_thread(self._finish, readings, gone, done)
        return True

    async def _claimed(self) -> bool:
        try:
            return await self.engine.claim_writing()
        except SearchUnavailable as error:
            logger.warning("the index can not be written: %s", error)
            return False

    async def _make_index_whole(self) -> None:
        """Fill an index that was deleted, or was made by another version of the hub."""
        while True:
            try:
                if (await self.engine.health()).needs_rebuild:
                    logger.info("the index is made anew from the master")
                    await rebuild(self.master, self.engine)
                return
            except RebuildFailed as error:
                logger.error("the index could not be made anew, see `kehu index rebuild`: %s", error)
                return
            except (SearchUnavailable, OperationalError) as error:
                logger.warning("the index can not be made anew yet: %s", type(error).__name__)
                await asyncio.sleep(ENGINE_AWAY_SECONDS)

    async def _careful_round(self) -> bool:
        """A round that outlives an engine or a database that is away."""
        try:
            return await self.round()
        except (SearchUnavailable, OperationalError) as error:
            self.progress.failures += 1
            logger.warning("indexing waits: %s", type(error).__name__)
            await asyncio.sleep(ENGINE_AWAY_SECONDS)
            return False

    async def _rest(self, busy: bool) -> None:
        if busy:
            return
        try:
            # Not wait_for: before Python 3.12 it loses a cancellation that comes just as the wait ends.
            async with asyncio.timeout(POLL_SECONDS):
                await self._wake.wait()
        except TimeoutError:
            return
        finally:
            self._wake.clear()

    async def _upkeep(self) -> bool:
        """Wide changes, what fell due, what may be forgotten: True when there may be more of it."""
        now = asyncio.get_running_loop().time()
        busy = False
        if now >= self._upkeep_at:
            busy = await asyncio.to_thread(self._spread_and_fall_due)
            self._upkeep_at = now if busy else now + UPKEEP_SECONDS
        if now >= self._forget_at:
            await asyncio.to_thread(self._forget)
            self._forget_at = now + FORGET_SECONDS
        return busy

    def _spread_and_fall_due(self) -> bool:
        with self.master.reading() as connection:
            if not queue.has_upkeep(connection, self.master.clock.now()):
                return False
        with self.master.transaction(CLOCK) as tx:
            return bool(queue.fall_due(tx)) | (queue.spread(tx) > 0)

    def _forget(self) -> None:
        with self.master.transaction(CLOCK) as tx:
            queue.forget(tx)

    def _next(self) -> list[int]:
        """The ids of the next batch, after mending what may be stale of them."""
        with self.master.reading() as connection:
            ids = queue.waiting(connection, self.master.clock.now(), BATCH)
            stale = queue.to_mend(connection, ids) if ids else []
        failed = self._mend(stale)
        return [id for id in ids if id not in failed]

    def _mend(self, ids: Sequence[int]) -> set[int]:
        """Those that can not be mended; they are noted as failures and hold up no other."""
        try:
            if ids:
                with self.master.transaction(WORKER) as tx:
                    self.mend(tx, ids)
        except SQLAlchemyError:
            raise
        except Exception as error:
            if len(ids) > 1:
                return {failed for id in ids for failed in self._mend([id])}
            self._note_failure(ids[0], error)
            return set(ids)
        return set()

    def _read(self, ids: Sequence[int]) -> tuple[list[Reading], dict[int, int]]:
        """The documents of these customers, and the last revisions of those that are no longer there."""
        with self.master.reading() as connection:
            readings, failed = read_what_can(connection, ids, self.master.clock)
            there = {reading.document.id for reading in readings} | failed.keys()
            gone = queue.revisions(connection, [id for id in ids if id not in there])
        for id, error in failed.items():
            self._note_failure(id, error)
        return readings, gone

    async def _index(self, readings: Sequence[Reading], gone: Mapping[int, int]) -> dict[int, int]:
        """The revisions that are in the index now. Documents the engine refuses are set aside one by one."""
        documents = [reading.document for reading in readings]
        try:
            await self.engine.apply(documents, gone)
        except SearchUnavailable:
            raise
        except DocumentsRefused as refused:
            for id, reason in refused.reasons.items():
                await asyncio.to_thread(self._note_failure, id, reason)
            documents = [document for document in documents if document.id not in refused.reasons]
        except Exception:
            logger.exception("a batch of %d documents can not be indexed whole", len(documents))
            await self.engine.apply([], gone)
            return await self._index_singly(readings)
        return {document.id: document.revision for document in documents}

    async def _index_singly(self, readings: Sequence[Reading]) -> dict[int, int]:
        done = {}
        for reading in readings:
            document = reading.document
            try:
                await self.engine.apply([document], {})
            except SearchUnavailable:
                raise
            except Exception as error:
                await asyncio.to_thread(self._note_failure, document.id, error)
                continue
            done[document.id] = document.revision
        return done

    def _note_failure(self, id: int, error: Exception | str) -> None:
        self.progress.failures += 1
        with self.master.transaction(WORKER) as tx:
            queue.failed(tx, id, error if isinstance(error, str) else _reason(error))

    def _finish(self, readings: Sequence[Reading], gone: Mapping[int, int], done: dict[int, int]) -> None:
        """Only now do the customers leave the queue: killed before this, they are indexed again."""
        instants: dict[int, tuple[datetime, ...]] = {reading.document.id: reading.due for reading in readings}
        with self.master.transaction(WORKER) as tx:
            queue.schedule(tx, instants)
            queue.done(tx, done)
            queue.gone(tx, list(gone))
        self.progress.indexed += len(done) + len(gone)
        self.progress.batches += 1


def _reason(error: Exception) -> str:
    """Why a customer went aside. Only our own errors' texts are known to hold nothing personal."""
    is_ours = isinstance(error, DocumentsRefused | Unsealable)
    return f"{type(error).__name__}: {error}" if is_ours else type(error).__name__
