"""Empty masters, as many as a property test needs."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from master.clock import Clock
from master.keys import Keys
from master.session import Master
from tests.conftest import empty

Fresh = Callable[[], Master]


@pytest.fixture
def fresh(master: Master, tmp_path: Path, empty_sqlite: Path, keys: Keys, clock: Clock) -> Iterator[Fresh]:
    """Makes an empty master, again and again."""
    opened: list[Master] = []

    def make() -> Master:
        if not master.is_sqlite:
            empty(master)
            return master
        path = tmp_path / f"{len(opened)}.db"
        path.write_bytes(empty_sqlite.read_bytes())
        opened.append(Master.open(f"sqlite:///{path}", keys, clock))
        return opened[-1]

    yield make
    for each in opened:
        each.close()
