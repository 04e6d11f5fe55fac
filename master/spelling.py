"""Where the databases differ: every statement that SQLite and PostgreSQL spell in two ways."""

import hashlib
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    Boolean,
    Connection,
    Dialect,
    FromClause,
    Integer,
    Select,
    String,
    bindparam,
    func,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine

from master.wire import ask, pour, tell


class utc_now(FunctionElement[str]):  # noqa: N801  # used as a function
    """The database's own clock, for rows that other clients write."""

    inherit_cache = True


@compiles(utc_now, "sqlite")
def _(element: utc_now, compiler: Any, **kw: Any) -> str:
    return "(strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))"


@compiles(utc_now, "postgresql")
def _(element: utc_now, compiler: Any, **kw: Any) -> str:
    return "date_trunc('milliseconds', now())"


class writing_transaction(FunctionElement[int]):  # noqa: N801  # used as a function
    """PostgreSQL: the number of the transaction that writes a row. SQLite: null, for it has one writer."""

    inherit_cache = True


@compiles(writing_transaction, "sqlite")
def _(element: writing_transaction, compiler: Any, **kw: Any) -> str:
    return "NULL"


@compiles(writing_transaction, "postgresql")
def _(element: writing_transaction, compiler: Any, **kw: Any) -> str:
    return "(pg_current_xact_id()::text::bigint)"


class plain_text(ColumnElement[bool]):  # noqa: N801  # used as a function
    """True for text that JSON needs no escapes for: no quote, backslash or control character."""

    inherit_cache = True

    def __init__(self, column: str) -> None:
        self.column = column


@compiles(plain_text, "sqlite")
def _(element: plain_text, compiler: Any, **kw: Any) -> str:
    return f"{element.column} NOT GLOB '*[\"\\' || char(1) || '-' || char(31) || ']*'"


@compiles(plain_text, "postgresql")
def _(element: plain_text, compiler: Any, **kw: Any) -> str:
    return f"{element.column} !~ '[\"\\\\[:cntrl:]]'"


class or_far_future(ColumnElement[Any]):  # noqa: N801  # used as a function
    """The instant in a column, or one after all others: what sorts nulls last without being null."""

    inherit_cache = True

    def __init__(self, column: str) -> None:
        self.column = column


@compiles(or_far_future, "sqlite")
def _(element: or_far_future, compiler: Any, **kw: Any) -> str:
    return f"coalesce({element.column}, '9999-12-31T00:00:00.000Z')"


@compiles(or_far_future, "postgresql")
def _(element: or_far_future, compiler: Any, **kw: Any) -> str:
    return f"coalesce({element.column}, TIMESTAMP WITH TIME ZONE '9999-12-31 00:00:00+00')"


def instant_type(dialect: Dialect) -> TypeEngine[Any]:
    """How an instant is kept: text in UTC with milliseconds, or timestamptz(3)."""
    return TIMESTAMP(timezone=True, precision=3) if dialect.name == "postgresql" else String(24)


def ascii_type(dialect: Dialect) -> TypeEngine[Any]:
    """Text that both databases sort byte by byte."""
    return String(collation="C") if dialect.name == "postgresql" else String(collation="BINARY")


