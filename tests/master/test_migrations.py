"""A master of any earlier version becomes one of this version, and one of a later version is left alone."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from master.clock import Clock
from master.keys import Keys
from master.migrations import NewerDatabase, is_current, migrate
from master.session import Master
from master.writes.customers import create_customer
from master.writes.inputs import NewCustomer
from tests.conftest import TESTER
from tests.flows.test_server_profile import own_database
from tests.house.sources import ROOT
from tests.master.older import fill_sample, make_older, printed, rows_of

*EARLIER, HEAD = sorted(path.name[:4] for path in (ROOT / "master/migrations/versions").glob("[0-9]*.py"))
ZONE = ZoneInfo("Asia/Shanghai")


@pytest.fixture(scope="module")
def sample(empty_sqlite: Path, tmp_path_factory: pytest.TempPathFactory, keys: Keys) -> Iterator[Master]:
    path = tmp_path_factory.mktemp("sample") / "kehu.db"
    path.write_bytes(empty_sqlite.read_bytes())
    master = Master.open(f"sqlite:///{path}", keys, Clock(ZONE))
    fill_sample(master)
    yield master
    master.close()


@pytest.fixture
def older(master: Master, tmp_path: Path, clock: Clock, keys: Keys) -> Iterator[Master]:
    """On the same kind of database as the master, without any table."""
    with ExitStack() as stack:
        url = f"sqlite:///{tmp_path}/older.db"
        if not master.is_sqlite:
            server = master.engine.url.render_as_string(hide_password=False)
            url = stack.enter_context(own_database(server))
        opened = Master.open(url, keys, clock)
        stack.callback(opened.close)
        yield opened


@pytest.mark.parametrize("step", EARLIER)
def test_a_master_of_any_earlier_version_is_brought_to_this_one_with_all_its_rows(
    older: Master, master: Master, sample: Master, step: str
) -> None:
    before = make_older(older, step, sample)
    assert len(before["customers"]) == 30
    columns = {name: list(rows[0]._fields) for name, rows in before.items() if rows}
    migrate(older)
    assert printed(older) == printed(master)
    assert rows_of(older, columns) == {name: before[name] for name in columns}
    with older.transaction(TESTER) as tx:
        assert create_customer(tx, NewCustomer("司马光")) == 31
    migrate(older)


def test_a_master_of_a_later_version_is_left_as_it_is(master: Master) -> None:
    with master.committing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    try:
        with pytest.raises(NewerDatabase) as refused:
            migrate(master)
        with master.reading() as connection:
            assert not is_current(connection)
    finally:
        with master.committing() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :head"), {"head": HEAD})
    assert str(refused.value) == (
        "the database is of a later version of the hub (step 9999): install that version, "
        "or restore the backup made before the upgrade"
    )
