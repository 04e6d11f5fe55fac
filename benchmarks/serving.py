"""Servers of their own processes, and what they and PostgreSQL take of the processor and of memory."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
START_SECONDS = 60.0

HUB = (str(Path(sys.executable).with_name("kehu")), "serve")
UNNOTED_HUB = (sys.executable, "-m", "benchmarks.unnoted")
BY_HAND = (sys.executable, "-m", "benchmarks.by_hand")


@dataclass(frozen=True)
class Running:
    """A server, with all processes below it."""

    pid: int
    port: int

    def peak_mib(self) -> float:
        """The most that any one of its processes has held."""
        return max(_peak_kib(pid) for pid in below(self.pid)) / 1024


@contextmanager
def served(command: Sequence[str], said: Mapping[str, str], log: Path) -> Iterator[Running]:
    """A server that answers; said: what its environment says beyond ours."""
    port = free_port()
    place = {"KEHU_HOST": "127.0.0.1", "KEHU_PORT": str(port), "PORT": str(port)}
    with log.open("wb") as told:
        process = subprocess.Popen(command, env={**os.environ, **said, **place}, stdout=told, stderr=told)
    try:
        _await(port, process, log)
        yield Running(process.pid, port)
    finally:
        process.terminate()
        process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _await(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        time.sleep(0.05)
    raise RuntimeError(f"{' '.join(process.args)} does not answer:\n{log.read_text()[-2000:]}")  # type: ignore[arg-type]


def cpu_seconds(pids: Sequence[int]) -> float:
    """Of these processes and all below them, with children that have ended, by now."""
    return sum(_ticks(pid) for each in pids for pid in below(each)) / TICKS


def below(pid: int) -> list[int]:
    """The process and its descendants."""
    found = [pid]
    with suppress(OSError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            for child in (thread / "children").read_text().split():
                found += below(int(child))
    return found


def _ticks(pid: int) -> int:
    try:
        told = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return 0
    fields = told.rpartition(")")[2].split()
    return sum(int(fields[at]) for at in (11, 12, 13, 14))  # utime, stime, and those of children that ended


def _peak_kib(pid: int) -> int:
    with suppress(OSError, StopIteration):
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("VmHWM:")).split()[1])
    return 0
