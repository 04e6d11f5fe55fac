"""kill -9 at any moment: nothing answered is lost, index and master become equal (tests/tools/crash.md)."""

import secrets
import subprocess
import sys

import pytest

from tests.flows.conftest import KEHU, Running
from tests.house.sources import ROOT

WRITE = (
    '{putCustomer(input:{sourceKey:{source:"CRASH",key:$key},name:$n,idempotencyKey:$idem})'
    "{customer{version} errors{code}}}"
)
SHORT = {"--seconds": "25", "--kill-every": "5"}
LONG = {"--seconds": "900", "--kill-every": "7"}  # at least 100 kills


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
    running: Running, processes: list[str], request: pytest.FixtureRequest
) -> None:
    seed = str(secrets.randbelow(100_000))
    pace = LONG if request.config.getoption("--proof") else SHORT
    given = {
        "--write": WRITE,
        "--n-type": "String!",
        "--master": f"{KEHU} dump master --source CRASH",
        "--index": f"{KEHU} dump index --source CRASH",
        "--events": f"{KEHU} dump events --source CRASH",
        "--drained": f"{KEHU} outbox --pending",
        "--dead": f"{KEHU} outbox --dead",
        "--seed": seed,
        "--logs": str(running.folder / "logs"),
        "--up": "60",
        **pace,
    }
    arguments = [*processes, *(f"{name}={value}" for name, value in given.items())]
    token = running.token("PARTNER")
    done = subprocess.run(
        [sys.executable, str(ROOT / "tests/tools/crash.py"), *arguments],
        env={**running.environment, "HUB_URL": running.url, "HUB_TOKEN": token},
        capture_output=True,
        text=True,
        check=False,
    )
    print(done.stdout)
    assert done.returncode == 0, f"seed {seed}\n{done.stdout}{done.stderr}"
