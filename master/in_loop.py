"""SQLite's short statements, which the event loop runs by itself: no thread has to be woken for them."""

import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from time import monotonic
from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import PoolProxiedConnection

from master.tracing import span

# Of SQLite's machine, that one may take. To hand one to a thread and back takes 0.1 ms of the processor and,
# where several threads want the interpreter, three times that; so long are some 3,000 steps. A 360 has 1,000
# to 4,000 of them, a look at a token 100, a list of 50 customers 50,000 (2026-11).
LOOK_STEPS, MOST_LOOKS = 1000, 8
# That one may keep the loop, where a step reads from a slow disk, or counts a whole table: SQLite is asked to
# end it only between steps, so that some take longer.
SECONDS = 0.005
# That a statement goes to a thread right away when more than one in so many of its runs took more steps, or
# more than one in so many was late: one may be for no fault of its own, where the machine is busy.
REMEMBERED_SECONDS, ONE_IN, ONE_LATE_IN = 5.0, 8, 3
MOST_REMEMBERED = 1000  # statements
# Characters of SQL: to prepare it, which has no steps, takes about a millisecond for so many.
MOST_TEXT = 16_384


class TooLong(Exception):
    """A thread has to run this statement."""


@dataclass
class _Long:
    """A statement that has taken too long. score: of each such run, less the others since; until: when it
    goes to threads."""

    score: int = 0
    until: float = 0.0

    def note(self, score: int, now: float) -> None:
        self.score += score
        if self.score > ONE_IN:
            self.score, self.until = 0, now + REMEMBERED_SECONDS


class InLoop:
    """One connection, used in the thread of one event loop."""

    def __init__(self, opening: Callable[[], PoolProxiedConnection], threads: Executor) -> None:
        """opening: opens one, and threads: where that is done, for it may wait for a lock."""
        self._opening = opening
        self._threads = threads
        self._opened: Future[PoolProxiedConnection] | None = None
        self._is_closed = False
        self._looks, self._until = 0, 0.0
        self._long: dict[int, _Long] = {}  # by the hashes of their texts

    def told(self, text: str, values: Sequence[Any]) -> Any:
        """The statement's value. Raises TooLong, for whatever was in the way too: a thread will tell."""
        now, long = monotonic(), self._long.get(hash(text))
        if len(text) > MOST_TEXT or (long is not None and long.until > now):
            raise TooLong
        driver, error = self._driver(), None
        self._looks, self._until = 0, now + SECONDS
        with span("statements"):
            try:
                found = driver.execute(text, values).fetchone()
            except sqlite3.Error as each:
                error = each
        if self._looks > MOST_LOOKS:
            self._remember(text, ONE_IN, now)
        elif monotonic() > self._until:
            self._remember(text, ONE_LATE_IN, now)
        elif long is not None and long.score:
            long.score -= 1
        if error is not None:
            raise TooLong from error
        return None if found is None else found[0]

    def close(self) -> None:
        """For good."""
        self._is_closed = True
        opened, self._opened = self._opened, None
        if opened is not None and opened.exception() is None:
            proxied = opened.result()
            proxied.invalidate()
            proxied.close()

    def _driver(self) -> Any:
        """The connection, once a thread has opened it."""
        if self._is_closed:
            raise TooLong
        if self._opened is None:
            self._opened = self._threads.submit(self._open)
        if not self._opened.done():
            raise TooLong
        try:
            return self._opened.result().dbapi_connection
        except (sqlite3.Error, DBAPIError) as error:
            self._opened = None
            raise TooLong from error

    def _open(self) -> PoolProxiedConnection:
        proxied = self._opening()
        driver: Any = proxied.dbapi_connection
        driver.set_progress_handler(self._is_over, LOOK_STEPS)
        driver.execute("PRAGMA busy_timeout = 0")  # the loop waits for no lock
        return proxied

    def _is_over(self) -> bool:
        self._looks += 1
        return self._looks > MOST_LOOKS or monotonic() > self._until

    def _remember(self, text: str, score: int, now: float) -> None:
        if len(self._long) >= MOST_REMEMBERED:
            self._long.clear()
        self._long.setdefault(hash(text), _Long()).note(score, now)
