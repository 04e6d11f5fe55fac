"""Statements on libpq itself: prepared once on each connection, their one value as the bytes that arrive."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

MOST_PREPARED = 300  # on one connection: more than there are plans (execution/queries.py)
PREPARED = "prepared"  # under which a pool notes the names of a connection's statements, by their text

_TEXT = 0  # the format of a result: text as it is


class Libpq:
    """psycopg: the module, which PostgreSQL alone needs.

    Its own cursor would make a str of every answer, and keep 100 statements, so that the database would plan
    those of all further plans again and again.
    """

    def __init__(self, psycopg: Any) -> None:
        self._error: Any = psycopg.errors.error_from_result
        self._done, self._rows = psycopg.pq.ExecStatus.COMMAND_OK, psycopg.pq.ExecStatus.TUPLES_OK

    def told(self, driver: Any, prepared: dict[str, bytes], text: str, values: Sequence[Any]) -> bytes | None:
        """The statement's value. driver: psycopg's, outside of transactions; prepared: what it holds.

        Raises psycopg's errors.
        """
        libpq = driver.pgconn
        name = prepared.get(text)
        if name is None:
            name = b"kehu_%d" % len(prepared)
            self._checked(libpq.prepare(name, text.encode()), self._done)
            prepared[text] = name
        result = libpq.exec_prepared(name, [_as_text(each) for each in values], result_format=_TEXT)
        self._checked(result, self._rows)
        value: bytes | None = result.get_value(0, 0) if result.ntuples else None
        return value

    def _checked(self, result: Any, expected: Any) -> None:
        if result.status != expected:
            raise self._error(result)


def _as_text(value: Any) -> bytes | None:
    """As PostgreSQL reads it, of whatever type it is there: so it plans once for all numbers."""
    if value is None:
        return None
    if isinstance(value, str | int | date | Decimal):
        return str(value).encode()
    if isinstance(value, bytes):
        return b"\\x" + value.hex().encode()
    raise TypeError(f"no plan binds a {type(value).__name__}")
