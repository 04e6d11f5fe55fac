"""OpenSearch nodes of the test's own, to be killed: one by itself, or a cluster of three processes."""

import os
import random
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.services import opensearch
from tests.services.opensearch import HEAP, JARS, PORTS, START_SECONDS, java

SOURCE = Path(__file__).with_name("ClusterNode.java")
TRANSPORT = 100  # a node's port for the others is its port for us and this
SETTINGS = {
    "network.host": "127.0.0.1",
    "discovery.type": "zen",
    "cluster.routing.allocation.disk.threshold_enabled": "false",
    "action.auto_create_index": "false",
}


@dataclass
class Node:
    """A process that can be killed and started again where it was."""

    folder: Path
    port: int
    settings: dict[str, str]
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        found = java()
        assert found is not None
        options = [f"-Xms{HEAP}", f"-Xmx{HEAP}", "--add-opens=java.base/java.lang=ALL-UNNAMED"]
        runner = ["-basePath", str(self.folder), "-baseHttpPort", str(self.port - 1), "-numOfNode", "1"]
        settings = [f"{name}={value}" for name, value in self.settings.items()]
        self.folder.mkdir(parents=True, exist_ok=True)
        with self.folder.with_suffix(".log").open("ab") as log:
            self.process = subprocess.Popen(
                [str(found), *options, "-cp", str(JARS / "lib/*"), str(SOURCE), *settings, *runner],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()


@dataclass(frozen=True)
class Three:
    """A cluster of three processes."""

    nodes: tuple[Node, ...]

    @property
    def url(self) -> str:
        hosts = ",".join(f"127.0.0.1:{node.port}" for node in self.nodes)
        return f"http://{hosts}/kehu"

    def wait(self, node: Node, how_many: int) -> None:
        """Until this node knows of so many with itself, and every index has all its copies."""
        deadline = time.monotonic() + START_SECONDS
        wanted = f"wait_for_nodes={how_many}&wait_for_status=green&timeout=1s"
        while True:
            with suppress(httpx.HTTPError):
                if httpx.get(f"{node.url}/_cluster/health?{wanted}", timeout=10).status_code == 200:
                    return
            log = node.folder.with_suffix(".log").read_text(errors="replace")[-4000:]
            assert node.process is not None, "it was never started"
            assert node.process.poll() is None, log
            assert time.monotonic() < deadline, log
            time.sleep(0.2)


def can_be_three() -> bool:
    """Whether there is OpenSearch, and a Java that compiles."""
    found = java()
    return opensearch.has_node() and found is not None and found.with_name("javac").exists()


@contextmanager
def three(folder: Path) -> Iterator[Three]:
    """A cluster of three nodes that all may lead, with nothing in it."""
    opensearch.fetch()
    ports = random.sample(PORTS, 3)
    names = [f"node-{port}" for port in ports]
    shared = {
        **SETTINGS,
        "cluster.name": f"kehu-test-{secrets.token_hex(4)}",
        "cluster.initial_cluster_manager_nodes": ",".join(names),
        "discovery.seed_hosts": ",".join(f"127.0.0.1:{port + TRANSPORT}" for port in ports),
    }
    own = [{"node.name": f"node-{port}", "transport.port": str(port + TRANSPORT)} for port in ports]
    nodes = tuple(
        Node(folder / f"node-{port}", port, {**shared, **settings})
        for port, settings in zip(ports, own, strict=True)
    )
    cluster = Three(nodes)
    with ExitStack() as stack:
        for node in nodes:
            node.start()
            stack.callback(node.kill)
        cluster.wait(nodes[0], 3)
        yield cluster


@dataclass
class Lonely:
    """A node by itself."""

    folder: Path
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/kehu"

    @property
    def victim(self) -> str:
        """A command that runs it where it was, to be killed and run again."""
        return f"{sys.executable} -m tests.services.nodes {self.folder} {self.port}"


@contextmanager
def lonely(folder: Path) -> Iterator[Lonely]:
    """A place for a node, which answers while inside."""
    opensearch.fetch()
    node = Lonely(folder / "node", opensearch.free_port())
    process = opensearch.start_node(node.folder, node.port)
    try:
        assert opensearch.answers(process, node.port), node.folder.with_suffix(".log").read_text()[-4000:]
        yield node
    finally:
        process.kill()
        process.wait()


if __name__ == "__main__":
    node = opensearch.start_node(Path(sys.argv[1]), int(sys.argv[2]))
    sys.exit(os.waitstatus_to_exitcode(node.wait()))
