"""Notes who saw whom, many answers in one transaction: an answer waits a moment for its note, not longer."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace

import structlog

from loaders.look_ups import LookUp, finds
from loaders.misses import Misses
from master.errors import Unavailable
from master.session import Actor, Master
from master.sight import bound
from master.writes.access_log import Access, LookedUp, NotedAlone, note_accesses
from schema.context import Context

PATIENCE_SECONDS = 0.010  # that an answer waits until its note is on disk
# That notes of a busy hub wait for others to be written with: a commit takes more CPU than a 360 does.
GATHER_SECONDS = 0.004
# The same of notes that no answer waits for.
UNAWAITED_SECONDS = 0.1
REST_SECONDS = 1.0  # before the next try when the master can not be written
LAST_TRY_SECONDS = 10.0  # that a closing hub waits for a master that can not be written
MOST_AT_ONCE = 200  # notes in a transaction, so that other writers get their turn
MOST_WAITING = 10_000  # then no more is shown: what can not be noted may not be seen

NO_ROOM = "The hub can not note who looks at customers, so it shows none: try again later."

log = structlog.get_logger("kehu.noting")


def _tell_nobody(waiting: int) -> None:
    """Until metrics listen."""


@dataclass(frozen=True)
class _Note:
    """An operation as it is to be noted, but for whether its look-ups found anybody."""

    access: Access
    looked_up: tuple[LookUp, ...]

    @property
    def is_more(self) -> bool:
        """Whether there is more to be noted than whom it showed."""
        return bool(self.looked_up or self.access.parts_of or self.access.previews)


@dataclass
class AccessNotes:
    """Collects notes while a transaction writes those before; tell: is told how many wait; misses: counts the
    look-ups that found nobody."""

    master: Master
    tell: Callable[[int], None] = _tell_nobody
    misses: Misses = field(default_factory=Misses)
    _waiting: list[_Note] = field(default_factory=list)
    _written: asyncio.Event = field(default_factory=asyncio.Event)  # of those that no transaction has taken
    _awaited: asyncio.Event = field(default_factory=asyncio.Event)  # whether an answer waits for a note
    _writing: asyncio.Task[None] | None = None
    _alone: NotedAlone | None = None  # PostgreSQL's

    def __post_init__(self) -> None:
        if not self.master.is_sqlite:
            self._alone = NotedAlone(self.master)

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
        if not (shown.customers or shown.parts_of or shown.looked_up or shown.previews):
            return
        written = self._add(_note_of(context))
        if told_by_audit(context):
            return
        self._awaited.set()
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await written.wait()
        except TimeoutError:
            pass

    def note_unanswered(self, context: Context) -> None:
        """Notes what was looked up or at for an answer that did not go out: its time may tell something."""
        if context.shown.looked_up or context.shown.previews:
            note = _note_of(context)
            self._add(replace(note, access=replace(note.access, customers=frozenset())))

    def _add(self, note: _Note) -> asyncio.Event:
        """Set when it is written."""
        self._waiting.append(note)
        self.tell(self.waiting)
        if self._writing is None:
            self._writing = asyncio.create_task(self._write_all())
        return self._written

    async def close(self) -> None:
        """Waits for what is still to be written; when that can not be, the log says how much is lost."""
        if self._writing is None:
            return
        self._awaited.set()
        await asyncio.wait({self._writing}, timeout=LAST_TRY_SECONDS)
        if self._waiting:
            log.error("accesses lost", notes=self.waiting)
            self._writing.cancel()
            await asyncio.wait({self._writing})  # what it has begun is called off

    async def _write_all(self) -> None:
        while self._waiting:
            await self._gathered()
            left = len(self._waiting)
            # Whoever comes while these are being written waits for the next ones.
            written, self._written = self._written, asyncio.Event()
            while left:
                left -= await self._write_some(left)
            written.set()
            if self._waiting:
                await asyncio.sleep(GATHER_SECONDS)
        self._writing = None

    async def _gathered(self) -> None:
        """When an answer waits, or notes have waited long enough."""
        with suppress(TimeoutError):
            async with asyncio.timeout(UNAWAITED_SECONDS):
                await self._awaited.wait()
        self._awaited.clear()

    async def _write_some(self, most: int) -> int:
        """How many of the oldest were written; after a rest, when none could be."""
        batch = self._waiting[: min(most, MOST_AT_ONCE)]
        try:
            written = await self._done(batch)
        except Exception as error:  # whatever is in the way, it is tried again: no note may be dropped
            log.error("accesses not noted", notes=len(batch), exc_info=error)
            await asyncio.sleep(REST_SECONDS)
            return 0
        self._take_back(written)
        del self._waiting[: len(batch)]
        self.tell(self.waiting)
        return len(batch)

    async def _done(self, batch: list[_Note]) -> list[Access]:
        if self._alone is None or any(note.is_more for note in batch):
            return await asyncio.to_thread(self._write, batch)
        accesses = [note.access for note in batch]
        await self._alone.note(accesses)
        return accesses

    def _write(self, batch: list[_Note]) -> list[Access]:
        accesses = [self._resolved(note) for note in batch]
        with self.master.transaction(Actor("hub")) as tx:
            note_accesses(tx, accesses)
        return accesses

    def _resolved(self, note: _Note) -> Access:
        """With whether the look-ups found anybody in sight, whatever the caller asked to be told of them."""
        if not note.looked_up:
            return note.access
        viewer, at = note.access.viewer, note.access.at
        moments = {"now": at, "today": self.master.clock.day_of(at), **bound(viewer.sight)}
        try:
            with self.master.reading() as connection:
                found = [
                    finds(connection, each, viewer.reach, moments) if each.found is None else each.found
                    for each in note.looked_up
                ]
        except Exception as error:  # a value that can not be looked for is one that nobody has
            log.error("look-ups not resolved", look_ups=len(note.looked_up), error=type(error).__name__)
            found = [bool(each.found) for each in note.looked_up]
        looked_up = zip(note.looked_up, found, strict=True)
        # What was known to find somebody has not been counted.
        ones = tuple(
            LookedUp(each.classes, has, each.typed_on or bool(each.found)) for each, has in looked_up
        )
        return replace(note.access, looked_up=ones)

    def _take_back(self, accesses: list[Access]) -> None:
        """Look-ups that have found somebody do not count."""
        clock = self.master.clock
        for access in accesses:
            since = clock.start_of(clock.day_of(access.at))
            for each in access.looked_up:
                if each.found and not each.typed_on:
                    self.misses.taken_back(access.viewer.token_id, since)


def told_by_audit(context: Context) -> bool:
    """Whether an answer showed those alone whom it has changed: of them the audit tells already, on disk, so
    that nobody need wait for the note."""
    shown = context.shown
    is_more = bool(shown.parts_of or shown.looked_up or shown.previews)
    return shown.customers <= context.audited and not is_more


def _note_of(context: Context) -> _Note:
    shown = context.shown
    access = Access(
        context.now,
        shown.occasion,
        context.viewer,
        frozenset(shown.customers),
        tuple(shown.parts_of),
        context.request_id,
        context.address,
        previews=tuple(shown.previews.items()),
    )
    return _Note(access, tuple(shown.looked_up))
