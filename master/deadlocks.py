"""Work that is done again where the database ended it: two transactions waited for each other."""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import DBAPIError

T = TypeVar("T")

TRIES = 5
_DEADLOCK = "40P01"  # PostgreSQL; SQLite has one writer at a time


def untangled(act: Callable[[], T]) -> T:
    """What the act gives; it is one transaction, and begins anew."""
    for _ in range(TRIES - 1):
        try:
            return act()
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) != _DEADLOCK:
                raise
    return act()
