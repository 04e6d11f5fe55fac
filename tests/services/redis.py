"""A Redis for tests: the local program, in memory only, on a port of its own."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

REQUIRED = os.environ.get("KEHU_TEST_SERVICES") == "required"
START_SECONDS = 30


def is_there() -> bool:
    """Whether tests can have a Redis. Where services are required its absence is an error."""
    there = shutil.which("redis-server") is not None
    if REQUIRED and not there:
        raise RuntimeError("services are required, and there is no redis-server: see .ci/run")
    return there


@dataclass
class RunningRedis:
    """A server of the test's own."""

    port: int
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def pause(self) -> None:
        """It hangs: takes connections and answers nothing."""
        self.process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()

    def start(self) -> None:
        """Starts it again where it was, empty."""
        self.process = _started(self.port)


@contextmanager
def running() -> Iterator[RunningRedis]:
    """An empty server."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    redis = RunningRedis(port, _started(port))
    try:
        yield redis
    finally:
        redis.stop()


def _started(port: int) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
        stdout=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + START_SECONDS
    while not _answers(port):
        assert process.poll() is None, "redis-server ended"
        assert time.monotonic() < deadline, "redis-server does not answer in time"
        time.sleep(0.02)
    return process


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16) == b"+PONG\r\n"
    except OSError:
        return False
