"""A merge, and an unmerge, that fails at any of its statements changes nothing."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

from sqlalchemy import event, func, select

from master.session import Master
from master.tables.base import Row
from tests.master.merging.town import everything, merge, two, unmerge

FEWEST = 60  # statements of each


class PulledPlug(Exception):
    """Raised in the place of a statement."""


@contextmanager
def pulled_at(master: Master, number: int) -> Iterator[None]:
    """The how-manieth statement that is run inside fails."""
    numbers = count(1)

    def pull(*statement: Any) -> None:
        if next(numbers) == number:
            raise PulledPlug

    event.listen(master.engine, "before_cursor_execute", pull)
    try:
        yield
    finally:
        event.remove(master.engine, "before_cursor_execute", pull)


def rows_in_all(master: Master) -> dict[str, int]:
    """How many rows each table has: notes and old states too."""
    with master.reading() as connection:
        return {
            each.name: connection.scalar(select(func.count()).select_from(each)) or 0
            for each in Row.metadata.sorted_tables
        }


def fails_everywhere(master: Master, act: Callable[[], object]) -> int:
    """Until it gets through: at which statement that was."""
    before = everything(master), rows_in_all(master)
    for number in count(1):
        try:
            with pulled_at(master, number):
                act()
        except PulledPlug:
            assert (everything(master), rows_in_all(master)) == before, number
        else:
            return number
    raise AssertionError


def test_a_merge_that_fails_anywhere_changes_nothing(master: Master) -> None:
    one, other = two(master, birth_date=None)
    assert fails_everywhere(master, lambda: merge(master, one, other)) > FEWEST


def test_an_unmerge_that_fails_anywhere_changes_nothing(master: Master) -> None:
    one, other = two(master)
    (done,) = merge(master, one, other).merges
    assert fails_everywhere(master, lambda: unmerge(master, done)) > FEWEST
