"""Notes who saw whom, many answers in one transaction: an answer waits a moment for its note, not longer."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from master.errors import Unavailable
from master.session import Actor, Master
from master.writes.access_log import Access, note_accesses
from schema.context import Context

PATIENCE_SECONDS = 0.010  # that an answer waits until its note is on disk
REST_SECONDS = 1.0  # before the next try when the master can not be written
LAST_TRY_SECONDS = 10.0  # that a closing hub waits for a master that can not be written
MOST_AT_ONCE = 200  # notes in a transaction, so that other writers get their turn
MOST_WAITING = 10_000  # then no more is shown: what can not be noted may not be seen

NO_ROOM = "The hub can not note who looks at customers, so it shows none: try again later."

log = structlog.get_logger("kehu.noting")


def _tell_nobody(waiting: int) -> None:
    """Until metrics listen."""


@dataclass
class AccessNotes:
    """Collects notes while a transaction writes those before; tell: is told how many wait."""

    master: Master
    tell: Callable[[int], None] = _tell_nobody
    _waiting: list[Access] = field(default_factory=list)
    _written: asyncio.Event = field(default_factory=asyncio.Event)  # of those that no transaction has taken
    _writing: asyncio.Task[None] | None = None

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    def require_room(self) -> None:
        """Raises Unavailable while too many notes could not be written."""
        if len(self._waiting) >= MOST_WAITING:
            raise Unavailable(NO_ROOM)

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
                tuple(shown.parts_of),
                context.request_id,
                context.address,
            )
        )
        self.tell(self.waiting)
        if self._writing is None:
            self._writing = asyncio.create_task(self._write_all())
        written = self._written
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await written.wait()
        except TimeoutError:
            pass

    async def close(self) -> None:
        """Waits for what is still to be written; when that can not be, the log says how much is lost."""
        if self._writing is None:
            return
        await asyncio.wait({self._writing}, timeout=LAST_TRY_SECONDS)
        if self._waiting:
            log.error("accesses lost", notes=self.waiting)
            self._writing.cancel()

    async def _write_all(self) -> None:
        while left := len(self._waiting):
            # Whoever comes while these are being written waits for the next ones.
            written, self._written = self._written, asyncio.Event()
            while left:
                left -= await self._write_some(left)
            written.set()
        self._writing = None

    async def _write_some(self, most: int) -> int:
        """How many of the oldest were written; after a rest, when none could be."""
        batch = self._waiting[: min(most, MOST_AT_ONCE)]
        if not await asyncio.to_thread(self._write, batch):
            await asyncio.sleep(REST_SECONDS)
            return 0
        del self._waiting[: len(batch)]
        self.tell(self.waiting)
        return len(batch)

    def _write(self, batch: list[Access]) -> bool:
        """Whether it is written. Whatever is in the way, it is tried again: no note may be dropped."""
        try:
            with self.master.transaction(Actor("hub")) as tx:
                note_accesses(tx, batch)
        except Exception as error:
            log.error("accesses not noted", notes=len(batch), exc_info=error)
            return False
        return True
