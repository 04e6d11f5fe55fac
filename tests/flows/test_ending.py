"""A served hub whose callers go away, and one that is told to stop."""

import sqlite3
import threading
import time
from contextlib import closing
from typing import Any

import httpx
import pytest

from tests.flows.conftest import Running

CREATE = 'mutation { createCustomer(input: {name: "司马光"}) { freshness errors { code } } }'
COUNT = "{ customers { totalCount } }"
WAIT = "query($freshness: String!) { searchCustomers(consistentWith: $freshness) { stale } }"
NOTICED_SECONDS = 1.0  # less than a writer waits for its turn


def test_a_change_whose_caller_goes_away_before_its_turn_is_not_made(running: Running) -> None:
    running.start("serve", "--no-worker")
    assert running.ask(COUNT)["customers"]["totalCount"] == 0
    path = running.folder / "var" / "master.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(httpx.ReadTimeout):
            post(running, CREATE, seconds=0.3)
        time.sleep(NOTICED_SECONDS)
    running.stop()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM customers").fetchone() == (0,)


def test_a_second_hub_at_the_same_port_says_so_and_ends(running: Running) -> None:
    running.start("serve", "--no-worker")
    told = (
        f"kehu: Nothing more can listen at 127.0.0.1:{running.port}: is a hub running there already?"
        " End what does, or say another port with --port or KEHU_PORT.\n"
    )
    assert running.fail("serve") == told
    assert running.fail("demo") == told


def test_what_runs_is_answered_before_the_server_ends(running: Running) -> None:
    running.start("serve", "--no-worker")
    freshness = running.ask(CREATE)["createCustomer"]["freshness"]
    answers: list[Any] = []
    asking = threading.Thread(
        target=lambda: answers.append(post(running, WAIT, freshness=freshness, seconds=30).json())
    )
    asking.start()
    time.sleep(0.5)
    assert running.server is not None
    running.server.terminate()
    while accepts(running):
        time.sleep(0.05)
    assert answers == []
    asking.join()
    assert answers == [{"data": {"searchCustomers": {"stale": True}}}]
    assert running.server.wait(60) == 0


def post(running: Running, document: str, *, seconds: float, **variables: str) -> httpx.Response:
    return httpx.post(
        f"{running.url}/graphql",
        json={"query": document, "variables": variables},
        headers={"authorization": f"Bearer {running.token('AGENT')}"},
        timeout=seconds,
    )


def accepts(running: Running) -> bool:
    try:
        return httpx.get(f"{running.url}/healthz", timeout=5).status_code == 200
    except httpx.TransportError:
        return False
