"""A backup is the master and the key file: restored elsewhere they answer as before (docs/operating.md)."""

import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.flows.conftest import Running, initialised
from tests.flows.test_served_hub import CREATE, FRESH
from tests.flows.test_server_profile import own_database
from tests.services import opensearch, postgresql
from tests.services.opensearch import Cluster

SEALED = """
{ customers(first: 30) { nodes { number name documents { number } contactPoints { value } } } }
"""
DUMPS = ("master", "index", "events", "sources")

needs_services = pytest.mark.skipif(
    not (opensearch.is_there() and postgresql.has("pg_dump")),
    reason="no OpenSearch or no PostgreSQL programs: see .ci/run",
)


def test_a_copied_database_file_and_the_key_file_make_the_same_hub(running: Running, tmp_path: Path) -> None:
    before = filled(running)
    var, elsewhere = running.folder / "var", tmp_path / "elsewhere"
    (elsewhere / "var").mkdir(parents=True)
    source, copy = sqlite3.connect(var / "master.db"), sqlite3.connect(elsewhere / "var/master.db")
    with closing(source), closing(copy):
        source.backup(copy)
    shutil.copy(var / "keys.toml", elsewhere / "var")
    assert goes_on(running)
    with initialised(elsewhere) as restored:
        assert_same(restored, running, before)


@pytest.fixture
def databases() -> Iterator[tuple[str, str]]:
    """Two empty ones."""
    with postgresql.running() as server, own_database(server) as one, own_database(server) as other:
        yield one, other


@needs_services
def test_a_dumped_database_and_the_key_file_make_the_same_hub_beside_an_index_that_is_ahead(
    tmp_path: Path, cluster: Cluster, databases: tuple[str, str]
) -> None:
    search, elsewhere, dumped = cluster.own(), tmp_path / "elsewhere", tmp_path / "master.dump"
    elsewhere.mkdir()
    with initialised(tmp_path, **settings(databases[0], search, tmp_path)) as hub:
        before = filled(hub)
        program("pg_dump", "--format=custom", f"--file={dumped}", databases[0])
        shutil.copy(tmp_path / "keys.toml", elsewhere)
        assert goes_on(hub)
    program("pg_restore", "--exit-on-error", "--no-owner", f"--dbname={databases[1]}", dumped)
    with initialised(elsewhere, **settings(databases[1], search, elsewhere)) as restored:
        assert_same(restored, hub, before)
    cluster.drop(search)


def settings(database: str, search: str, folder: Path) -> dict[str, str]:
    return {
        "KEHU_DATABASE_URL": database,
        "KEHU_SEARCH_URL": search,
        "KEHU_KEYS": str(folder / "keys.toml"),
    }


def program(name: str, *arguments: object) -> None:
    folder = postgresql.programs()
    assert folder is not None
    subprocess.run([folder / name, *map(str, arguments)], check=True)


def filled(hub: Running) -> dict[str, object]:
    """What a hub that is served tells of thirty customers."""
    hub.run("sample", "--customers", "30")
    hub.start("serve")
    hub.until("{ searchCustomers { totalCount } }", {"searchCustomers": {"totalCount": 30}})
    assert hub.ask(SEALED, role="ADMIN")["customers"]["nodes"][0]["documents"] != []
    return told_by(hub)


def goes_on(hub: Running) -> bool:
    """After the backup one more customer is made and indexed, and the hub ends."""
    made = hub.ask(CREATE, name="司马光")["createCustomer"]
    found = hub.ask(FRESH, words="simaguang", freshness=made["freshness"])["searchCustomers"]
    hub.stop()
    return bool(found["nodes"])


def told_by(hub: Running) -> dict[str, object]:
    return {"sealed": hub.ask(SEALED, role="ADMIN"), **{store: hub.run("dump", store) for store in DUMPS}}


def assert_same(restored: Running, original: Running, before: dict[str, object]) -> None:
    """The index is made anew from the restored master, and the tokens of before open it."""
    assert restored.run("index", "rebuild").splitlines()[-1] == "customers: 30"
    restored.tokens = original.tokens
    restored.start("serve")
    assert told_by(restored) == before
    assert "missing: 0\nstale: 0\norphans: 0" in restored.run("index", "check", "--full")
    restored.stop()
