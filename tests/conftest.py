"""What tests are given: a clock that stands still, and an empty hub's master on each database there is."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, insert, text

from master.clock import Clock
from master.keys import Keys
from master.migrations import migrate
from master.session import Actor, Master
from master.tables.base import table
from master.tables.every import metadata
from master.tables.matching import BlockingFillRow
from matching.block import FORM
from tests.services import opensearch, postgresql
from tests.services.opensearch import Cluster

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)  # ten in the morning in Shanghai
TESTER = Actor("test")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--proof", action="store_true", help="run the proofs at full length (make proof)")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "only_in_proof: too long for every run; see `make proof`")
    config.addinivalue_line("markers", "only_on(database): what the other database has no such thing of")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out what does not belong to this run: a test that is skipped lacks something."""
    left_out = [item for item in items if not _belongs(item, is_proof=bool(config.getoption("--proof")))]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def _belongs(item: pytest.Item, *, is_proof: bool) -> bool:
    if item.get_closest_marker("only_in_proof") and not is_proof:
        return False
    only_on = item.get_closest_marker("only_on")
    return only_on is None or only_on.args[0] in item.name


class SetTime:
    """A time that tests move."""

    def __init__(self) -> None:
        self.instant = NOW

    def __call__(self) -> datetime:
        return self.instant

    def forward(self, **by: float) -> None:
        self.instant += timedelta(**by)


@pytest.fixture
def time() -> SetTime:
    return SetTime()


@pytest.fixture
def clock(time: SetTime) -> Clock:
    return Clock(ZoneInfo("Asia/Shanghai"), time)


@pytest.fixture(scope="session")
def keys() -> Keys:
    return Keys(b"k" * 32)


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory, keys: Keys) -> Path:
    """A migrated database file, to be copied."""
    path = tmp_path_factory.mktemp("template") / "kehu.db"
    master = Master.open(f"sqlite:///{path}", keys, Clock(ZoneInfo("Asia/Shanghai")))
    migrate(master)
    with master.committing() as connection:
        tell_filled(connection)
    with master.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    master.close()
    return path


@pytest.fixture(scope="session")
def postgresql_master(keys: Keys) -> Iterator[Master]:
    with postgresql.running() as url:
        master = Master.open(url, keys, Clock(ZoneInfo("Asia/Shanghai")))
        migrate(master)
        yield master
        master.close()


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A search cluster, which all test processes share."""
    folder = tmp_path_factory.getbasetemp()
    run = folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder
    with opensearch.running(run / "opensearch") as found:
        yield found


DATABASES = ["sqlite", *(["postgresql"] if postgresql.is_there() else [])]


@pytest.fixture(params=DATABASES)
def master(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock, keys: Keys) -> Iterator[Master]:
    """An empty master, migrated."""
    if request.param == "postgresql":
        shared: Master = request.getfixturevalue("postgresql_master")
        empty(shared)
        opened = Master(shared.engine, keys, clock)
        yield opened
        opened.close_answering()  # nobody may be connected to a database that is copied
        return
    path = tmp_path / "kehu.db"
    path.write_bytes(request.getfixturevalue("empty_sqlite").read_bytes())
    opened = Master.open(f"sqlite:///{path}", keys, clock)
    yield opened
    opened.close()


def empty(master: Master) -> None:
    names = ", ".join(table.name for table in metadata.sorted_tables)
    with master.committing() as connection:
        connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY"))
        tell_filled(connection)


def tell_filled(connection: Connection) -> None:
    """What `kehu init` does in an empty hub: nobody lacks match keys."""
    connection.execute(insert(table(BlockingFillRow)).values(form=FORM, ended_at=NOW))
