"""A hub of an earlier version is upgraded as docs/operating.md says; one of a later version is refused."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest
from sqlalchemy import text

from indexing.keyed import KeyedTerms
from master.clock import Clock
from master.keys import Keys
from master.session import Master
from tests.flows.conftest import Running, initialised
from tests.flows.test_backup import SEALED, needs_services, settings
from tests.flows.test_server_profile import own_database
from tests.master.older import make_older
from tests.services import postgresql
from tests.services.opensearch import Cluster

OLDEST = "0001"


@contextmanager
def opened(url: str, keys: Path) -> Iterator[Master]:
    master = Master.open(url, Keys.load(keys), Clock(ZoneInfo("Asia/Shanghai")))
    yield master
    master.close()


@pytest.fixture
def present(running: Running) -> Running:
    """A sample hub of this version, which the older ones have their rows from."""
    running.run("sample", "--customers", "30")
    running.run("index", "rebuild")
    return running


def age(url: str, present: Running, keys: Path) -> None:
    """Make what was there before the first upgrade in this database."""
    var = present.folder / "var"
    keys.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(var / "keys.toml", keys)
    with opened(url, keys) as older, opened(f"sqlite:///{var}/master.db", keys) as sample:
        make_older(older, OLDEST, sample)


def test_init_upgrades_an_embedded_hub_and_its_index(present: Running, tmp_path: Path) -> None:
    var, folder = tmp_path / "older/var", tmp_path / "older"
    age(f"sqlite:///{var}/master.db", present, var / "keys.toml")
    shutil.copytree(present.folder / "var/index", var / "index")
    serving = json.loads((var / "index/serving.json").read_text())
    (var / "index/serving.json").write_text(json.dumps({**serving, "schema": 0}))
    with initialised(folder) as upgraded:
        assert_same(upgraded, present)


@needs_services
def test_init_upgrades_a_hub_on_postgresql_and_its_index_on_a_cluster(
    present: Running, tmp_path: Path, cluster: Cluster
) -> None:
    search, folder = cluster.own(), tmp_path / "older"
    with postgresql.running() as server, own_database(server) as database:
        age(database, present, folder / "keys.toml")
        old = old_index(search, folder / "keys.toml")
        httpx.put(f"{search}-customers-000001-old", json=old).raise_for_status()
        with initialised(folder, **settings(database, search, folder)) as upgraded:
            assert_same(upgraded, present)
    cluster.drop(search)


def old_index(search: str, keys: Path) -> dict[str, object]:
    """As another version made it: other fields, and a number of its own."""
    alias = f"{search.rpartition('/')[2]}-customers"
    mapping = {"_meta": {"schema": 0, "complete": True}, "properties": {"number": {"type": "keyword"}}}
    ours = f"{alias}.{KeyedTerms(Keys.load(keys)).fingerprint}"
    return {"mappings": mapping, "aliases": {alias: {}, ours: {"is_write_index": True}}}


def assert_same(upgraded: Running, present: Running) -> None:
    """As it was, searched and served; `init` has made the index anew."""
    assert "customers in the index: 30\npending: 0" in upgraded.run("index", "status")
    assert "missing: 0\nstale: 0\norphans: 0" in upgraded.run("index", "check", "--full")
    assert upgraded.run("dump", "master") == present.run("dump", "master")
    asked = "{ searchCustomers { totalCount } }"
    for hub in (present, upgraded):
        hub.start("serve")
    assert upgraded.ask(asked) == {"searchCustomers": {"totalCount": 30}}
    assert upgraded.ask(SEALED, role="ADMIN") == present.ask(SEALED, role="ADMIN")
    assert upgraded.stop() == present.stop() == 0


def test_a_database_of_a_later_version_is_touched_by_no_command(running: Running) -> None:
    var = running.folder / "var"
    with opened(f"sqlite:///{var}/master.db", var / "keys.toml") as master, master.committing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    refused = (
        "kehu: the database is of a later version of the hub (step 9999): install that version, "
        "or restore the backup made before the upgrade\n"
    )
    for command in (["init"], ["serve"], ["worker"], ["index", "rebuild"], ["outbox", "--pending"]):
        assert running.fail(*command) == refused
