"""Statements that every change runs, on the database's own driver: spelled once, and sent together.

SQLAlchemy and psycopg take several times as long over a statement of a change as PostgreSQL does. These are
prepared once a connection, and what gives nothing is sent with the next statement that gives something, or
with the COMMIT. Whatever else runs on the connection runs after them; who listens to its statements hears of
these too.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import Executable

from master.prepared import FORGOTTEN_AT, Asked, Libpq, Line, Prepared
from master.statements import Spelled, Statement, driver_dialect, spelled_of
from master.stopping import Deadlines, tell_deadline, watch_of

MOST_PENDING = 100  # statements: more are not held back
MOST_SPELLED = 300  # more than stand in modules: what is made anew at each call does not fill the memory

Values: TypeAlias = Mapping[str, Any]


def ask(connection: Connection, statement: Executable, values: Values) -> list[Any]:
    """The rows of a statement that stands in its module, or is kept. Raises as SQLAlchemy does."""
    wire: Wire = connection.info[Wire]
    return wire.ask(connection, statement, values)


def tell(connection: Connection, statement: Executable, rows: Sequence[Values]) -> None:
    """The same, once for each of these, for one whose answer nobody needs: what is wrong with it is raised
    when it is sent."""
    wire: Wire = connection.info[Wire]
    wire.tell(connection, statement, rows)


def later(connection: Connection, statement: Executable, values: Values) -> "Later":
    """The rows of a statement that is sent with what is told: with the next that asks, or with the COMMIT."""
    wire: Wire = connection.info[Wire]
    return wire.later(connection, statement, values)


def pour(connection: Connection, statement: str, rows: Iterable[Sequence[Any]]) -> None:
    """Sends rows of values, as psycopg takes them, to a COPY … FROM STDIN. Raises as SQLAlchemy does."""
    wire: Wire = connection.info[Wire]
    wire.pour(connection, statement, rows)


def afterwards(connection: Connection, statement: Statement, values: Sequence[Any]) -> "Afterwards":
    """What a statement gives that stands alone and is sent with the COMMIT, to run behind it."""
    wire: Wire = connection.info[Wire]
    return wire.afterwards(statement, values)


@dataclass(slots=True)
class Afterwards:
    """value: as UTF-8, from the COMMIT on; None: it was not asked, or it failed, and may be asked again."""

    asked: Asked
    value: bytes | None = None


class LostBehindCommit(Exception):
    """The connection has ended, but the COMMIT had been answered: what was told is done."""


class Later:
    """Rows that are there when what waits has been sent, which reading them does where nothing else did."""

    def __init__(self, send: Callable[[], None]) -> None:
        self._send = send
        self._rows: list[Any] | None = None

    @property
    def rows(self) -> list[Any]:
        """Raises as SQLAlchemy does."""
        if self._rows is None:
            self._send()
        if self._rows is None:
            raise RuntimeError("This was asked in a transaction, or a part of one, that was taken back.")
        return self._rows

    def answer(self, rows: list[Any]) -> None:
        self._rows = rows


@dataclass
class _Texts:
    """The statements of one engine, each spelled when it is first asked."""

    engine: Engine
    deadlines: Deadlines | None
    spelled: dict[tuple[Executable, tuple[str, ...]], Spelled] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.dialect = driver_dialect(self.engine.dialect)
        self.error: type[Exception] = self.engine.dialect.loaded_dbapi.Error

    def of(self, statement: Executable, values: Values) -> Spelled:
        key = (statement, tuple(values))
        if (spelled := self.spelled.get(key)) is None:
            if len(self.spelled) >= MOST_SPELLED:
                self.spelled.clear()
            spelled = self.spelled[key] = spelled_of(statement, self.dialect, key[1])
        return spelled


@dataclass(frozen=True, slots=True)
class _Pending:
    """A statement that waits to be sent; to: who gets its rows."""

    spelled: Spelled
    values: list[Any]
    to: Later | None


class Wire:
    """Of one connection."""

    def __init__(self, driver: Any, texts: _Texts, line: Line | None) -> None:
        self._driver = driver
        self._texts = texts
        self._line = line  # None: SQLite, which answers at once
        self._pending: list[_Pending] = []
        self._behind: Afterwards | None = None

    def ask(self, connection: Connection, statement: Executable, values: Values) -> list[Any]:
        return self.later(connection, statement, values).rows

    def later(self, connection: Connection, statement: Executable, values: Values) -> Later:
        found = Later(lambda: self.flush(connection))
        self._add(connection, statement, values, found)
        return found

    def tell(self, connection: Connection, statement: Executable, rows: Sequence[Values]) -> None:
        for values in rows:
            self._add(connection, statement, values, None)

    def _add(self, connection: Connection, statement: Executable, values: Values, to: Later | None) -> None:
        spelled = self._texts.of(statement, values)
        self._pending.append(_Pending(spelled, spelled.statement.values(values), to))
        if self._line is None or len(self._pending) >= MOST_PENDING:
            self.flush(connection)

    def afterwards(self, statement: Statement, values: Sequence[Any]) -> Afterwards:
        behind = Afterwards((statement.text, values))
        if self._line is not None and self._line.takes(values):
            self._behind = behind
        return behind

    def flush(self, connection: Connection) -> None:
        """Sends what waits."""
        if self._pending:
            waiting, self._pending = self._pending, []
            self._send(connection, waiting)

    def pour(self, connection: Connection, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        self.flush(connection)
        _let_hear(connection, statement, [])
        try:
            with self._driver.cursor() as cursor, cursor.copy(statement) as stream:
                for row in rows:
                    stream.write_row(row)
        except self._texts.error as error:
            raise self._told(connection, error) from error

    def forget(self) -> None:
        """What was told is not to be."""
        self._pending.clear()
        self._behind = None

    def finish(self, connection: Connection) -> None:
        """Sends what was told, with the COMMIT that SQLAlchemy is about to send. Raises LostBehindCommit."""
        if self._line is None or not (self._pending or self._line.is_within):
            return
        try:
            self._pending.append(_Pending(_COMMIT, [], None))
            self.flush(connection)
        except BaseException:
            self.roll_back()  # SQLAlchemy takes a transaction for ended that could not be committed
            raise
        if self._driver.closed:  # where SQLAlchemy's own COMMIT would fail
            connection.invalidate()
            raise LostBehindCommit

    def roll_back(self, savepoint: str | None = None) -> None:
        """In psycopg's place, which would have all forgotten that is prepared on the connection."""
        self.forget()
        if self._line is not None and self._line.is_within:
            self._line.run("ROLLBACK" if savepoint is None else f'ROLLBACK TO SAVEPOINT "{savepoint}"')

    def release(self, connection: Connection, savepoint: str) -> None:
        """Sends what was told since the savepoint that SQLAlchemy is about to release."""
        try:
            self.flush(connection)
        except BaseException:
            self.roll_back(savepoint)  # as above
            raise

    def _send(self, connection: Connection, waiting: "list[_Pending]") -> None:
        for each in waiting:
            if each.spelled is not _COMMIT:
                _let_hear(connection, each.spelled.statement.text, each.values)
        asked = [(each.spelled.statement.text, each.values) for each in waiting]
        try:
            found = self._found(asked, is_last=waiting[-1].spelled is _COMMIT)
        except self._texts.error as error:
            raise self._told(connection, error) from error
        for each, rows in zip(waiting, found, strict=True):
            if each.to is not None:
                each.to.answer(each.spelled.rows(rows))

    def _found(self, asked: Sequence[Asked], *, is_last: bool) -> list[list[Any]]:
        if self._line is None:  # SQLite, where nothing waits
            ((text, values),) = asked
            return [self._driver.execute(text, values).fetchall()]
        behind, self._behind = (self._behind, None) if is_last else (None, self._behind)
        if behind is None:
            return self._line.rows(asked)
        found, behind.value = self._line.committed(asked, behind.asked)
        return found

    def _told(self, connection: Connection, error: Exception) -> Exception:
        """As SQLAlchemy would tell it, and the deadlines; without values, which may be personal."""
        of, texts = watch_of(connection), self._texts
        if of.stop is not None:
            of.stop.check()
        if texts.deadlines is not None:
            tell_deadline(error, of, texts.deadlines)
        is_lost = self._line is not None and bool(self._driver.closed)
        if is_lost:
            connection.invalidate(error)
        told: Exception = DBAPIError.instance(
            None, None, error, texts.error, connection_invalidated=is_lost, dialect=texts.engine.dialect
        )
        return told


