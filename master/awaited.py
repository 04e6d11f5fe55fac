"""Statements that an event loop waits for by itself: on PostgreSQL no thread waits for the server."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from sqlalchemy.pool import PoolProxiedConnection

from master.prepared import MOST_PREPARED, Libpq, Prepared, as_text
from master.stopping import cancelling


class Lines:
    """The connections of one event loop, which runs all that is done here.

    opening: opens one, in a thread; most: of statements at once.
    """

    def __init__(self, libpq: Libpq, opening: Callable[[], PoolProxiedConnection], most: int) -> None:
        self.loop = asyncio.get_running_loop()
        self._libpq = libpq
        self._opening = opening
        self._free: list[_Line] = []
        self._turns = asyncio.Semaphore(most)

    async def told(self, text: str, values: Sequence[Any]) -> bytes | None:
        """The statement's value; it is cancelled when the caller is. Raises psycopg's errors."""
        async with self._turns:
            line = await self._line()
            try:
                value = await line.told(text, values)
            except asyncio.CancelledError:
                await line.let_go()
                raise
            except BaseException:
                if line.is_lost:
                    self._forget(line)
                else:
                    self._free.append(line)
                raise
            self._free.append(line)
            return value

    def close(self) -> None:
        while self._free:
            self._free.pop().close()

    async def _line(self) -> "_Line":
        """One that may hold another statement: it is sooner opened anew than rid of those it holds."""
        while self._free:
            line = self._free.pop()
            if not line.is_lost and not line.is_full:
                return line
            line.close()
        opening = asyncio.create_task(asyncio.to_thread(self._opening))
        try:
            proxied = await asyncio.shield(opening)
        except asyncio.CancelledError:
            await _ended(opening)
            if opening.exception() is None:
                opening.result().invalidate()
            raise
        return _Line(self.loop, self._libpq, proxied)

    def _forget(self, line: "_Line") -> None:
        """The server began anew: all that were kept are lost."""
        line.close()
        self.close()


class _Line:
    """One connection. While nobody waits, its server has nothing to say but that it is no longer there."""

    def __init__(self, loop: asyncio.AbstractEventLoop, libpq: Libpq, proxied: Any) -> None:
        self._proxied = proxied
        self._driver = proxied.dbapi_connection
        self._has_ended = False
        self._loop = loop
        self._libpq = libpq
        self._pgconn = self._driver.pgconn
        self._prepared: Prepared = proxied.info[Prepared]
        self._heard: asyncio.Future[None] | None = None
        self._socket: int = self._pgconn.socket
        self._pgconn.nonblocking = 1
        loop.add_reader(self._socket, self._hear)

    @property
    def is_lost(self) -> bool:
        return self._has_ended or bool(self._driver.closed)

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
            await self._writable()
        found = None
        while True:
            while self._pgconn.is_busy():
                self._heard = self._loop.create_future()
                await self._heard
            result = self._pgconn.get_result()
            if result is None:
                return found
            found = result

    async def _writable(self) -> None:
        """When the socket takes more: a statement may be longer than it takes at once."""
        free = self._loop.create_future()
        self._loop.add_writer(self._socket, free.set_result, None)
        try:
            await free
        finally:
            self._loop.remove_writer(self._socket)

    def _hear(self) -> None:
        heard, self._heard = self._heard, None
        try:
            self._pgconn.consume_input()
        except self._libpq.psycopg.OperationalError as error:
            self._has_ended = True
            self._loop.remove_reader(self._socket)
            if heard is not None and not heard.done():
                heard.set_exception(error)
            return
        if heard is not None and not heard.done():
            heard.set_result(None)

    async def let_go(self) -> None:
        """Ends its statement, for which nobody waits any more, and itself: a cancel may still be on its way,
        which must not reach the statement of the next."""
        self._loop.remove_reader(self._socket)
        cancel = cancelling(self._driver, self._libpq.psycopg.Error)
        cancelled = asyncio.create_task(asyncio.to_thread(cancel))  # it waits for the server
        await _ended(cancelled)
        self.close()

    def close(self) -> None:
        if not self._loop.is_closed():
            self._loop.remove_reader(self._socket)
        self._proxied.invalidate()
        self._proxied.close()


async def _ended(work: "asyncio.Task[Any]") -> None:
    """When work in a thread is over, however often its caller is cancelled meanwhile."""
    while not work.done():
        with suppress(asyncio.CancelledError):
            await asyncio.wait([work])
