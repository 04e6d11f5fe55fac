"""A hub on PostgreSQL and a search cluster, served by one process and indexed by others."""

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest

from tests.flows.conftest import KEHU, Running, initialised
from tests.flows.test_served_hub import CREATE, FRESH, lines, write
from tests.services import opensearch, postgresql
from tests.services.opensearch import Cluster
from tests.services.postgresql import own_database

pytestmark = pytest.mark.skipif(
    not (opensearch.is_there() and postgresql.is_there()),
    reason="no OpenSearch or no PostgreSQL: see .ci/run",
)


@pytest.fixture(scope="module")
def database_server() -> Iterator[str]:
    with postgresql.running() as url:
        yield url


@pytest.fixture
def hub(tmp_path: Path, database_server: str, cluster: Cluster) -> Iterator[Running]:
    """`start` serves it; nobody indexes until `worker` does."""
    search = cluster.own()
    with own_database(database_server) as database:
        settings = {"KEHU_DATABASE_URL": database, "KEHU_SEARCH_URL": search}
        with initialised(tmp_path, **settings, KEHU_KEYS=str(tmp_path / "keys.toml")) as hub:
            yield hub
    cluster.drop(search)


@contextmanager
def workers(hub: Running, how_many: int) -> Iterator[None]:
    """Indexing processes beside the server."""
    with ExitStack() as stack, (hub.folder / "workers.log").open("ab") as log:
        for _ in range(how_many):
            worker = subprocess.Popen(
                [KEHU, "worker"], env=hub.environment, cwd=hub.folder, stdout=log, stderr=log
            )
            stack.callback(worker.wait, 60)
            stack.callback(worker.terminate)
        yield


def test_a_change_is_found_by_who_waits_for_it(hub: Running) -> None:
    hub.start("serve", "--no-worker")
    with workers(hub, 2):
        made = hub.ask(CREATE, name="司马光")["createCustomer"]
        assert made["errors"] == []
        found = hub.ask(FRESH, words="simaguang", freshness=made["freshness"])["searchCustomers"]
        assert found == {"stale": False, "nodes": [{"number": made["customer"]["number"]}]}
    assert hub.stop() == 0


def test_an_imported_file_is_searched_counted_and_dumped(hub: Running) -> None:
    names = "甲乙丙"
    rows = [
        {"source_key": f"K{n}", "name": f"赵{one}", "mobile": f"1390000{n:04d}"}
        for n, one in enumerate(names)
    ]
    path = write(hub.folder / "customers.csv", rows)
    hub.run("import", "customers", str(path), "--source", "CORE")
    hub.start("serve")
    hub.until("{ searchCustomers { totalCount } }", {"searchCustomers": {"totalCount": 3}})
    asked = '{ searchCustomers(query: "zhao 0001") { nodes { name } facets { statuses { value count } } } }'
    found = hub.ask(asked)["searchCustomers"]
    assert found == {
        "nodes": [{"name": "赵乙"}],
        "facets": {"statuses": [{"value": "PROSPECT", "count": 1}]},
    }
    hub.stop()
    expected = [{"key": f"K{n}", "n": f"赵{one}", "version": 1} for n, one in enumerate(names)]
    for store in ("master", "index"):
        assert lines(hub.run("dump", store, "--source", "CORE")) == expected


def test_an_index_that_was_deleted_is_made_anew(hub: Running) -> None:
    hub.run("sample", "--customers", "30")
    assert hub.run("index", "rebuild").splitlines()[-1] == "customers: 30"
    httpx.delete(f"{hub.environment['KEHU_SEARCH_URL']}-*").raise_for_status()
    assert hub.run("index", "rebuild", "--drop-old").splitlines()[-1] == "customers: 30"
    assert "missing: 0" in hub.run("index", "check").splitlines()
    told = hub.done("doctor").stdout
    assert "ok  index: 30 customers, OpenSearch " in told


def test_the_hub_answers_all_but_searches_while_the_cluster_is_away(hub: Running) -> None:
    hub.environment["KEHU_SEARCH_URL"] = "http://me:hunter2@127.0.0.1:1/hub"
    hub.start("serve")
    made = hub.ask(CREATE, name="司马光")["createCustomer"]
    assert made["errors"] == []
    assert httpx.get(f"{hub.url}/readyz").json()["status"] == "degraded"
    answer = httpx.post(
        f"{hub.url}/graphql",
        json={"query": '{ searchCustomers(query: "simaguang") { nodes { id } } }'},
        headers={"authorization": f"Bearer {hub.token('AGENT')}"},
    ).json()
    assert answer["errors"][0]["extensions"]["code"] == "UNAVAILABLE"
    hub.stop()
    assert "BAD index: The search cluster can not be reached" in hub.run("doctor", code=1)
    told = (hub.folder / "server.log").read_text() + hub.run("doctor", code=1)
    assert "hunter2" not in told
