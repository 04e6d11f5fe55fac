"""One batch of the index queue: claimed, mended, read, put into the engine, and only then taken out."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from indexing.documents.customers import CustomerDocument
from indexing.documents.reading import Reading, read_what_can
from indexing.engines.port import SearchEngine
from indexing.errors import DocumentsRefused, SearchUnavailable
from master import queue, upkeep
from master.queue import Claim
from master.sealing import Unsealable
from master.session import Actor, Master, Transaction
from master.tracing import begin

BATCH = 500  # customers claimed, read, indexed and committed at once: about 60 ms of work when all wait

WORKER = Actor("worker")
logger = logging.getLogger("kehu.worker")

Mend = Callable[[Transaction, Iterable[int]], object]
Reached = Callable[[str], Awaitable[None]]


@dataclass
class Progress:
    """What a worker has done since it began."""

    indexed: int = 0
    batches: int = 0
    failures: int = 0
    is_indexing: bool = False
    on_batch: Callable[[int], None] | None = None
    on_failures: Callable[[int], None] | None = None

    def done(self, customers: int) -> None:
        self.indexed += customers
        self.batches += 1
        if self.on_batch is not None:
            self.on_batch(customers)

    def failed(self, times: int = 1) -> None:
        self.failures += times
        if self.on_failures is not None:
            self.on_failures(times)


async def _going_on(step: str) -> None:
    """Nobody stops here."""


@dataclass
class _Batch:
    """What is known of claimed customers: documents, who is gone, why others can not be indexed."""

    claim: Claim
    readings: list[Reading] = field(default_factory=list)
    gone: dict[int, int] = field(default_factory=dict)
    failed: dict[int, str] = field(default_factory=dict)

    @property
    def documents(self) -> list[CustomerDocument]:
        return [each.document for each in self.readings if each.document.id not in self.failed]

    @property
    def done(self) -> dict[int, int]:
        return {**{each.id: each.revision for each in self.documents}, **self.gone}


@dataclass
class Batches:
    """Works off the queue. Killed at any step, it leaves the customers in the queue, for whoever comes next.

    reached: told after each step (claimed, read, applied, finished); tests stop there.
    claims_ahead: whoever takes a batch out claims the next by the same commit, and goes on with it.
    """

    master: Master
    engine: SearchEngine
    mend: Mend
    progress: Progress = field(default_factory=Progress)
    reached: Reached = _going_on
    claims_ahead: bool = False
    begun_at: float = 0.0  # of the last batch, by the loop's clock
    was_full: bool = False
    _next: _Batch | None = field(default=None, repr=False)

    async def work(self) -> bool:
        """One batch; False when nothing waits that can be done now."""
        begun = asyncio.get_running_loop().time()
        batch, self._next = self._next or await self._claimed(), None
        if batch is None:
            return False
        self.begun_at, self.was_full = begun, len(batch.claim.revisions) >= BATCH
        with begin("index batch", causes=batch.claim.causes) as trace:
            trace.note(customers=len(batch.claim.revisions))
            await self._indexed(batch)
        return True

    async def give_back(self) -> None:
        """Let others have what was claimed for a batch that is not begun any more."""
        batch, self._next = self._next, None
        if batch is not None:
            await asyncio.to_thread(self._release, batch)

    async def _indexed(self, batch: _Batch) -> None:
        try:
            await self.reached("claimed")
            await _whole(self._mend_and_read, batch)
            await self.reached("read")
            await self._apply(batch)
            await self.reached("applied")
            await _whole(self._finish, batch)
            await self.reached("finished")
        except (Exception, asyncio.CancelledError):
            await asyncio.to_thread(self._release, batch)
            raise

    async def _claimed(self) -> _Batch | None:
        """Told to stop while it claims, it gives back what it got."""
        claimed: list[_Batch] = []
        try:
            await _whole(self._claim, claimed)
        except asyncio.CancelledError:
            for batch in claimed:
                await asyncio.to_thread(self._release, batch)
            raise
        return claimed[0] if claimed else None

    def _claim(self, claimed: list[_Batch]) -> None:
        with self.master.reading() as connection:
            if not queue.is_waiting(connection, self.master.clock.now()):
                return
        with self.master.transaction(WORKER) as tx:
            claim = queue.claim(tx, BATCH)
        if claim.revisions:
            claimed.append(_Batch(claim))

    def _release(self, batch: _Batch) -> None:
        """So that nobody has to wait for the claim's end."""
        try:
            with self.master.transaction(WORKER) as tx:
                queue.release(tx, batch.claim)
        except SQLAlchemyError as error:
            logger.warning("a claim could not be given back: %s", type(error).__name__)

    def _mend_and_read(self, batch: _Batch) -> None:
        ids = sorted(batch.claim.revisions)
        with self.master.reading() as connection:
            stale = upkeep.to_mend(connection, ids)
            if not stale:
                self._read(connection, batch, ids)
        if stale:
            self._mend(batch, stale)
            with self.master.reading() as connection:
                self._read(connection, batch, [id for id in ids if id not in batch.failed])
        there = {reading.document.id for reading in batch.readings} | batch.failed.keys()
        batch.gone = {id: batch.claim.revisions[id] for id in ids if id not in there}

    def _read(self, connection: Connection, batch: _Batch, ids: Sequence[int]) -> None:
        batch.readings, unreadable = read_what_can(connection, ids, self.master.clock)
        batch.failed |= {id: _reason(error) for id, error in unreadable.items()}

    def _mend(self, batch: _Batch, ids: Sequence[int]) -> None:
        """Bring what is derived of these up to date; those of whom it can not be are noted as failed."""
        if not ids:
            return
        try:
            with self.master.transaction(WORKER) as tx:
                self.mend(tx, ids)
                queue.claim_again(tx, batch.claim, ids)
        except SQLAlchemyError:
            raise
        except Exception as error:
            if len(ids) == 1:
                batch.failed[ids[0]] = _reason(error)
                return
            for id in ids:
                self._mend(batch, [id])

    async def _apply(self, batch: _Batch) -> None:
        """Put the documents in. Those that the engine refuses are noted as failed."""
        documents, seen = batch.documents, batch.claim.is_wanted
        try:
            await self.engine.apply(documents, batch.gone, visible=seen)
        except SearchUnavailable:
            raise
        except DocumentsRefused as refused:
            batch.failed.update(refused.reasons)
        except Exception:
            logger.exception("a batch of %d documents can not be indexed whole", len(documents))
            await self.engine.apply([], batch.gone, visible=seen)
            for document in documents:
                await self._apply_singly(batch, document)

    async def _apply_singly(self, batch: _Batch, document: CustomerDocument) -> None:
        try:
            await self.engine.apply([document], {}, visible=batch.claim.is_wanted)
        except SearchUnavailable:
            raise
        except Exception as error:
            batch.failed[document.id] = _reason(error)

    def _finish(self, batch: _Batch) -> None:
        """Only now do the customers leave the queue: killed before this, they are indexed again."""
        claim = None
        with self.master.transaction(WORKER) as tx:
            held = queue.finish(tx, batch.claim, batch.done, batch.failed)
            upkeep.schedule(tx, _instants(batch.readings, held))
            if self.claims_ahead:
                claim = queue.claim(tx, BATCH)
        if claim is not None and claim.revisions:
            self._next = _Batch(claim)
        self.progress.done(len(batch.done))
        if batch.failed:
            self.progress.failed(len(batch.failed))


async def _whole(work: Callable[..., None], *given: object) -> None:
    """Work in a thread, waited for when this is cancelled: nothing comes after what tidies up."""
    working = asyncio.ensure_future(asyncio.to_thread(work, *given))
    try:
        await asyncio.shield(working)
    except asyncio.CancelledError:
        await asyncio.wait({working})
        raise


def _instants(readings: Sequence[Reading], held: set[int]) -> Mapping[int, tuple[datetime, ...]]:
    """When the clock will change them; of others somebody else has read a later state."""
    return {reading.document.id: reading.due for reading in readings if reading.document.id in held}


def _reason(error: Exception) -> str:
    """Why a customer went aside. Only our own errors' texts are known to hold nothing personal."""
    is_ours = isinstance(error, DocumentsRefused | Unsealable)
    return f"{type(error).__name__}: {error}" if is_ours else type(error).__name__
