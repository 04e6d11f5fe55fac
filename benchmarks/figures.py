"""Figures, how they are told, and the yardstick that lets runs on different machines be compared."""

import os
import platform
import sqlite3
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

RUNS = 5


@dataclass(frozen=True)
class Figure:
    name: str
    value: float
    unit: str

    def __str__(self) -> str:
        return f"{self.name:<56}{self.value:>12,.2f} {self.unit}"


def seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def spread(name: str, milliseconds: Sequence[float]) -> list[Figure]:
    """p50, p95 and p99."""
    cuts = statistics.quantiles(milliseconds, n=100, method="inclusive")
    return [Figure(f"{name} p{share}", cuts[share - 1], "ms") for share in (50, 95, 99)]


def machine() -> list[str]:
    """The facts that figures depend on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = os.getloadavg()[0]
    return [
        f"{platform.system()} {platform.release()}, {os.cpu_count()} cores, {memory:.0f} GiB",
        f"load at the start {load:.2f}",
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}",
    ]


def yardstick(folder: Path) -> list[Figure]:
    """A fixed loop in Python and one in SQLite, median of five: divide by it to compare machines."""
    return [
        Figure("yardstick: Python", statistics.median(seconds(_python) for _ in range(RUNS)) * 1000, "ms"),
        Figure(
            "yardstick: SQLite",
            statistics.median(seconds(lambda: _sqlite(folder / "yardstick.db")) for _ in range(RUNS)) * 1000,
            "ms",
        ),
    ]


def _python() -> int:
    counts: dict[str, int] = {}
    for number in range(300_000):
        key = str(number * 7919 % 10_007)
        counts[key] = counts.get(key, 0) + 1
    return len(counts)


def _sqlite(path: Path) -> None:
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, at TEXT)")
    connection.execute("CREATE INDEX i ON t (name)")
    rows = ((n, str(n * 7919 % 100_003), "2026-11-22T00:00:00.000Z") for n in range(100_000))
    connection.executemany("INSERT INTO t VALUES (?, ?, ?)", rows)
    connection.commit()
    for n in range(0, 100_000, 50):
        connection.execute("SELECT id FROM t WHERE name = ?", (str(n),)).fetchall()
    connection.close()
    path.unlink()
