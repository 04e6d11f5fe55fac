"""PostgreSQL stops at once and comes back: server and worker outlive it, and go on by themselves."""

import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from sqlalchemy import create_engine, text

from tests.flows.conftest import KEHU, START_SECONDS, Running, initialised
from tests.flows.test_served_hub import CREATE, FRESH
from tests.services import postgresql
from tests.services.postgresql import Server

PATIENT = "lock_seconds = 30\nstatement_seconds = 30\noperation_seconds = 60\n"
CONNECTIONS_CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"

pytestmark = pytest.mark.skipif(not postgresql.has("pg_ctl"), reason="no PostgreSQL: see .ci/run")


@pytest.fixture
def server() -> Iterator[Server]:
    with postgresql.server() as own:
        yield own


@pytest.fixture
def hub(tmp_path: Path, server: Server) -> Iterator[Running]:
    files = {"KEHU_KEYS": str(tmp_path / "keys.toml"), "KEHU_LIMITS": str(tmp_path / "limits.toml")}
    (tmp_path / "limits.toml").write_text(PATIENT)
    with initialised(tmp_path, KEHU_DATABASE_URL=server.url, **files) as hub:
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


def test_a_change_whose_connection_dies_is_told_that_the_master_is_away(hub: Running, server: Server) -> None:
    hub.start("serve", "--no-worker")
    token = hub.token("AGENT")
    engine = create_engine(server.url.replace("postgresql:", "postgresql+psycopg:"))
    with ThreadPoolExecutor(1) as caller, engine.connect() as connection:
        connection.execute(text("LOCK TABLE customers"))
        answer = caller.submit(
            httpx.post,
            f"{hub.url}/graphql",
            json={"query": CREATE, "variables": {"name": "司马光"}},
            headers={"authorization": f"Bearer {token}"},
            timeout=90,
        )
        while not connection.execute(text(CONNECTIONS_CUT)).all():
            assert not answer.done(), answer.result().text
        connection.rollback()
    engine.dispose()
    (error,) = answer.result().json()["errors"]
    assert error["extensions"]["code"] == "UNAVAILABLE"
    assert "idempotencyKey" in error["message"]
    searched = hub.ask("{ customers(first: 1) { totalCount } }")
    assert searched == {"customers": {"totalCount": 0}}


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
