"""What commands share: settings from the environment, opened parts, and progress on a terminal."""

import asyncio
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import click

from app.opening import open_master, open_search
from app.settings import Settings, read_settings
from indexing.engines.port import SearchEngine
from master.migrations import is_current, refuse_newer
from master.onlookers import Onlooker, nobody
from master.session import Actor, Master

CLI = Actor("cli", "ADMIN")

T = TypeVar("T")


class Finding(Exception):
    """Something is not as it should be; the message says what to do. Exit code 1."""


def settings() -> Settings:
    """The settings of this process. Raises WrongSettings."""
    return read_settings(os.environ)


@contextmanager
def opened_master(told: Settings | None = None) -> Iterator[Master]:
    """The master, migrated. Raises Finding when `kehu init` has not been run."""
    master = open_master(told or settings())
    try:
        require_current(master)
        yield master
    finally:
        master.close()


def require_current(master: Master) -> None:
    with master.reading() as connection:
        refuse_newer(connection)
        if not is_current(connection):
            raise Finding("the master has not the tables of this version: run `kehu init`")


async def with_engine(told: Settings, act: Callable[[SearchEngine], Any]) -> Any:
    """What `act` says of the search engine, which is closed after it."""
    engine = open_search(told)
    try:
        return await act(engine)
    finally:
        await engine.close()


def run_with_engine(told: Settings, act: Callable[[SearchEngine], Any]) -> Any:
    return asyncio.run(with_engine(told, act))


@contextmanager
def progress(what: str) -> Iterator[Onlooker]:
    """A bar on standard error when it is a terminal, else nothing."""
    if not sys.stderr.isatty():
        yield nobody
        return
    with click.progressbar(length=1, label=what, file=sys.stderr, show_pos=True) as bar:

        def show(done: int, total: int) -> None:
            bar.length = max(total, 1)
            bar.update(done - bar.pos)

        yield show
