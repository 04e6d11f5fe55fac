"""Statements that an event loop waits for by itself: on PostgreSQL no thread waits for the server."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from contextlib import suppress
from typing import Any

from sqlalchemy.pool import PoolProxiedConnection

from master.prepared import MOST_PREPARED, Libpq, Prepared, as_text
from master.stopping import cancelling

LOOK_SECONDS = 0.5  # uvloop tells nobody of a connection that was reset: who waits looks by itself so often


class Lines:
    """The connections of one event loop, which runs all that is done here.

    opening: opens one; threads: where that is done, and statements are cancelled. They are nobody else's: the
    loop's may all be busy with what is to be stopped.
    """

    def __init__(self, libpq: Libpq, opening: Callable[[], PoolProxiedConnection], threads: Executor) -> None:
        self.loop = asyncio.get_running_loop()
        self._libpq = libpq
        self._opening = opening
        self._threads = threads
        self._free: list[_Line] = []

    async def told(self, text: str, values: Sequence[Any]) -> bytes | None:
        """The statement's value; it is cancelled when the caller is. Raises psycopg's errors."""
        line = await self._line()
        try:
            value = await line.told(text, values)
        except asyncio.CancelledError:
            await line.let_go(self._threads)
            raise
        except BaseException:
            self._give_back(line)
            raise
        self._give_back(line)
        return value

    def close(self) -> None:
        while self._free:
            self._free.pop().close()

    async def _line(self) -> "_Line":
        """One that may hold another statement: it is sooner opened anew than rid of those it holds."""
        while self._free:
            line = self._free.pop()
            if not line.is_full:
                return line
            line.close()
        opening = self.loop.run_in_executor(self._threads, self._opening)
        try:
            proxied = await asyncio.shield(opening)
        except asyncio.CancelledError:
            await _ended(opening)
            if opening.exception() is None:
                opening.result().invalidate()
            raise
        return _Line(self.loop, self._libpq, proxied, self._take_out)

    def _give_back(self, line: "_Line") -> None:
        if line.is_lost:  # the server began anew: all that were kept are lost
            line.close()
            self.close()
        else:
            self._free.append(line)

    def _take_out(self, line: "_Line") -> None:
        """Its server has gone; where somebody uses it, that one gives it back."""
        if line in self._free:
            self._free.remove(line)
            line.close()


class _Line:
    """One connection. While nobody waits, its server has nothing to say but that it is no longer there."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        libpq: Libpq,
        proxied: Any,
        lost: "Callable[[_Line], None]",
    ) -> None:
        """lost: told when its server has gone."""
        self._proxied = proxied
        self._driver = proxied.dbapi_connection
        self._loop = loop
        self._libpq = libpq
        self._lost = lost
        self._pgconn = self._driver.pgconn
        self._prepared: Prepared = proxied.info[Prepared]
        self._moved: asyncio.Future[None] | None = None
        self._socket: int | None = self._pgconn.socket  # None: left
        self._pgconn.nonblocking = 1
        loop.add_reader(self._pgconn.socket, self._hear)

    @property
    def is_lost(self) -> bool:
        return self._socket is None or bool(self._driver.closed)

    @property
    def is_full(self) -> bool:
        return len(self._prepared) >= MOST_PREPARED

    async def told(self, text: str, values: Sequence[Any]) -> bytes | None:
        texts = [as_text(each) for each in values]
        name = self._prepared.name(text)
        if name is None:
            name = self._prepared.new_name()
            self._pgconn.send_prepare(name, text.encode())
            self._libpq.require(await self._result(), self._libpq.done)
            self._prepared.keep(text, name)
        self._pgconn.send_query_prepared(name, texts, result_format=0)
        result = await self._result()
        self._libpq.require(result, self._libpq.rows)
        value: bytes | None = result.get_value(0, 0) if result.ntuples else None
        return value

    async def _result(self) -> Any:
        """The last there is of what was sent. Raises OperationalError where the server has gone."""
        while self._pgconn.flush():
            await self._move(is_sending=True)
        found = None
        while True:
            while self._pgconn.is_busy():
                await self._move()
            result = self._pgconn.get_result()
            if result is None:
                return found
            found = result

    async def _move(self, *, is_sending: bool = False) -> None:
        """When the server has said something or, while sending, the socket takes more: a statement may be
        longer than it takes at once. Raises OperationalError where the server has gone."""
        if self._socket is None or self._driver.closed:  # then nobody would hear of it any more
            raise self._libpq.psycopg.OperationalError(self._pgconn.get_error_message())
        self._moved = self._loop.create_future()
        if is_sending:
            self._loop.add_writer(self._socket, self._tell, None)
        looking = self._loop.call_later(LOOK_SECONDS, self._hear)
        try:
            await self._moved
        finally:
            looking.cancel()
            if is_sending and self._socket is not None:
                self._loop.remove_writer(self._socket)

    def _hear(self) -> None:
        if self._socket is None:
            return
        try:
            self._pgconn.consume_input()
        except self._libpq.psycopg.OperationalError as error:
            self._leave()
            self._tell(error)
            self._lost(self)
        else:
            self._tell(None)

    def _tell(self, error: Exception | None) -> None:
        moved, self._moved = self._moved, None
        if moved is None or moved.done():
            return
        if error is None:
            moved.set_result(None)
        else:
            moved.set_exception(error)

    def _leave(self) -> None:
        """Lets go of the socket, once: where libpq has closed it, its number may be another's next, whom the
        loop would no longer hear."""
        socket, self._socket = self._socket, None
        if socket is not None and not self._loop.is_closed():
            self._loop.remove_reader(socket)
            self._loop.remove_writer(socket)

    async def let_go(self, threads: Executor) -> None:
        """Ends its statement, for which nobody waits any more, and itself: a cancel may still be on its way,
        which must not reach the statement of the next."""
        self._leave()
        cancel = cancelling(self._driver, self._libpq.psycopg.Error)
        await _ended(self._loop.run_in_executor(threads, cancel))  # it waits for the server
        self.close()

    def close(self) -> None:
        """To be called once."""
        self._leave()
        self._proxied.invalidate()
        self._proxied.close()


async def _ended(work: "asyncio.Future[Any]") -> None:
    """When work in a thread is over, however often its caller is cancelled meanwhile."""
    while not work.done():
        with suppress(asyncio.CancelledError):
            await asyncio.wait([work])
