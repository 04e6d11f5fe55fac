"""The read side of one request: one connection, so that all its statements see the same state."""

import asyncio
from collections.abc import Callable
from contextlib import ExitStack, suppress
from typing import Any, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import PendingRollbackError

from master.session import Master
from master.stopping import Stop, at_rest
from master.tracing import span

T = TypeVar("T")


class Reader:
    """Opens its connection with the first read; reads run in turn, each in a worker thread."""

    def __init__(self, master: Master) -> None:
        self._master = master
        self._turn = asyncio.Lock()
        self._open = ExitStack()
        self._connection: Connection | None = None
        self._busy: asyncio.Task[Any] | None = None
        self._stop = Stop()
        self._is_over = False

    async def run(self, work: Callable[[Connection], T]) -> T:
        """What `work` gives on the connection."""
        async with self._turn:
            await self._at_rest()
            if self._is_over:  # a field that outlived its request must not open a connection again
                raise RuntimeError("the request is over")
            task = self._busy = asyncio.create_task(asyncio.to_thread(self._work, work))
            return await asyncio.shield(task)

    @property
    def has_read(self) -> bool:
        """Whether there may be something to give back."""
        return self._busy is not None

    def end(self) -> None:
        """Nothing is read from now on."""
        self._is_over = True

    async def close(self) -> None:
        """Gives the connection back; what is still being read is stopped, for nobody waits for it."""
        self.end()
        if self._busy is not None and not self._busy.done():
            self._stop.say()
        async with self._turn:
            await self._at_rest()
            if self._connection is not None:
                self._connection = None
                with suppress(PendingRollbackError):  # it was lost, which the read has told
                    await asyncio.to_thread(self._open.close)

    def _work(self, work: Callable[[Connection], T]) -> T:
        self._stop.check()
        if self._connection is None:
            self._connection = self._open.enter_context(self._master.reading(self._stop))
        with span("statements"):
            return work(self._connection)

    async def _at_rest(self) -> None:
        """A thread can not be cancelled: wait for the read whose caller went away."""
        if self._busy is not None:
            await at_rest(self._busy)
