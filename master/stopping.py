"""How work on the master ends early: a statement over its time, or one that nobody waits for any more."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import dataclass
from math import inf
from time import monotonic
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import ExceptionContext

from master.errors import TimedOut

T = TypeVar("T")

# Of SQLite's machine between two looks at the clock. A statement of a 360 has fewer (no cost, measured
# 2026-11); a long one is stopped some 12 ms late, and waits 5 ms a look for an interpreter that is busy.
STEPS = 1_000_000

LOCKED = "Others are changing what this needs: nothing was changed, try again."
STOOD_STILL = "The transaction stood still for too long: nothing was changed, try again."

_CANCELLED, _LOCK_NOT_AVAILABLE, _STOOD_STILL, _FAILED_BEFORE = "57014", "55P03", "25P03", "25P02"


@dataclass(frozen=True)
class Deadlines:
    """Seconds: of one statement, of waiting while others write, of a transaction that does nothing."""

    statement: float
    lock: float
    idle: float


class NobodyWaits(Exception):
    """The work was stopped because its caller has gone."""


class Stop:
    """Said once, from any thread: nobody waits for this work any more."""

    def __init__(self) -> None:
        self.is_said = False
        self._cancel: Callable[[], None] | None = None
        self._lock = threading.Lock()

    def say(self) -> None:
        with self._lock:
            self.is_said = True
            if self._cancel is not None:
                # A thread of its own: the others may all be busy with what is to be stopped.
                threading.Thread(target=self._cancel, name="cancel", daemon=True).start()

    def check(self) -> None:
        """Raises NobodyWaits."""
        if self.is_said:
            raise NobodyWaits

    @contextmanager
    def reaching(self, cancel: Callable[[], None]) -> Iterator[None]:
        """While inside, `say` calls this."""
        with self._lock:
            self._cancel = cancel
        try:
            yield
        finally:
            with self._lock:
                self._cancel = None


async def in_thread(work: Callable[[], T], stop: Stop, threads: Executor | None = None) -> T:
    """What the work gives, in a thread; who is cancelled tells it to stop, and waits until it is at rest.

    threads: where it runs; None: on the loop's own.
    """
    # As asyncio.to_thread, without a task of its own.
    working = asyncio.get_running_loop().run_in_executor(threads, copy_context().run, work)
    try:
        return await asyncio.shield(working)
    except asyncio.CancelledError:
        stop.say()
        await at_rest(working)
        raise


async def at_rest(work: "asyncio.Future[Any]") -> None:
    """When the work is over, however it ended; nobody needs to know."""
    await asyncio.wait([work])
    if not work.cancelled():
        work.exception()


@dataclass
class Watch:
    """Of one connection: when its statement has to end, and who may stop it."""

    seconds: float | None
    until: float = inf
    stop: Stop | None = None
    ran_over: bool = False

    def is_over(self) -> bool:
        return monotonic() > self.until or (self.stop is not None and self.stop.is_said)


def watch(engine: Engine, deadlines: Deadlines | None) -> None:
    """From now on statements of the engine end in time, as TimedOut, or when their Stop is said."""
    seconds = None if deadlines is None else deadlines.statement

    @event.listens_for(engine, "connect")
    def _(connection: Any, record: Any) -> None:
        record.info[Watch] = of = Watch(seconds)
        if engine.dialect.name == "sqlite":
            connection.set_progress_handler(of.is_over, STEPS)

    @event.listens_for(engine, "begin")
    def _(connection: Connection) -> None:
        watch_of(connection).ran_over = False

    @event.listens_for(engine, "before_cursor_execute")
    def _(connection: Connection, *statement: Any) -> None:
        of = watch_of(connection)
        if of.stop is not None:
            of.stop.check()
        if seconds is not None:
            of.until = monotonic() + seconds

    @event.listens_for(engine, "handle_error")
    def _(context: ExceptionContext) -> None:
        connection = context.connection
        if connection is None or connection.closed or connection.invalidated:
            return
        of = watch_of(connection)
        if of.stop is not None:
            of.stop.check()
        if deadlines is not None:
            tell_deadline(context.original_exception, of, deadlines)


def watch_of(connection: Connection) -> Watch:
    found: Watch = connection.info[Watch]
    return found


@contextmanager
def stoppable(connection: Connection, stop: Stop | None) -> Iterator[None]:
    """While inside, the connection's statement ends when the stop is said, and no other begins."""
    if stop is None:
        yield
        return
    stop.check()
    of, is_postgresql = watch_of(connection), connection.dialect.name == "postgresql"
    of.stop = stop
    try:
        if not is_postgresql:
            yield
        else:
            driver: Any = connection.connection.dbapi_connection
            with stop.reaching(cancelling(driver, connection.dialect.loaded_dbapi.Error)):
                yield
    finally:
        of.stop = None
        if is_postgresql and stop.is_said:
            connection.invalidate()  # a cancel may still be on its way to it


def cancelling(driver: Any, error: type[Exception]) -> Callable[[], None]:
    """What ends the statement that runs on psycopg's connection; error: the driver's own."""

    def cancel() -> None:
        try:
            driver.cancel_safe()
        except error:  # it has ended, or its server has
            return

    return cancel


def is_busy(error: BaseException) -> bool:
    """Whether SQLite says that another process writes."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY


def tell_deadline(error: BaseException, of: Watch, deadlines: Deadlines) -> None:
    """Raises TimedOut for what a deadline ended."""
    state = getattr(error, "sqlstate", None)
    interrupted = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT
    if interrupted or state == _CANCELLED or (state == _FAILED_BEFORE and of.ran_over):
        of.ran_over = True
        raise TimedOut(f"A statement took longer than {deadlines.statement:g} seconds: ask for less at once.")
    if state == _LOCK_NOT_AVAILABLE or is_busy(error):
        raise TimedOut(LOCKED)
    if state == _STOOD_STILL:
        raise TimedOut(STOOD_STILL)
