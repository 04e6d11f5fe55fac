"""Statements that give one value, run on the database's own driver: how compiled queries are answered."""

import asyncio
import os
import sqlite3
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from time import monotonic
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import PoolProxiedConnection

from master.awaited import Lines
from master.in_loop import InLoop, TooLong
from master.prepared import Libpq
from master.statements import Statement
from master.stopping import Deadlines, Stop, Watch, in_thread, tell_deadline
from master.tracing import span
from master.turns import Turns

# What the databases say of statements that are nested too deep, or have too many parts, for them.
_TOO_DEEP_STATES = frozenset({"54000", "54001", "54011", "54023"})
_TOO_DEEP_WORDS = ("parser stack overflow", "expression tree is too large", "too many", "too big")

# Statements at once: more of them answer no more on few cores, and each has a connection, with pages or a
# server process of its own. One token's requests fill half of them (master/turns.py).
MOST_AT_ONCE = 16
# Of SQLite, whose work is done in this process: on two cores 4 answer as much as 8, 16 and 32 do, and each
# has a connection, of some 3 MiB (2026-11).
MOST_THREADS = min(8, max(4, os.cpu_count() or 4))
# That open PostgreSQL's connections and cancel its statements: for these themselves no thread waits.
THREADS_BESIDE = 2


class TooDeep(Exception):
    """The database can not prepare this statement, and never will."""


class Away(Exception):
    """The database, or the connection that was to be used, is not there."""


class Answering:
    """The connections on which statements stand alone: each sees one state by itself."""

    def __init__(self, engine: Engine, deadlines: Deadlines | None, most: int = MOST_AT_ONCE) -> None:
        """most: of statements at once; others wait for their turn."""
        self._engine = engine
        self._deadlines = deadlines
        is_postgresql = engine.dialect.name == "postgresql"
        self._libpq = Libpq(engine.dialect.loaded_dbapi) if is_postgresql else None
        self._lines: Lines | None = None  # PostgreSQL's
        at_once = most if is_postgresql else min(most, MOST_THREADS)
        self._turns = Turns(at_once)
        self._threads = ThreadPoolExecutor(THREADS_BESIDE if is_postgresql else at_once, "answers")
        self._in_loop = None if is_postgresql else InLoop(engine.raw_connection, self._threads)

    async def told(
        self, statement: Statement, values: Sequence[Any], holder: str | None = None
    ) -> bytes | None:
        """The statement's value, as UTF-8; it is stopped when the caller is cancelled.

        holder: the token that asks, which keeps no more than half of the turns; None: the hub itself.
        Raises TooDeep, Away and TimedOut.
        """
        if self._in_loop is not None:
            with suppress(TooLong):
                found: bytes | None = self._in_loop.told(statement.text, values)
                return found
        await self._turns.take(holder)
        try:
            return await self._told(statement, values)
        finally:
            self._turns.give_back(holder)

    async def _told(self, statement: Statement, values: Sequence[Any]) -> bytes | None:
        if self._libpq is None:
            return await self._told_in_thread(statement, values)
        try:
            with span("statements"):
                return await self._lines_here(self._libpq).told(statement.text, values)
        except self._libpq.psycopg.Error as error:
            self._tell(error, Watch(None))
            if isinstance(error, self._libpq.psycopg.OperationalError) and error.sqlstate is None:
                raise Away from error  # which no server has said
            raise

    def close(self) -> None:
        self._threads.shutdown()
        if self._lines is not None:
            self._lines.close()
        if self._in_loop is not None:
            self._in_loop.close()
        self._engine.dispose()

    def _lines_here(self, libpq: Libpq) -> Lines:
        """Those of the loop that runs."""
        if self._lines is None or self._lines.loop is not asyncio.get_running_loop():
            if self._lines is not None:
                self._lines.close()
            self._lines = Lines(libpq, self._opened, self._threads)
        return self._lines

    def _opened(self) -> PoolProxiedConnection:
        try:
            return self._engine.raw_connection()
        except OperationalError as error:
            raise Away from error

    async def _told_in_thread(self, statement: Statement, values: Sequence[Any]) -> bytes | None:
        stop = Stop()
        return await in_thread(partial(self._told_here, statement, values, stop), stop, self._threads)

    def _told_here(self, statement: Statement, values: Sequence[Any], stop: Stop) -> bytes | None:
        """SQLite's value. Raises NobodyWaits too."""
        stop.check()
        proxied = self._engine.raw_connection()
        watch: Watch = proxied.info[Watch]
        try:
            with span("statements"), _watched(watch, stop):
                driver: Any = proxied.dbapi_connection
                found = driver.execute(statement.text, values).fetchone()
                return None if found is None else found[0]
        except sqlite3.Error as error:
            stop.check()
            self._tell(error, watch)
            raise
        finally:
            proxied.close()

    def _tell(self, error: Exception, watch: Watch) -> None:
        """Raises TimedOut and TooDeep for what these are."""
        if self._deadlines is not None:
            tell_deadline(error, watch, self._deadlines)
        if _is_too_deep(error):
            raise TooDeep from error


@contextmanager
def _watched(watch: Watch, stop: Stop) -> Iterator[None]:
    """While inside, the connection's statement ends in time, or when the stop is said."""
    watch.stop, watch.ran_over = stop, False
    if watch.seconds is not None:
        watch.until = monotonic() + watch.seconds
    try:
        yield
    finally:
        watch.stop = None


def _is_too_deep(error: Exception) -> bool:
    if isinstance(error, sqlite3.OperationalError):
        return any(words in str(error) for words in _TOO_DEEP_WORDS)
    return getattr(error, "sqlstate", None) in _TOO_DEEP_STATES