_OURS = None  # the cursor of what SQLAlchemy does not send
_COMMIT = Spelled.of_text("COMMIT")


def _let_hear(connection: Connection, text: str, values: list[Any]) -> None:
    for hears in connection.dispatch.before_cursor_execute:
        hears(connection, _OURS, text, values, None, False)


def wired(engine: Engine, deadlines: Deadlines | None) -> None:
    """From now on the engine's connections can be asked so."""
    texts = _Texts(engine, deadlines)
    libpq = Libpq(engine.dialect.loaded_dbapi) if engine.dialect.name == "postgresql" else None

    @event.listens_for(engine, "connect")
    def _(connection: Any, record: Any) -> None:
        prepared = record.info[Prepared] = Prepared()
        line = None if libpq is None else Line(libpq, connection, prepared)
        record.info[Wire] = Wire(connection, texts, line)

    @event.listens_for(engine, "before_cursor_execute")
    def _(connection: Connection, cursor: Any, statement: str, *rest: Any) -> None:
        if cursor is not _OURS:
            connection.info[Wire].flush(connection)
            if statement[:40].lstrip().upper().startswith(FORGOTTEN_AT):
                connection.info[Prepared].forget()

    @event.listens_for(engine, "commit")
    def _(connection: Connection) -> None:
        connection.info[Wire].finish(connection)

    @event.listens_for(engine, "release_savepoint")
    def _(connection: Connection, name: str, *context: Any) -> None:
        connection.info[Wire].release(connection, name)

    @event.listens_for(engine, "rollback_savepoint")
    def _(connection: Connection, *savepoint: Any) -> None:
        connection.info[Wire].forget()

    @event.listens_for(engine, "rollback")
    def _(connection: Connection) -> None:
        if not connection.invalidated:
            connection.info[Wire].roll_back()
