"""kill -9 at any moment: nothing answered is lost, index and master become equal (tests/tools/crash.md)."""

import json
import secrets
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.conftest import DATABASES
from tests.flows.conftest import KEHU, Running, initialised
from tests.flows.test_server_profile import own_database
from tests.house.sources import ROOT
from tests.services import nodes, opensearch, postgresql

WRITE = (
    '{putCustomer(input:{sourceKey:{source:"CRASH",key:$key},name:$n,idempotencyKey:$idem})'
    "{customer{version} errors{code}}}"
)
# As a supervisor does: what ends because a database is away is started again.
SERVE = f"--server=while :; do {KEHU} serve --no-worker; sleep 0.5; done"
WORK = f"--worker=while :; do {KEHU} worker; sleep 0.5; done"

SHORT = {"--seconds": "30", "--kill-every": "3"}
FEWEST_KILLS = 100  # of a proof, however slowly a busy machine starts again what was killed
LONG = {"--seconds": "1200", "--kills": str(FEWEST_KILLS), "--kill-every": "5", "--watch": "5"}
LONG_WITH_STORES = {**LONG, "--seconds": "1500", "--kill-every": "10"}  # a node takes 10 seconds to come back

needs_postgresql = pytest.mark.skipif("postgresql" not in DATABASES, reason="no PostgreSQL: see .ci/run")
needs_opensearch = pytest.mark.skipif(not opensearch.is_there(), reason="no OpenSearch: see .ci/run")


@pytest.mark.parametrize(
    "processes",
    [
        pytest.param([f"--server={KEHU} serve"], id="worker in the server"),
        pytest.param(
            [f"--server={KEHU} serve --no-worker", f"--worker={KEHU} worker"], id="a worker by itself"
        ),
    ],
)
def test_whatever_dies_the_index_becomes_equal_to_the_master(
    running: Running, processes: list[str], is_proof: bool
) -> None:
    crash(running, processes, LONG if is_proof else SHORT)


@pytest.mark.only_in_proof  # the next test has two workers on PostgreSQL too
@needs_postgresql
def test_two_workers_on_postgresql_and_the_database_die(tmp_path: Path) -> None:
    with postgresql.server() as server, on(tmp_path, server.url) as hub:
        crash(hub, [SERVE, WORK, WORK, f"--worker={server.victim}"], LONG_WITH_STORES)


@needs_postgresql
@needs_opensearch
def test_two_workers_on_postgresql_and_a_cluster_die(
    tmp_path: Path, is_proof: bool, request: pytest.FixtureRequest
) -> None:
    if is_proof:
        with postgresql.server() as server, ExitStack() as stack:
            with nodes.lonely(tmp_path) as node:
                hub = stack.enter_context(on(tmp_path, server.url, node.url))
            victims = [f"--worker={server.victim}", f"--worker={node.victim}"]
            crash(hub, [SERVE, WORK, WORK, *victims], LONG_WITH_STORES)
        return
    cluster = request.getfixturevalue("cluster")
    search = cluster.own()
    with postgresql.running() as url, own_database(url) as database, on(tmp_path, database, search) as hub:
        crash(hub, [SERVE, WORK, WORK], SHORT)
    cluster.drop(search)


@pytest.fixture
def is_proof(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--proof"))


@contextmanager
def on(folder: Path, database: str, search: str | None = None) -> Iterator[Running]:
    """A hub of the server profile."""
    settings = {"KEHU_DATABASE_URL": database, "KEHU_KEYS": str(folder / "keys.toml")}
    if search is not None:
        settings["KEHU_SEARCH_URL"] = search
    with initialised(folder, **settings) as hub:
        yield hub


def crash(hub: Running, processes: Sequence[str], pace: Mapping[str, str]) -> None:
    """Write and kill, wait, compare; the seed is in the output."""
    seed, told = str(secrets.randbelow(100_000)), hub.folder / "crash.json"
    given = {
        "--write": WRITE,
        "--n-type": "String!",
        "--master": f"{KEHU} dump master --source CRASH",
        "--index": f"{KEHU} dump index --source CRASH",
        "--events": f"{KEHU} dump events --source CRASH",
        "--drained": f"{KEHU} outbox --pending",
        "--dead": f"{KEHU} outbox --dead",
        "--seed": seed,
        "--logs": str(hub.folder / "logs"),
        "--json": str(told),
        "--up": "120",
        "--converge": "180",
        **pace,
    }
    arguments = [*processes, *(f"{name}={value}" for name, value in given.items())]
    token = hub.token("PARTNER")
    done = subprocess.run(
        [sys.executable, str(ROOT / "tests/tools/crash.py"), *arguments],
        env={**hub.environment, "HUB_URL": hub.url, "HUB_TOKEN": token},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    print(done.stdout)
    assert done.returncode == 0, f"seed {seed}\n{done.stdout}{done.stderr}"
    if pace is not SHORT:
        assert json.loads(told.read_text())["stats"]["kills"] >= FEWEST_KILLS
