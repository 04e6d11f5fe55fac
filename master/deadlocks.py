"""Work that is done again where the database ended it, for something else was done at the same moment."""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import DBAPIError

T = TypeVar("T")

TRIES = 5
# PostgreSQL's words; SQLite has one writer at a time.
_DEADLOCK = "40P01"  # two transactions waited for each other
_TOGETHER = "40001"  # two changed the same, where the server's setting wants each to be as if alone
_GONE = "23503"  # what a row was to hang on is there no more: the customer was merged, and is another one now


def untangled(act: Callable[[], T]) -> T:
    """What the act gives; it is one transaction, and begins anew."""
    for _ in range(TRIES - 1):
        try:
            return act()
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) not in (_DEADLOCK, _TOGETHER, _GONE):
                raise
    return act()
