"""SQLite's short statements, which the event loop runs by itself: no thread has to be woken for them."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import PoolProxiedConnection

# Of SQLite's machine, that one may take. To hand one to a thread and back takes 0.1 ms of the processor
# and, where several threads want the interpreter, three times that; so long are some 3,000 steps. A 360 has
# 1,000 to 4,000 of them, a look at a token 100, a list of 50 customers 50,000 (2026-11).
LOOK_STEPS, MOST_LOOKS = 1000, 8
SECONDS = 0.005  # that one may keep the loop, where it waits for a disk
# That a statement goes to a thread right away when more than one in so many of its runs took more steps.
REMEMBERED_SECONDS, ONE_IN = 60.0, 8
MOST_REMEMBERED = 1000  # statements


class TooLong(Exception):
    """A thread has to run this statement."""


@dataclass
class _Long:
    """A statement that has taken too many steps. score: ONE_IN for each such run, less the others since;
    until: when it goes to threads."""

    score: int = 0
    until: float = 0.0

    def note(self, now: float) -> None:
        self.score += ONE_IN
        if self.score > ONE_IN:
            self.score, self.until = 0, now + REMEMBERED_SECONDS


class InLoop:
    """One connection, of the thread of one event loop."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._proxied: PoolProxiedConnection | None = None
        self._looks, self._until = 0, 0.0
        self._long: dict[str, _Long] = {}  # by their texts

    def told(self, text: str, values: Sequence[Any]) -> Any:
        """The statement's value. Raises TooLong, for whatever was in the way too: a thread will tell."""
        now, long = monotonic(), self._long.get(text)
        if long is not None and long.until > now:
            raise TooLong
        try:
            driver = self._driver()
            self._looks, self._until = 0, monotonic() + SECONDS
            found = driver.execute(text, values).fetchone()
        except (sqlite3.Error, DBAPIError) as error:
            if self._looks > MOST_LOOKS:
                self._remember(text, now)
            raise TooLong from error
        if long is not None and long.score:
            long.score -= 1
        return None if found is None else found[0]

    def close(self) -> None:
        proxied, self._proxied = self._proxied, None
        if proxied is not None:
            proxied.invalidate()
            proxied.close()

    def _driver(self) -> Any:
        if self._proxied is None:
            self._proxied = self._engine.raw_connection()
            driver: Any = self._proxied.dbapi_connection
            driver.set_progress_handler(self._is_over, LOOK_STEPS)
            driver.execute("PRAGMA busy_timeout = 0")  # nor does the loop wait for a lock
        return self._proxied.dbapi_connection

    def _is_over(self) -> bool:
        self._looks += 1
        return self._looks > MOST_LOOKS or monotonic() > self._until

    def _remember(self, text: str, now: float) -> None:
        if len(self._long) >= MOST_REMEMBERED:
            self._long.clear()
        self._long.setdefault(text, _Long()).note(now)
