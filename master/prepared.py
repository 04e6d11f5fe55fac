"""Statements on libpq itself: prepared once on each connection, their values as the bytes that are sent."""

import select
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any, TypeAlias

MOST_PREPARED = 300  # on one connection: more than there are plans (execution/queries.py)
# At these psycopg has all that is prepared on its connection forgotten, ours too.
FORGOTTEN_AT = ("DROP", "ALTER", "ROLLBACK", "DISCARD", "DEALLOCATE")

_TEXT = 0  # the format of a result: text as it is

Asked: TypeAlias = tuple[str, Sequence[Any]]  # a statement's text, and its values
Prepares: TypeAlias = tuple[str, bytes] | None  # a text and its name from now on; None: a statement was run


class Prepared:
    """The names of what one connection holds, by their texts."""

    def __init__(self) -> None:
        self._names: dict[str, bytes] = {}
        self._numbers = count()

    def __len__(self) -> int:
        return len(self._names)

    def name(self, text: str) -> bytes | None:
        return self._names.get(text)

    def new_name(self) -> bytes:
        """One that nothing has had: what is forgotten here may still be there."""
        return b"kehu_%d" % next(self._numbers)

    def keep(self, text: str, name: bytes) -> None:
        self._names[text] = name

    def forget(self) -> None:
        self._names.clear()


class Libpq:
    """psycopg: the module, which PostgreSQL alone needs.

    Its own cursor would make a str of every answer, and keep 100 statements, so that the database would plan
    those of all further plans again and again.
    """

    def __init__(self, psycopg: Any) -> None:
        self.psycopg = psycopg
        self.error: Callable[[Any], Exception] = psycopg.errors.error_from_result
        status = psycopg.pq.ExecStatus
        self.done, self.rows, self.together = status.COMMAND_OK, status.TUPLES_OK, status.PIPELINE_SYNC

    def require(self, result: Any, expected: Any) -> None:
        """Raises psycopg's error of another result."""
        if result.status != expected:
            raise self.error(result)


