"""PostgreSQL and OpenSearch for tests from docker-compose.yml; they stay, for the next run to find them.

`docker compose -p kehu-tests down --volumes` takes them away.
"""

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PASSWORD = "tests"
PORTS = {"postgres": 5432, "opensearch": 9200}
UP_SECONDS = 600  # images may have to be fetched


@cache
def is_there() -> bool:
    """Whether there is a Docker that runs, with compose."""
    return (
        shutil.which("docker") is not None and _docker("info") is not None and _compose("version") is not None
    )


@cache
def place_of(service: str) -> str | None:
    """host:port of a service that is well; None where Docker is not there, or can not start it."""
    if not is_there() or _compose("up", "--detach", "--wait", service) is None:
        return None
    return _compose("port", service, str(PORTS[service]))


def _compose(*arguments: str) -> str | None:
    files = ["-f", str(ROOT / "docker-compose.yml"), "-f", str(Path(__file__).with_name("ports.yml"))]
    return _docker("compose", "-p", "kehu-tests", *files, *arguments)


def _docker(*arguments: str) -> str | None:
    """What it says; None when it fails."""
    done = subprocess.run(
        ["docker", *arguments],
        env={**os.environ, "POSTGRES_PASSWORD": PASSWORD},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=UP_SECONDS,
        check=False,
    )
    return done.stdout.strip() if done.returncode == 0 else None
