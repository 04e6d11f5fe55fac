"""Notes who saw whom, many answers in one transaction: an answer waits a moment for its note, not longer."""

import asyncio
from dataclasses import dataclass, field

import structlog
from sqlalchemy.exc import SQLAlchemyError

from master.errors import TimedOut, Unavailable
from master.session import Actor, Master
from master.writes.access_log import Access, note_accesses
from schema.context import Context

PATIENCE_SECONDS = 0.010  # that an answer waits until its note is on disk
REST_SECONDS = 1.0  # before the next try when the master can not be written
MOST_WAITING = 10_000  # then no more is shown: what can not be noted may not be seen

log = structlog.get_logger("kehu.noting")


@dataclass
class AccessNotes:
    """Collects notes while a transaction writes those before."""

    master: Master
    _waiting: list[Access] = field(default_factory=list)
    _written: asyncio.Event = field(default_factory=asyncio.Event)
    _writing: asyncio.Task[None] | None = None

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    def require_room(self) -> None:
        """Raises Unavailable while too many notes could not be written."""
        if len(self._waiting) >= MOST_WAITING:
            raise Unavailable("The hub can not note who looks at customers, so it shows none: see /readyz.")

    async def note(self, context: Context) -> None:
        """Notes what the answer showed; returns when it is written, or after a moment."""
        shown = context.shown
        if not shown.customers and not shown.parts_of:
            return
        self._waiting.append(
            Access(
                context.now,
                shown.occasion,
                context.viewer,
                frozenset(shown.customers),
                shown.parts_of,
                context.request_id,
                context.address,
            )
        )
        if self._writing is None:
            self._written = asyncio.Event()
            self._writing = asyncio.create_task(self._write_all())
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._written.wait()
        except TimeoutError:
            pass

    async def close(self) -> None:
        """Waits for what is still to be written."""
        if self._writing is not None:
            await self._writing

    async def _write_all(self) -> None:
        while self._waiting:
            batch, written = self._waiting[:], self._written
            if await asyncio.to_thread(self._write, batch):
                del self._waiting[: len(batch)]
                self._written = asyncio.Event()
                written.set()
            else:
                await asyncio.sleep(REST_SECONDS)
        self._writing = None

    def _write(self, batch: list[Access]) -> bool:
        try:
            with self.master.transaction(Actor("hub")) as tx:
                note_accesses(tx, batch)
        except (SQLAlchemyError, TimedOut) as error:
            log.error("accesses not noted", waiting=len(batch), exc_info=error)
            return False
        return True