class Line:
    """Several statements at once on one connection of psycopg's, in its transaction, which is begun first.

    psycopg knows of transactions what libpq tells: it commits and rolls back none that has ended.
    """

    def __init__(self, libpq: Libpq, driver: Any, prepared: Prepared) -> None:
        self._libpq = libpq
        self._driver = driver
        self._prepared = prepared
        self._values = libpq.psycopg.adapt.Transformer(driver)
        self._idle = libpq.psycopg.pq.TransactionStatus.IDLE
        self._readable, self._writable = select.poll(), select.poll()
        self._readable.register(driver.pgconn.socket, select.POLLIN)
        self._writable.register(driver.pgconn.socket, select.POLLIN | select.POLLOUT)

    @property
    def is_within(self) -> bool:
        """Whether there is a transaction."""
        return bool(self._driver.pgconn.transaction_status != self._idle)

    def run(self, text: str) -> None:
        """Ends a transaction, or a part of one; where the server is not there, psycopg will say so."""
        if not self._driver.closed:
            self._driver.pgconn.exec_(text.encode())

    def rows(self, asked: Sequence[Asked]) -> list[list[Any]]:
        """Those of each statement, as tuples. Raises psycopg's errors, of the first that has failed."""
        return self._sent(asked, [])[0]

    def committed(self, asked: Sequence[Asked], behind: Asked) -> tuple[list[list[Any]], bytes | None]:
        """The same, and the value of a statement that stands alone behind the COMMIT; None where that fails,
        or the connection ends meanwhile, which undoes nothing any more."""
        found, rest = self._sent(asked, [behind])
        is_there = rest and rest[0].status == self._libpq.rows and rest[0].ntuples
        return found, rest[0].get_value(0, 0) if is_there else None

    def takes(self, values: Sequence[Any]) -> bool:
        """Whether another statement with these values can be asked here."""
        try:
            self._texts(values)
        except (TypeError, self._libpq.psycopg.DataError):
            return False
        return len(self._prepared) < MOST_PREPARED

    def _sent(self, asked: Sequence[Asked], behind: Sequence[Asked]) -> tuple[list[list[Any]], list[Any]]:
        """The rows of those, and the results of these, which may fail, or be missing."""
        begun = [] if self.is_within else [(self._begin(), ())]
        certain = [*begun, *asked]
        found = self._results([*certain, *behind], len(certain))
        return [self._loaded(each) for each in found[len(begun) : len(certain)]], found[len(certain) :]

    def _loaded(self, result: Any) -> list[Any]:
        if result.status == self._libpq.done:
            return []
        self._values.set_pgresult(result, format=_TEXT)
        found: list[Any] = self._values.load_rows(0, result.ntuples, tuple)
        return found

    def _begin(self) -> str:
        level = self._driver.isolation_level
        return "BEGIN" if level is None else f"BEGIN ISOLATION LEVEL {level.name.replace('_', ' ')}"

    def _results(self, asked: Sequence[Asked], certain: int) -> list[Any]:
        """Of each. Raises the error of the first that has failed among so many; what the connection's end has
        kept from coming behind them is missing."""
        texts = [(text, self._texts(values)) for text, values in asked]
        told, results, end = self._answered(texts, certain)
        found: list[Any] = []
        for prepared, result in zip(told, results, strict=end is None):
            is_well = result.status in (self._libpq.done, self._libpq.rows)
            if not is_well and len(found) < certain:
                raise self._libpq.error(result)
            if prepared is None:
                found.append(result)
            elif is_well:
                self._prepared.keep(*prepared)
        if end is not None and len(found) < certain:
            raise end
        return found

    def _texts(self, values: Sequence[Any]) -> list[bytes | None]:
        texts = [as_text(each) for each in values]
        # Behind a NUL libpq would look no further.
        if any(each is not None and b"\0" in each for each in texts):
            raise self._libpq.psycopg.DataError("PostgreSQL keeps no text with a NUL character.")
        return texts

    def _answered(
        self, asked: Sequence[tuple[str, list[bytes | None]]], certain: int
    ) -> tuple[list[Prepares], list[Any], Exception | None]:
        """What was sent, its results, and what ended the connection before all were there."""
        libpq = self._driver.pgconn
        told: list[Prepares] = []
        results: list[Any] = []
        libpq.enter_pipeline_mode()
        try:
            told += self._told(libpq, asked[:certain])
            if asked[certain:]:
                libpq.send_flush_request()  # or the COMMIT would be answered with what stands behind it
                told += self._told(libpq, asked[certain:])
            libpq.pipeline_sync()
            self._receive(libpq, results)
        except self._libpq.psycopg.OperationalError as error:
            with suppress(self._libpq.psycopg.OperationalError):
                self._take(libpq, results)  # what came before the end
            libpq.finish()
            return told, results, error
        except BaseException:
            libpq.finish()  # the next who asks would take for his what is still to come
            raise
        libpq.exit_pipeline_mode()
        return told, results, None

    def _told(self, libpq: Any, asked: Sequence[tuple[str, list[bytes | None]]]) -> list[Prepares]:
        """Sends these; those that are new to the connection are prepared on the way."""
        told: list[Prepares] = []
        new: dict[str, bytes] = {}
        for text, values in asked:
            name = self._prepared.name(text) or new.get(text)
            if name is None:
                name = new[text] = self._prepared.new_name()
                libpq.send_prepare(name, text.encode())
                told.append((text, name))
            libpq.send_query_prepared(name, values, result_format=_TEXT)
            told.append(None)
        return told

    def _receive(self, libpq: Any, found: list[Any]) -> None:
        """Adds all results. libpq itself would wait for them without letting other threads run."""
        while libpq.flush():
            self._writable.poll()
            libpq.consume_input()
        while not self._take(libpq, found):
            self._readable.poll()
            libpq.consume_input()

    def _take(self, libpq: Any, found: list[Any]) -> bool:
        """Adds the results that are there; whether these were the last."""
        while not libpq.is_busy():
            result = libpq.get_result()
            if result is None:  # the end of one statement's results
                self._require_there(libpq)
            elif result.status == self._libpq.together:
                return True
            else:
                found.append(result)
        return False

    def _require_there(self, libpq: Any) -> None:
        if self._driver.closed:
            raise self._libpq.psycopg.OperationalError(libpq.get_error_message())


def as_text(value: Any) -> bytes | None:
    """As PostgreSQL reads it, of whatever type it is there: so it plans once for all numbers."""
    if value is None:
        return None
    if isinstance(value, str | int | date | Decimal):
        return str(value).encode()
    if isinstance(value, bytes):
        return b"\\x" + value.hex().encode()
    raise TypeError(f"no plan binds a {type(value).__name__}")
