"""Connections to the master: reading in a snapshot, and the one place that commits."""

import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any, TypeVar

from sqlalchemy import Connection, CursorResult, Engine, event, text
from sqlalchemy.sql import Executable

from master.answering import MOST_AT_ONCE, Answering
from master.clock import Clock, spelled
from master.connecting import PATIENCE_SECONDS, Turn, engine_of
from master.errors import TimedOut
from master.keys import Keys
from master.roles import Roles, shipped_roles
from master.sight import Sight
from master.statements import Statement
from master.stopping import LOCKED, Deadlines, Stop, stoppable
from master.tracing import present, span
from master.wire import Afterwards, Later, LostBehindCommit, afterwards, ask, later, tell

T = TypeVar("T")

# What the triggers are told: on SQLite as a row, on PostgreSQL as settings that end with the transaction.
CONTEXT = ("tx", "at", "actor", "reason", "trace")
ANNOUNCED = {
    "sqlite": text(
        "INSERT INTO change_context (tx, at, actor, reason, trace) VALUES (:tx, :at, :actor, :reason, :trace)"
    ),
    "postgresql": text(
        "SELECT " + ", ".join(f"set_config('kehu.{name}', coalesce(:{name}, ''), true)" for name in CONTEXT)
    ),
}

FORGOTTEN = text("DELETE FROM change_context")


@dataclass(frozen=True)
class Actor:
    """Who changes something, and on what occasion; sight: what may be changed, None: all.

    sources: codes of the only source systems that its token feeds. None: those that the token made, and with
    feeds_any all; who has no token feeds all.
    """

    name: str
    role: str | None = None
    token_id: str | None = None
    request_id: str | None = None
    address: str | None = None
    sight: Sight | None = None
    sources: frozenset[str] | None = None
    feeds_any: bool = False


@dataclass(frozen=True)
class Transaction:
    """One unit of change: what it writes is there wholly, with its audit entries, or not at all.

    audited: the customers (ids) of whom these entries tell.
    """

    connection: Connection
    id: str
    at: datetime
    actor: Actor
    reason: str | None
    master: "Master"
    audited: set[int] = field(default_factory=set)

    def execute(
        self, statement: Executable, rows: Sequence[dict[str, Any]] | None = None
    ) -> CursorResult[Any]:
        return self.connection.execute(statement, rows)

    def ask(self, statement: Executable, values: Mapping[str, Any]) -> list[Any]:
        """The rows of a statement that stands in its module, or is kept, the fast way (master/wire.py)."""
        return ask(self.connection, statement, values)

    def later(self, statement: Executable, values: Mapping[str, Any]) -> Later:
        """The same, of one whose rows need not be there before the next that asks, or the COMMIT."""
        return later(self.connection, statement, values)

    def afterwards(self, statement: Statement, values: Sequence[Any]) -> Afterwards:
        """What a statement gives that is sent with the COMMIT, to run behind it: where the database takes
        both at once."""
        return afterwards(self.connection, statement, values)

    def tell(self, statement: Executable, rows: Sequence[Mapping[str, Any]]) -> None:
        """Runs it once for each of these; it may wait for the next that asks, or for the COMMIT."""
        tell(self.connection, statement, rows)


class _Rehearsed(Exception):
    """Ends a transaction that is not to be committed."""

    def __init__(self, result: Any) -> None:
        super().__init__()
        self.result = result


