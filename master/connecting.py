"""Connections as they are opened: what each database is told, and how a writer gets SQLite's one lock."""

import math
import select
import sqlite3
import time
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import InvalidatePoolError

from master.keys import Keys
from master.sealing import give_keys
from master.stopping import Deadlines, Stop, is_busy, watch
from master.wire import wired

PATIENCE_SECONDS = 30.0  # of commands, while a writer of another process holds SQLite's lock
# How often a writer looks whether SQLite's lock is free. SQLite itself looks ten times a second, and misses
# the moment between two batches of an import time and again (measured 2026-11: up to 1.9 s for one write).
# Five times as seldom, the index followed 460 changes a second at p95 405 and 708 ms, instead of 278 and 291.
LOOK_SECONDS = 0.001
# Connections that are kept; more are opened while they are needed. Were there a most, those who wait for one
# would hold the threads that those who have one need to go on.
KEPT = 16

# That a connection may lie there before its server is asked whether it is: a network loses it without a word.
LAIN_SECONDS = 30.0
_GIVEN_BACK = "kehu given back"  # when, in what a pool notes of a connection

CACHE_KIB = 64 * 1024  # of SQLite's pages, a connection
CACHE_KIB_BESIDE = 16 * 1024  # of work beside requests, in whose process it would stay full
# Each thread that answers has a connection, and each commit makes SQLite forget what the others keep.
CACHE_KIB_ANSWERING = 1024


@dataclass(frozen=True)
class Turn:
    """A write that may begin: until when it waits for other processes, and who may call it off till then."""

    until: float
    stop: Stop | None


def engine_of(
    url: str, keys: Keys, deadlines: Deadlines | None, *, is_beside: bool = False, **pooled: Any
) -> Engine:
    """Connects when it is first used; is_beside: for work beside requests; pooled: how PostgreSQL's
    connections are kept."""
    if url.startswith("postgresql"):
        engine = _postgresql(url, deadlines, pooled)
    else:
        unhurried = CACHE_KIB_BESIDE if is_beside else CACHE_KIB
        engine = _sqlite(url, deadlines, unhurried if deadlines is None else CACHE_KIB_ANSWERING)
    give_keys(engine.dialect, keys)
    watch(engine, deadlines)
    wired(engine, deadlines)
    return engine


def _postgresql(url: str, deadlines: Deadlines | None, pooled: dict[str, Any]) -> Engine:
    given = make_url(url).set(drivername="postgresql+psycopg")
    own = {"client_encoding": "UTF8"}  # answers are sent as they arrive
    if deadlines is not None:
        own["options"] = f"{given.query.get('options', '')} {_options(deadlines)}".strip()
    # SQLAlchemy ends each transaction itself: there is nothing that has to be rolled back once more.
    kept = {"pool_size": KEPT, "max_overflow": -1, "pool_reset_on_return": None, **pooled}
    engine = create_engine(given, connect_args=own, **kept)
    if not pooled:
        _look_when_taken(engine)
    return engine


def _look_when_taken(engine: Engine) -> None:
    """Whoever takes a connection gets one whose server is there. It is asked only where there is a doubt: one
    that has ended has said so, and that waits to be read."""

    @event.listens_for(engine, "checkin")
    def _(driver: Any, record: Any) -> None:
        record.info[_GIVEN_BACK] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _(driver: Any, record: Any, proxied: Any) -> None:
        has_lain = time.monotonic() - record.info.get(_GIVEN_BACK, math.inf) > LAIN_SECONDS
        if not has_lain and not _has_spoken(driver):
            return
        try:
            engine.dialect.do_ping(driver)
        except engine.dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error  # the others of the pool lay there as long


def _has_spoken(driver: Any) -> bool:
    """Whether something came on a connection on which nothing was asked."""
    if driver.closed:
        return True
    heard = select.poll()
    heard.register(driver.pgconn.socket, select.POLLIN)
    return bool(heard.poll(0))


def _options(deadlines: Deadlines) -> str:
    seconds = {
        "statement_timeout": deadlines.statement,
        "lock_timeout": deadlines.lock,
        "idle_in_transaction_session_timeout": deadlines.idle,
    }
    told = " ".join(f"-c {name}={each * 1000:.0f}" for name, each in seconds.items())
    # Who answers requests has no statement that gains what compiling it to machine code costs: seconds, for
    # the hundreds of expressions of a compiled query (measured 2026-11).
    return f"{told} -c jit=off"


def _sqlite(url: str, deadlines: Deadlines | None, cache: int) -> Engine:
    busy = PATIENCE_SECONDS if deadlines is None else deadlines.lock
    engine = create_engine(url, connect_args={"timeout": busy}, pool_size=KEPT, max_overflow=-1)

    @event.listens_for(engine, "connect")
    def _(connection: Any, record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves: Python's sqlite3 would say it too late
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute(f"PRAGMA cache_size = -{cache}")

    @event.listens_for(engine, "begin")
    def _(connection: Connection) -> None:
        turn = connection.get_execution_options().get("kehu_turn")
        if turn is None:
            connection.exec_driver_sql("BEGIN")
        else:
            _begin_writing(connection, turn, busy)

    return engine


def _begin_writing(connection: Connection, turn: Turn, busy: float) -> None:
    """BEGIN IMMEDIATE, as soon as no other process writes."""
    driver: Any = connection.connection.dbapi_connection
    driver.execute("PRAGMA busy_timeout = 0")
    try:
        while time.monotonic() < turn.until:
            if turn.stop is not None:
                turn.stop.check()
            try:
                driver.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as error:
                if not is_busy(error):
                    break
            time.sleep(LOOK_SECONDS)
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    finally:
        driver.execute(f"PRAGMA busy_timeout = {busy * 1000:.0f}")