def only_where(condition: str) -> dict[str, Any]:
    """For Index(): of the rows of which this holds alone."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


_RAISED = text("UPDATE sqlite_sequence SET seq = seq + :count WHERE name = :name RETURNING seq")
_BEGUN = text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, 0)")


def next_ids(connection: Connection, table: str, count: int) -> list[int]:
    """The ids of the next `count` rows of a table, inside a write transaction: never given out twice.

    SQLite has one writer, and AUTOINCREMENT keeps the highest id ever used in sqlite_sequence.
    """
    if connection.dialect.name == "postgresql":
        return [id for (id,) in ask(connection, _next_ids(table), {"count": count})]
    given = {"count": count, "name": table}
    last = ask(connection, _RAISED, given)
    if not last:
        tell(connection, _BEGUN, [{"name": table}])
        last = ask(connection, _RAISED, given)
    ((highest,),) = last
    return list(range(highest + 1 - count, highest + 1))


@lru_cache
def _next_ids(table: str) -> Select[Any]:
    series = func.generate_series(1, bindparam("count", type_=Integer())).table_valued()
    return select(func.nextval(f"{table}_id_seq")).select_from(series)


WORTH_A_STREAM = 20  # rows: 30 take 0.37 ms instead of 0.51, 1,000 take 8 instead of 18, 10 as long (2026-11)
MOST_TOGETHER = 15_000  # values of one INSERT: below SQLite's 32,766 variables


def insert_together(
    connection: Connection, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]
) -> None:
    """Insert rows of plain values by as few statements as hold them: one for a handful, without going through
    Core, which takes longer than the database."""
    mark = "%s" if connection.dialect.name == "postgresql" else "?"
    group = f"({', '.join([mark] * len(columns))})"
    into, most = _into(connection, table, columns), MOST_TOGETHER // len(columns)
    for start in range(0, len(rows), most):
        some = rows[start : start + most]
        statement = f"{into} VALUES {', '.join([group] * len(some))}"
        connection.exec_driver_sql(statement, tuple(value for row in some for value in row))


def insert_many(
    connection: Connection, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]
) -> None:
    """Insert hundreds of rows of values as drivers take them: PostgreSQL, to which each row of a statement
    that is run many times is a message of its own, all together, many as one stream; SQLite one by one, which
    is faster there."""
    if connection.dialect.name == "postgresql":
        if len(rows) < WORTH_A_STREAM:
            insert_together(connection, table, columns, rows)
        else:
            pour(connection, f"COPY {_named(connection, table, columns)} FROM STDIN", rows)
    elif rows:
        marks = ", ".join("?" * len(columns))
        statement = f"{_into(connection, table, columns)} VALUES ({marks})"
        connection.exec_driver_sql(statement, list(rows))


def _into(connection: Connection, table: str, columns: Sequence[str]) -> str:
    return f"INSERT INTO {_named(connection, table, columns)}"


def _named(connection: Connection, table: str, columns: Sequence[str]) -> str:
    quote = connection.dialect.identifier_preparer.quote
    return f"{table} ({', '.join(map(quote, columns))})"


class in_numbers(FunctionElement[bool]):  # noqa: N801  # used as a function
    """Whether a number stands in a JSON list of numbers: a list of any length is one bound value."""

    type = Boolean()
    inherit_cache = True
    _is_implicitly_boolean = True  # else SQLAlchemy writes `… = 1` for SQLite, which then uses no index


@compiles(in_numbers, "sqlite")
def _(element: in_numbers, compiler: Any, **kw: Any) -> str:
    number, numbers = (compiler.process(each, **kw) for each in element.clauses)
    return f"{number} IN (SELECT value FROM json_each({numbers}))"


@compiles(in_numbers, "postgresql")
def _(element: in_numbers, compiler: Any, **kw: Any) -> str:
    number, numbers = (compiler.process(each, **kw) for each in element.clauses)
    # An array, of which PostgreSQL knows, or else takes it, to hold few: of the rows of a function it thinks
    # that they are a hundred, and reads whole tables for these.
    return f"{number} = ANY ({array_of(numbers)})"


def numbers_of(ids: Iterable[int]) -> str:
    """The JSON list that in_numbers takes."""
    return f"[{','.join(map(str, ids))}]"


def array_of(numbers: str) -> str:
    """PostgreSQL: the SQL of a JSON list of numbers, as one of an array."""
    return f"CAST(translate({numbers}, '[]', '{{}}') AS BIGINT[])"


class checked(FunctionElement[Any]):  # noqa: N801  # used as a function
    """A column by which rows are checked that are found in another way: SQLite, which counts neither rows nor
    the numbers of a list, would rather go through all that are equal in it, or look each number up."""

    inherit_cache = True

    def __init__(self, column: ColumnElement[Any]) -> None:
        super().__init__(column)
        self.type = column.type


@compiles(checked, "sqlite")
def _(element: checked, compiler: Any, **kw: Any) -> str:
    return f"+{compiler.process(element.clauses, **kw)}"


@compiles(checked, "postgresql")
def _(element: checked, compiler: Any, **kw: Any) -> str:
    return str(compiler.process(element.clauses, **kw))


def place_in_time(connection: Connection, table: str) -> int:
    """Where a table's log stands: at this place or behind it comes all that this connection does not see yet.

    A later id is no sign of a later commit on PostgreSQL: a transaction may take an id and commit after
    others that took theirs later. So the place is the oldest transaction that is still open, and what it and
    later ones wrote (`written_in`) is read again. SQLite commits in the order of its ids.
    """
    if connection.dialect.name == "postgresql":
        oldest = text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint".replace(":", "\\:"))
        return int(connection.scalar(oldest) or 0)
    return int(connection.scalar(text(f"SELECT coalesce(max(id), 0) + 1 FROM {table}")) or 0)


def from_place(connection: Connection, log: FromClause, place: int) -> ColumnElement[bool]:
    """Whether a row of a log was written at this place or behind it; some may have been seen before."""
    position: ColumnElement[int] = log.c.written_in if connection.dialect.name == "postgresql" else log.c.id
    return position >= place


def take_turns(connection: Connection, words: Iterable[bytes]) -> None:
    """Let nobody else who says one of these words go on until this transaction ends. Raises as locks do.

    PostgreSQL: advisory locks on 64 bits of each, in one order, so that no two wait for each other. SQLite
    has one writer.
    """
    if connection.dialect.name != "postgresql":
        return
    for key in sorted(set(map(_lock_of, words))):
        connection.execute(select(func.pg_advisory_xact_lock(key)))


def share_turn(connection: Connection, word: bytes) -> None:
    """Wait for who takes a turn by this word, and not for others who share it; they wait until this ends."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock_shared(_lock_of(word))))


def _lock_of(word: bytes) -> int:
    return int.from_bytes(hashlib.sha256(word).digest()[:8], "big", signed=True)
