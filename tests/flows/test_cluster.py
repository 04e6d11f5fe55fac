"""A cluster of three search nodes loses one under writes and reads: nothing fails but what was in flight."""

import itertools
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from tests.flows.conftest import START_SECONDS, Running, initialised
from tests.flows.test_server_profile import own_database, workers
from tests.services import nodes, postgresql
from tests.services.nodes import Node, Three

pytestmark = [
    pytest.mark.only_in_proof,  # three nodes take a minute to start
    pytest.mark.skipif(
        not (nodes.can_be_three() and postgresql.is_there()),
        reason="no PostgreSQL, or no OpenSearch on a JDK",
    ),
]

WRITE = """
mutation($key: String!, $name: String!) {
  putCustomer(input: {sourceKey: {source: "CLUSTER", key: $key}, name: $name}) { errors { code } }
}
"""
READ = '{ searchCustomers(query: "sunwukong", first: 1) { nodes { name } } }'
FOUND = {"searchCustomers": {"nodes": [{"name": "孙悟空"}]}}
LIMITS = "search_seconds = 20\nstatement_seconds = 20\noperation_seconds = 30\n"  # for machines that are busy
CALLERS = 3  # who write, and as many who read
PAUSE_SECONDS = 0.1
CALM_SECONDS = 10.0  # under load before a node dies, without it, and after it came back


@dataclass
class Told:
    """What callers were told, and when anything but success."""

    answers: Counter[str] = field(default_factory=Counter)
    failed_at: list[str] = field(default_factory=list)

    def note(self, code: str) -> None:
        self.answers[code] += 1
        if code != "ok":
            self.failed_at.append(f"{time.strftime('%H:%M:%S')} {code}")


@pytest.fixture
def three(tmp_path: Path) -> Iterator[Three]:
    with nodes.three(tmp_path / "nodes") as cluster:
        yield cluster


@pytest.fixture
def hub(tmp_path: Path, three: Three) -> Iterator[Running]:
    (tmp_path / "limits.toml").write_text(LIMITS)
    with postgresql.running() as server, own_database(server) as database:
        stores = {"KEHU_DATABASE_URL": database, "KEHU_SEARCH_URL": three.url}
        files = {"KEHU_KEYS": str(tmp_path / "keys.toml"), "KEHU_LIMITS": str(tmp_path / "limits.toml")}
        with initialised(tmp_path, **stores, **files) as hub:
            yield hub


@pytest.mark.parametrize("dying", ["holds what is written", "leads"])
def test_a_node_dies_and_comes_back(hub: Running, three: Three, dying: str) -> None:
    hub.start("serve", "--no-worker")
    hub.ask(WRITE, "PARTNER", key="K", name="孙悟空")
    hub.token("AGENT")
    with workers(hub, 2):
        hub.until(READ, FOUND)
        three.wait(three.nodes[0], 3)
        node = primary(three) if dying == "holds what is written" else leader(three)
        with calling(hub, write) as writes, calling(hub, read) as reads:
            lose(three, node)
        print(
            f"writes {dict(writes.answers)} {writes.failed_at}, reads {dict(reads.answers)} {reads.failed_at}"
        )
        until_indexed(hub)
    assert set(writes.answers) == {"ok"}
    assert reads.answers["ok"] > 100
    assert len(reads.failed_at) <= CALLERS
    dumps = [hub.run("dump", store, "--source", "CLUSTER") for store in ("master", "index")]
    assert dumps[0] == dumps[1]
    assert len(dumps[0].splitlines()) == 1 + writes.answers["ok"]


def until_indexed(hub: Running) -> None:
    deadline = time.monotonic() + START_SECONDS
    while (done := hub.done("outbox", "--pending")).stdout != "0\n":
        assert time.monotonic() < deadline, done


def lose(three: Three, node: Node) -> None:
    """It is killed and started again."""
    other = next(each for each in three.nodes if each is not node)
    time.sleep(CALM_SECONDS)
    node.kill()
    print(time.strftime("%H:%M:%S killed"))
    three.wait(other, 2)
    time.sleep(CALM_SECONDS)
    node.start()
    three.wait(other, 3)
    time.sleep(CALM_SECONDS)


def primary(three: Three) -> Node:
    """Of the index that serves."""
    told = asked(three, "/_cat/shards/kehu-customers?format=json&h=prirep,node")
    return named(three, next(shard["node"] for shard in told if shard["prirep"] == "p"))


def leader(three: Three) -> Node:
    return named(three, asked(three, "/_cat/cluster_manager?format=json")[0]["node"])


def asked(three: Three, path: str) -> list[dict[str, str]]:
    told: list[dict[str, str]] = httpx.get(f"{three.nodes[0].url}{path}", timeout=30).json()
    return told


def named(three: Three, name: str) -> Node:
    return next(node for node in three.nodes if node.settings["node.name"] == name)


Call = Callable[[Running, httpx.Client, str], str]


@contextmanager
def calling(hub: Running, call: Call) -> Iterator[Told]:
    """Some who call again and again while inside, each one after the other."""
    told, is_over = Told(), threading.Event()

    def go_on(caller: int) -> None:
        with httpx.Client(base_url=hub.url, timeout=60) as client:
            for turn in itertools.count():
                if is_over.wait(PAUSE_SECONDS):
                    return
                told.note(call(hub, client, f"{caller}-{turn}"))

    with ThreadPoolExecutor(CALLERS) as callers:
        going = [callers.submit(go_on, caller) for caller in range(CALLERS)]
        try:
            yield told
        finally:
            is_over.set()
    for each in going:
        each.result()


def write(hub: Running, client: httpx.Client, key: str) -> str:
    answer = sent(hub, client, "PARTNER", WRITE, key=key, name=f"赵{key}")
    refused = (answer.get("data") or {}).get("putCustomer", {}).get("errors")
    return str(refused) if refused else code_of(answer)


def read(hub: Running, client: httpx.Client, key: str) -> str:
    answer = sent(hub, client, "AGENT", READ)
    return code_of(answer) if "errors" in answer or answer["data"] == FOUND else json.dumps(answer["data"])


def sent(hub: Running, client: httpx.Client, role: str, document: str, **variables: str) -> dict[str, object]:
    answer: dict[str, object] = client.post(
        "/graphql",
        json={"query": document, "variables": variables},
        headers={"authorization": f"Bearer {hub.tokens[role]}"},
    ).json()
    return answer


def code_of(answer: dict[str, object]) -> str:
    """`ok`, or the code of the first error."""
    errors = answer.get("errors")
    return str(errors[0]["extensions"]["code"]) if isinstance(errors, list) else "ok"
