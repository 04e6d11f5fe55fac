"""A sample hub to look at."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection

from intake.sample.fill import fill
from master.keys import Keys
from master.session import Master
from tests.intake.sample.hubs import CUSTOMERS, new_hub


@pytest.fixture(scope="package")
def hub(tmp_path_factory: pytest.TempPathFactory, empty_sqlite: Path, keys: Keys) -> Iterator[Master]:
    """A hub with 2,000 customers of seed 1."""
    master = new_hub(empty_sqlite, tmp_path_factory.mktemp("sample"), keys)
    fill(master, customers=CUSTOMERS, seed=1)
    yield master
    master.close()


@pytest.fixture
def seen(hub: Master) -> Iterator[Connection]:
    with hub.reading() as connection:
        yield connection
