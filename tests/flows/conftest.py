"""A sample hub in process, and hubs as their users run them: processes, commands and HTTP."""

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from indexing.engines.embedded import EmbeddedEngine
from indexing.worker import Worker
from intake.sample.fill import fill
from master.clock import Clock
from master.keys import Keys
from master.migrations import migrate
from master.session import Master
from master.writes.derived import refresh
from tests.conftest import SetTime
from tests.schema.hub import Hub

KEHU = str(Path(sys.executable).with_name("kehu"))
START_SECONDS = 60


@pytest.fixture(scope="session")
def sample_hub(tmp_path_factory: pytest.TempPathFactory, keys: Keys) -> Iterator[Hub]:
    """What `make demo` makes, on the morning of 2026-11-22, with everyone indexed."""
    folder = tmp_path_factory.mktemp("sample")
    master = Master.open(f"sqlite:///{folder}/master.db", keys, Clock(ZoneInfo("Asia/Shanghai"), SetTime()))
    migrate(master)
    fill(master, customers=2000, seed=1)
    engine = EmbeddedEngine(folder / "index", keys)
    asyncio.run(Worker(master, engine, refresh).drain())
    yield Hub(master, engine)
    asyncio.run(engine.close())
    master.close()


@dataclass
class Running:
    """A hub in a folder of its own, driven from outside."""

    folder: Path
    port: int
    environment: dict[str, str]
    server: subprocess.Popen[bytes] | None = None
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def done(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A command that has ended, whatever it said."""
        return subprocess.run(
            [KEHU, *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            cwd=self.folder,
            timeout=120,
            check=False,
        )

    def run(self, *arguments: str, code: int = 0) -> str:
        """Standard output of a command that ends with this exit code."""
        done = self.done(*arguments)
        assert done.returncode == code, done.stderr
        return done.stdout

    def fail(self, *arguments: str) -> str:
        """The one sentence that a command says when it refuses."""
        done = self.done(*arguments)
        assert (done.returncode, done.stdout) == (1, ""), done.stderr
        assert "Traceback" not in done.stderr
        return done.stderr

    def start(self, *arguments: str) -> None:
        with (self.folder / "server.log").open("ab") as log:
            self.server = subprocess.Popen(
                [KEHU, *arguments], env=self.environment, stdout=log, stderr=log, cwd=self.folder
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._is_ready():
            assert self.server.poll() is None, (self.folder / "server.log").read_text()
            assert time.monotonic() < deadline, "the hub is not ready in time"
            time.sleep(0.1)

    def _is_ready(self) -> bool:
        try:
            return httpx.get(f"{self.url}/readyz", timeout=5).status_code == 200
        except httpx.HTTPError:
            return False

    def stop(self) -> int:
        """The server's exit code, after it was asked to end."""
        assert self.server is not None
        self.server.terminate()
        return self.server.wait(60)

    def token(self, role: str) -> str:
        if role not in self.tokens:
            made = self.run(
                "token", "create", "--role", role, "--name", role, "--all-branches", "--rate", "0"
            )
            self.tokens[role] = made.strip()
        return self.tokens[role]

    def ask(self, document: str, role: str = "AGENT", **variables: Any) -> Any:
        """The data of an answer without errors."""
        answer = httpx.post(
            f"{self.url}/graphql",
            json={"query": document, "variables": variables},
            headers={"authorization": f"Bearer {self.token(role)}"},
            timeout=30,
        )
        told = answer.json()
        assert "errors" not in told, told
        return told["data"]

    def until(self, document: str, wanted: Any) -> None:
        """Asks again until the answer is this one."""
        deadline = time.monotonic() + START_SECONDS
        while (answer := self.ask(document)) != wanted:
            assert time.monotonic() < deadline, answer
            time.sleep(0.1)


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    """A hub that was initialised; `start` serves it."""
    with initialised(tmp_path) as hub:
        yield hub


@contextmanager
def initialised(folder: Path, **settings: str) -> Iterator[Running]:
    """A hub in a folder of its own, with these settings, stopped at the end."""
    port = free_port()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KEHU_")}
    own = {"KEHU_DATA_DIR": str(folder / "var"), "KEHU_PORT": str(port), **settings}
    hub = Running(folder, port, {**kept, **own})
    hub.run("init")
    yield hub
    if hub.server is not None and hub.server.poll() is None:
        hub.stop()
    shutil.rmtree(folder / "var", ignore_errors=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
