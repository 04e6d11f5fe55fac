"""Connections to the master: reading in a snapshot, and the one place that commits."""

import secrets
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, CursorResult, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.sql import Executable

from master.clock import Clock, spelled
from master.keys import Keys
from master.roles import Roles, shipped_roles
from master.sealing import give_keys

BUSY_TIMEOUT_SECONDS = 30  # how long a writer of another process may hold SQLite's lock


@dataclass(frozen=True)
class Actor:
    """Who changes something, and on what occasion."""

    name: str
    role: str | None = None
    token_id: str | None = None
    request_id: str | None = None
    address: str | None = None


@dataclass(frozen=True)
class Transaction:
    """One unit of change: what it writes is there wholly, with its audit entries, or not at all."""

    connection: Connection
    id: str
    at: datetime
    actor: Actor
    reason: str | None
    master: "Master"

    def execute(
        self, statement: Executable, rows: Sequence[dict[str, Any]] | None = None
    ) -> CursorResult[Any]:
        return self.connection.execute(statement, rows)


@dataclass
class Master:
    """The relational truth: an engine, the keys of its sealed columns and the hub's clock."""

    engine: Engine
    keys: Keys
    clock: Clock
    roles: Roles = field(default_factory=shipped_roles)
    on_commit: list[Callable[[], None]] = field(default_factory=list)
    _writing: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @classmethod
    def open(cls, url: str, keys: Keys, clock: Clock) -> "Master":
        """A master on sqlite:///… or postgresql://…; connects when it is first used."""
        engine = _postgresql(url) if url.startswith("postgresql") else _sqlite(url)
        give_keys(engine.dialect, keys)
        return cls(engine, keys, clock)

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    def close(self) -> None:
        self.engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection on which all statements see the same state."""
        level = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}
        with self.engine.connect() as connection:
            yield connection.execution_options(**level)
            connection.rollback()

    @contextmanager
    def transaction(self, actor: Actor, reason: str | None = None) -> Iterator[Transaction]:
        """Everything inside is committed together at the end, or rolled back when it raises."""
        with self.committing() as connection:
            tx = Transaction(connection, secrets.token_hex(8), self.clock.now(), actor, reason, self)
            _announce(tx)
            yield tx
            if self.is_sqlite:
                connection.exec_driver_sql("DELETE FROM change_context")
        for told in self.on_commit:
            told()

    @contextmanager
    def bulk_loading(self) -> Iterator[None]:
        """While inside, SQLite keeps the journals of statements that fire triggers in memory.

        Loads without savepoints take 0.73 of the time (20,000 sample customers, 2026-11); with savepoints,
        whose journals grow long, three times as long: hence not always.
        """
        if not self.is_sqlite:
            yield
            return
        event.listen(self.engine, "connect", _journals_in_memory)
        self.engine.dispose()
        try:
            yield
        finally:
            event.remove(self.engine, "connect", _journals_in_memory)
            self.engine.dispose()

    @contextmanager
    def committing(self) -> Iterator[Connection]:
        """The one place that commits: for `transaction`, and for migrations, which come before its tables."""
        # SQLite has one writer: its threads queue here, which is fairer than its busy waiting.
        turn = self._writing if self.is_sqlite else nullcontext()
        with turn, self.engine.connect() as connection:
            connection.execution_options(kehu_writes=True)
            with connection.begin() as begun:
                yield connection
                begun.commit()


def _announce(tx: Transaction) -> None:
    """Tell the triggers who writes, when and why."""
    values = {"tx": tx.id, "at": spelled(tx.at), "actor": tx.actor.name, "reason": tx.reason}
    if tx.connection.dialect.name == "sqlite":
        tx.execute(
            text("INSERT INTO change_context (tx, at, actor, reason) VALUES (:tx, :at, :actor, :reason)"),
            [values],
        )
        return
    settings = ", ".join(f"set_config('kehu.{name}', coalesce(:{name}, ''), true)" for name in values)
    tx.connection.execute(text(f"SELECT {settings}"), values)


def _journals_in_memory(connection: Any, record: Any) -> None:
    connection.execute("PRAGMA temp_store = MEMORY")


def _postgresql(url: str) -> Engine:
    return create_engine(make_url(url).set(drivername="postgresql+psycopg"), pool_pre_ping=True)


def _sqlite(url: str) -> Engine:
    engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_SECONDS}, pool_size=16)

    @event.listens_for(engine, "connect")
    def _(connection: Any, record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves: Python's sqlite3 would say it too late
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA cache_size = -65536")  # 64 MiB a connection

    @event.listens_for(engine, "begin")
    def _(connection: Connection) -> None:
        writes = connection.get_execution_options().get("kehu_writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine
