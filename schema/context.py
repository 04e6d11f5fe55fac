"""What a request carries: who asks, what was read for it, and the one way to change something."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, TypeAlias, TypeVar

import strawberry
from sqlalchemy import Connection

from indexing.engines.port import SearchEngine
from indexing.shapes import SearchDone
from indexing.typing_on import Typing
from loaders.cursors import Cursors
from loaders.loading import Loaders
from loaders.misses import Misses
from loaders.reader import Reader
from loaders.shown import Shown
from master.access import Viewer
from master.deadlocks import untangled
from master.session import Master, Transaction
from master.sight import bound
from master.stopping import Stop, in_thread

T = TypeVar("T")

WRITE_SECONDS = 1.0  # a write that has got its locks has ended by then, and is told


def _untold(done: SearchDone) -> None:
    """Nobody asks."""


@dataclass
class Context:
    """One request. All its reads see one state of the master, which a write of its own renews.

    until: by time.monotonic(), when it is stopped; None: never. ahead: asks, before the COMMIT is sent, what
    will be read of the row whose id a command gives. audited: the customers (ids) of whom the audit tells
    that this request has changed them.
    """

    viewer: Viewer
    master: Master
    search: SearchEngine | None
    request_id: str | None
    address: str | None
    now: datetime
    cursors: Cursors
    typing: Typing = field(default_factory=Typing)
    misses: Misses = field(default_factory=Misses)
    shown: Shown = field(default_factory=Shown)
    tell_search: Callable[[SearchDone], None] = _untold
    until: float | None = None
    ahead: Callable[[Transaction, int], None] | None = None
    audited: set[int] = field(default_factory=set)
    reader: Reader = field(init=False)
    loaders: Loaders = field(init=False)
    _made: dict[Hashable, asyncio.Future[Any]] = field(default_factory=dict)
    _done: dict[Hashable, tuple[Any, Exception | None]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._begin()

    async def once(self, name: Hashable, make: Callable[[], Awaitable[T]]) -> T:
        """What `make` gives, made once until the request's next write however many fields ask for it, and on
        both paths."""
        if name not in self._made:
            self._made[name] = asyncio.ensure_future(make())
        found: T = await asyncio.shield(self._made[name])
        return found

    async def commanded(self, name: Hashable, command: Callable[[], Awaitable[T]]) -> T:
        """What the command gives, or raises, which the request knows by this name: nobody runs it twice, also
        where the path that ran it leaves the answer to the other one."""
        if name not in self._done:
            try:
                self._done[name] = await command(), None
            except Exception as error:
                self._done[name] = None, error
        done, failed = self._done[name]
        if failed is not None:
            raise failed
        found: T = done
        return found

    async def read(self, work: Callable[[Connection], T]) -> T:
        """What `work` gives on the request's read connection, run in a worker thread."""
        return await self.reader.run(work)

    async def look(self, work: Callable[[Connection], T]) -> T:
        """What `work` gives on a connection of its own: the present state, not the request's."""
        reader = Reader(self.master)
        try:
            return await reader.run(work)
        finally:
            await reader.close()

    async def write(self, permission: str, act: Callable[[Transaction], T], reason: str | None = None) -> T:
        """What `act` gives in a transaction, run in a worker thread. Raises Refusal: nothing is changed.

        When the request is cancelled a transaction that waits for its turn is not begun. One that has begun
        is finished, for nobody could know how it ended otherwise.
        """
        self.viewer.require(permission)
        actor, stop = self.viewer.actor(self.request_id, self.address), Stop()

        def acted() -> tuple[T, set[int]]:
            with self.master.transaction(actor, reason, stop) as tx:
                return act(tx), tx.audited

        try:
            done, audited = await in_thread(partial(untangled, acted), stop)
            self.audited |= audited
            return done
        finally:
            await self.close()
            self._begin()

    async def rehearse(self, permission: str, act: Callable[[Transaction], T]) -> T:
        """What `act` would give; nothing is changed, and what is read beside it goes on. Raises Refusal."""
        self.viewer.require(permission)
        actor, stop = self.viewer.actor(self.request_id, self.address), Stop()

        return await in_thread(partial(untangled, lambda: self.master.rehearsed(actor, act, stop)), stop)

    @property
    def is_short_of_time(self) -> bool:
        """Whether another write might not end, and be told, before the request is stopped."""
        if self.until is None:
            return False
        lock = self.master.deadlines.lock if self.master.deadlines is not None else 0.0
        return time.monotonic() > self.until - lock - WRITE_SECONDS

    async def close(self) -> None:
        """Ends the read side; the connection goes back."""
        await self.loaders.close()
        await self.reader.close()

    def _begin(self) -> None:
        self._made.clear()
        clock = self.master.clock
        self.reader = Reader(self.master)
        moments = {"now": self.now, "today": clock.day_of(self.now), **bound(self.viewer.sight)}
        self.loaders = Loaders(self.reader, self.viewer, moments, self.shown)


Info: TypeAlias = strawberry.Info[Context, None]


@asynccontextmanager
async def open_context(
    master: Master,
    viewer: Viewer,
    *,
    search: SearchEngine | None = None,
    request_id: str | None = None,
    address: str | None = None,
    typing: Typing | None = None,
    misses: Misses | None = None,
    tell_search: Callable[[SearchDone], None] = _untold,
    until: float | None = None,
) -> AsyncIterator[Context]:
    """The context of one request; a connection is opened by its first read and closed at the end."""
    context = Context(
        viewer,
        master,
        search,
        request_id,
        address,
        master.clock.now(),
        Cursors(master.keys.derive("cursors"), viewer.token_id),
        typing or Typing(),
        misses or Misses(),
        tell_search=tell_search,
        until=until,
    )
    try:
        yield context
    finally:
        if context.reader.has_read or context.loaders.is_busy:
            # A task of its own: the request may be cancelled again while it is being closed.
            await asyncio.shield(asyncio.create_task(context.close()))
        else:
            context.reader.end()
