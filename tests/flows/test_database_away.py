"""PostgreSQL stops at once and comes back: server and worker outlive it, and go on by themselves."""

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.flows.conftest import KEHU, START_SECONDS, Running, initialised
from tests.flows.test_served_hub import CREATE, FRESH
from tests.services import postgresql
from tests.services.postgresql import Server

pytestmark = pytest.mark.skipif(not postgresql.has("pg_ctl"), reason="no PostgreSQL: see .ci/run")


@pytest.fixture
def server() -> Iterator[Server]:
    with postgresql.server() as own:
        yield own


@pytest.fixture
def hub(tmp_path: Path, server: Server) -> Iterator[Running]:
    with initialised(tmp_path, KEHU_DATABASE_URL=server.url, KEHU_KEYS=str(tmp_path / "keys.toml")) as hub:
        yield hub


@pytest.fixture
def worker(hub: Running) -> Iterator[subprocess.Popen[bytes]]:
    with (hub.folder / "worker.log").open("ab") as log:
        process = subprocess.Popen(
            [KEHU, "worker"], env=hub.environment, cwd=hub.folder, stdout=log, stderr=log
        )
        yield process
        process.terminate()
        process.wait(60)


def test_what_runs_goes_on_when_the_database_is_back(
    hub: Running, server: Server, worker: subprocess.Popen[bytes]
) -> None:
    hub.start("serve", "--no-worker")
    searched_after_a_change(hub, "司马光")
    server.stop()
    assert status(hub) == 503
    server.start()
    until_ready(hub)
    searched_after_a_change(hub, "欧阳修")
    assert (worker.poll(), hub.server and hub.server.poll()) == (None, None)


def searched_after_a_change(hub: Running, name: str) -> None:
    made = hub.ask(CREATE, name=name)["createCustomer"]
    deadline = time.monotonic() + START_SECONDS
    while True:
        found = hub.ask(FRESH, words=name, freshness=made["freshness"])["searchCustomers"]
        if not found["stale"]:
            break
        assert time.monotonic() < deadline, (hub.folder / "worker.log").read_text()
    assert [node["number"] for node in found["nodes"]] == [made["customer"]["number"]]


def status(hub: Running) -> int:
    return httpx.get(f"{hub.url}/readyz", timeout=30).status_code


def until_ready(hub: Running) -> None:
    deadline = time.monotonic() + START_SECONDS
    while status(hub) != 200:
        assert time.monotonic() < deadline, "the hub is not ready in time"
        time.sleep(0.1)
