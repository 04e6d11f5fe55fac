"""A hub with sample data for the benchmarks; made once and kept, for it takes minutes."""

import asyncio
import resource
import shutil
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from benchmarks.figures import Figure, seconds
from indexing.drift import check
from indexing.engines.embedded import EmbeddedEngine
from indexing.rebuild import rebuild
from intake.sample.fill import fill
from master.clock import Clock
from master.keys import Keys
from master.migrations import migrate
from master.session import Master
from master.writes.blocking_keys import fill_keys

ZONE = ZoneInfo("Asia/Shanghai")
KEYS = Keys(b"benchmark key: 32 bytes, no use.")


def open_master(folder: Path) -> Master:
    folder.mkdir(parents=True, exist_ok=True)
    return Master.open(f"sqlite:///{folder / 'master.db'}", KEYS, Clock(ZONE))


def opened(folder: Path) -> tuple[Master, EmbeddedEngine]:
    """For the processes that fill an index."""
    return open_master(folder), EmbeddedEngine(folder / "index", KEYS)


def fresh_master(folder: Path) -> Master:
    shutil.rmtree(folder, ignore_errors=True)
    master = open_master(folder)
    migrate(master)
    fill_keys(master, lambda done, total: None)
    return master


def filled(folder: Path, customers: int) -> tuple[Master, list[Figure]]:
    """The master of that many sample customers, and what it took to fill it (nothing when it was there)."""
    done = folder / "filled"
    if done.exists():
        return open_master(folder), []
    master = fresh_master(folder)
    took = seconds(lambda: fill(master, customers=customers, seed=1))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    done.touch()
    return master, [
        Figure(f"sample: {customers:,} customers with all below them", took, "s"),
        Figure("sample: peak memory of the filling process", peak, "MiB"),
    ]


def indexed(folder: Path, master: Master, customers: int) -> tuple[EmbeddedEngine, list[Figure]]:
    """The engine with all of them in it, and the rate at which the index was made."""
    engine = EmbeddedEngine(folder / "index", KEYS)
    opener = partial(opened, folder)
    took = seconds(lambda: asyncio.run(rebuild(master, engine, opener=opener)))
    asyncio.run(engine.drop_old_generations())
    checked = seconds(lambda: asyncio.run(check(master, engine)))
    size = sum(path.stat().st_size for path in (folder / "index").rglob("*") if path.is_file())
    return engine, [
        Figure("index: rebuilt from the master", customers / took, "customers/s"),
        Figure("index: size", size / 2**20, "MiB"),
        Figure("index: compared with the master", checked, "s"),
    ]
