"""`kehu worker` with a port of its own: what it does is in its metrics, and the hub's stay the hub's."""

import subprocess
import time
from collections.abc import Iterator

import httpx
import pytest

from tests.flows.conftest import KEHU, START_SECONDS, Running, free_port
from tests.flows.test_served_hub import CREATE, FRESH


@pytest.fixture
def port(running: Running) -> int:
    running.environment["KEHU_WORKER_PORT"] = str(free_port())
    return int(running.environment["KEHU_WORKER_PORT"])


@pytest.fixture
def worker(running: Running, port: int) -> Iterator[subprocess.Popen[bytes]]:
    with (running.folder / "worker.log").open("ab") as log:
        process = subprocess.Popen(
            [KEHU, "worker"], env=running.environment, cwd=running.folder, stdout=log, stderr=log
        )
    yield process
    process.terminate()
    process.wait(60)


def test_a_workers_port_tells_what_it_has_indexed(
    running: Running, worker: subprocess.Popen[bytes], port: int
) -> None:
    running.start("serve", "--no-worker")
    asked(port, "/readyz", running)
    made = running.ask(CREATE, name="司马光")["createCustomer"]
    assert not running.ask(FRESH, words="simaguang", freshness=made["freshness"])["searchCustomers"]["stale"]
    told = metrics(port, running)
    assert told["kehu_index_batch_customers_sum"] == 1
    assert told["kehu_index_queue_pending"] == told["kehu_index_queue_oldest_seconds"] == 0
    assert told['kehu_index_drift_found_total{kind="missing"}'] == 0
    assert "kehu_graphql_seconds_count" not in told
    assert metrics(running.port, running)["kehu_index_batch_customers_sum"] == 0
    assert httpx.get(f"http://127.0.0.1:{port}/graphql").status_code == 404
    worker.terminate()
    assert worker.wait(60) == 0
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://127.0.0.1:{port}/healthz")


def test_a_worker_whose_port_is_taken_says_so(
    running: Running, worker: subprocess.Popen[bytes], port: int
) -> None:
    asked(port, "/healthz", running)
    assert running.fail("worker") == (
        f"kehu: KEHU_WORKER_PORT is {port}, where the process can not listen: is another one there?"
        " Give each worker of a machine a port of its own.\n"
    )


def metrics(port: int, hub: Running) -> dict[str, float]:
    lines = asked(port, "/metrics", hub).text.splitlines()
    told = [line.rpartition(" ") for line in lines if not line.startswith("#")]
    return {name: float(value) for name, _, value in told}


def asked(port: int, path: str, hub: Running) -> httpx.Response:
    """The answer, as soon as somebody listens."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            return httpx.get(f"http://127.0.0.1:{port}{path}", timeout=10).raise_for_status()
        except httpx.ConnectError:
            assert time.monotonic() < deadline, (hub.folder / "worker.log").read_text()
            time.sleep(0.1)