@dataclass
class Master:
    """The relational truth: an engine, the keys of its sealed columns and the hub's clock.

    deadlines: of whoever answers requests. Commands have none: they take the time they need.
    """

    engine: Engine
    keys: Keys
    clock: Clock
    roles: Roles = field(default_factory=shipped_roles)
    deadlines: Deadlines | None = None
    on_commit: list[Callable[[], None]] = field(default_factory=list)
    _writing: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _answering: list[Answering] = field(default_factory=list, init=False, repr=False)

    @classmethod
    def open(
        cls,
        url: str,
        keys: Keys,
        clock: Clock,
        deadlines: Deadlines | None = None,
        *,
        roles: Roles | None = None,
    ) -> "Master":
        """A master on sqlite:///… or postgresql://…; connects when it is first used."""
        engine = engine_of(url, keys, deadlines)
        return cls(engine, keys, clock, roles=roles or shipped_roles(), deadlines=deadlines)

    def unhurried(self) -> "Master":
        """The same master without deadlines, for work beside the requests: writers of both take turns."""
        url = self.engine.url.render_as_string(hide_password=False)
        return replace(self, engine=engine_of(url, self.keys, None, is_beside=True), deadlines=None)

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @cached_property
    def answering(self) -> Answering:
        """Where statements run that stand alone: without BEGIN, or asking whether the server is there."""
        return self.answering_beside(MOST_AT_ONCE)

    def answering_beside(self, most: int) -> Answering:
        """Another, of so many statements at once, for whoever must not wait for those of others."""
        engine = self.engine
        if not self.is_sqlite:
            url = self.engine.url.render_as_string(hide_password=False)
            alone: dict[str, Any] = {
                "isolation_level": "AUTOCOMMIT",
                "pool_pre_ping": False,
                "pool_reset_on_return": None,
            }
            engine = engine_of(url, self.keys, self.deadlines, **alone)
        self._answering.append(Answering(engine, self.deadlines, most))
        return self._answering[-1]

    def close(self) -> None:
        self.engine.dispose()
        self.close_answering()

    def close_answering(self) -> None:
        """Ends the connections on which statements stand alone, and leaves the others open."""
        for each in self._answering:
            each.close()

    @contextmanager
    def reading(self, stop: Stop | None = None) -> Iterator[Connection]:
        """A connection on which all statements see the same state. Raises NobodyWaits when stopped."""
        level = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}
        with self.engine.connect() as connection:
            connection.execution_options(**level)
            # It ends well: at a ROLLBACK psycopg forgets all statements that it has prepared there.
            with stoppable(connection, stop), connection.begin():
                yield connection

    @contextmanager
    def transaction(
        self, actor: Actor, reason: str | None = None, stop: Stop | None = None
    ) -> Iterator[Transaction]:
        """Everything inside is committed together at the end, or rolled back when it raises.

        stop: nothing is begun once it was said, and NobodyWaits raised; what has begun is finished.
        """
        with span("transaction"), self.committing(stop) as connection:
            tx = Transaction(connection, secrets.token_hex(8), self.clock.now(), actor, reason, self)
            _announce(tx)
            yield tx
            if self.is_sqlite:
                tx.tell(FORGOTTEN, [{}])
        for told in self.on_commit:
            told()

    def rehearsed(self, actor: Actor, act: Callable[[Transaction], T], stop: Stop | None = None) -> T:
        """What `act` would give, in a transaction that leaves everything as it was."""
        try:
            with self.transaction(actor, None, stop) as tx:
                raise _Rehearsed(act(tx))
        except _Rehearsed as rehearsed:
            result: T = rehearsed.result
            return result

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
    def committing(self, stop: Stop | None = None) -> Iterator[Connection]:
        """The one place that commits: for `transaction`, and for migrations, which come before its tables."""
        with self._turn(stop) as turn, self.engine.connect() as connection:
            connection.execution_options(kehu_turn=turn)
            with connection.begin() as begun:
                yield connection
                with suppress(LostBehindCommit):
                    begun.commit()

    @contextmanager
    def _turn(self, stop: Stop | None) -> Iterator[Turn]:
        """One write of this process that may begin. Raises TimedOut and NobodyWaits."""
        hurried = self.deadlines is not None
        patience = self.deadlines.lock if self.deadlines is not None else PATIENCE_SECONDS
        until = time.monotonic() + patience
        # SQLite has one writer: its threads queue here, which is fairer than its busy waiting.
        if self.is_sqlite and not self._writing.acquire(timeout=patience if hurried else -1):
            raise TimedOut(LOCKED)
        try:
            if stop is not None:
                stop.check()
            yield Turn(until if hurried else time.monotonic() + patience, stop)
        finally:
            if self.is_sqlite:
                self._writing.release()


def _announce(tx: Transaction) -> None:
    """Tell the triggers who writes, when and why."""
    told = (tx.id, spelled(tx.at), tx.actor.name, tx.reason, present())
    values = dict(zip(CONTEXT, told, strict=True))
    tx.tell(ANNOUNCED[tx.connection.dialect.name], [values])


def _journals_in_memory(connection: Any, record: Any) -> None:
    connection.execute("PRAGMA temp_store = MEMORY")
