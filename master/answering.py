"""Statements that give one value, run on the database's own driver: how compiled queries are answered."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from time import monotonic
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import PoolProxiedConnection

from master.prepared import MOST_PREPARED, Libpq, Prepared
from master.statements import Statement
from master.stopping import Deadlines, Stop, Watch, cancelling, tell_deadline
from master.tracing import span

# What the databases say of statements that are nested too deep, or have too many parts, for them.
_TOO_DEEP_STATES = frozenset({"54000", "54001", "54011", "54023"})
_TOO_DEEP_WORDS = ("parser stack overflow", "expression tree is too large", "too many", "too big")


class TooDeep(Exception):
    """The database can not prepare this statement, and never will."""


class Away(Exception):
    """The database, or the connection that was to be used, is not there."""


class Answering:
    """The connections on which statements stand alone: each sees one state by itself."""

    def __init__(self, engine: Engine, deadlines: Deadlines | None) -> None:
        self._engine = engine
        self._deadlines = deadlines
        is_postgresql = engine.dialect.name == "postgresql"
        self._libpq = Libpq(engine.dialect.loaded_dbapi) if is_postgresql else None

    def told(self, statement: Statement, values: Sequence[Any], stop: Stop) -> bytes | None:
        """The statement's value, as UTF-8. Raises TooDeep, Away, TimedOut and NobodyWaits."""
        proxied = self._connection()
        watch: Watch = proxied.info[Watch]
        try:
            with span("statements"), self._watched(proxied, watch, stop) as driver:
                return self._run(driver, proxied.info, statement.text, values)
        except Exception as error:
            stop.check()
            if self._deadlines is not None:
                tell_deadline(error, watch, self._deadlines)
            if _is_too_deep(error):
                raise TooDeep from error
            if proxied.dbapi_connection is not None and self._is_lost(proxied.dbapi_connection):
                proxied.invalidate()
                self._engine.dispose()  # the server began anew: all that were kept are lost
                raise Away from error
            raise
        finally:
            proxied.close()

    def _connection(self) -> PoolProxiedConnection:
        """One that may hold another statement: it is sooner opened anew than rid of those it holds."""
        try:
            proxied = self._engine.raw_connection()
            if len(proxied.info.get(Prepared, ())) < MOST_PREPARED:
                return proxied
            proxied.invalidate()
            return self._engine.raw_connection()
        except OperationalError as error:
            raise Away from error

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def _watched(self, proxied: PoolProxiedConnection, watch: Watch, stop: Stop) -> Iterator[DBAPIConnection]:
        """The driver's connection, whose statement ends in time or when the stop is said."""
        stop.check()
        driver: Any = proxied.dbapi_connection
        watch.stop, watch.ran_over = stop, False
        if watch.seconds is not None:
            watch.until = monotonic() + watch.seconds
        try:
            if self._libpq is None:
                yield driver
                return
            with stop.reaching(cancelling(driver, self._engine.dialect.loaded_dbapi.Error)):
                yield driver
        finally:
            watch.stop = None
            if stop.is_said and self._libpq is not None:
                proxied.invalidate()  # a cancel may still be on its way to it

    def _run(self, driver: Any, notes: dict[Any, Any], text: str, values: Sequence[Any]) -> bytes | None:
        if self._libpq is not None:
            return self._libpq.told(driver, notes[Prepared], text, values)
        found = driver.execute(text, values).fetchone()
        return None if found is None else found[0]

    def _is_lost(self, driver: Any) -> bool:
        return self._libpq is not None and bool(driver.closed)


def _is_too_deep(error: Exception) -> bool:
    if isinstance(error, sqlite3.OperationalError):
        return any(words in str(error) for words in _TOO_DEEP_WORDS)
    return getattr(error, "sqlstate", None) in _TOO_DEEP_STATES
