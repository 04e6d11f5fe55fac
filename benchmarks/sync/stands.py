"""Where master and index stand: in files here, or on servers that are started for it."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.bench_hub import KEYS, ZONE, filled, opened
from indexing.engines.opensearch import OpenSearchEngine
from indexing.engines.port import SearchEngine
from intake.sample.fill import fill
from master.clock import Clock
from master.migrations import migrate
from master.session import Master
from tests.services import opensearch, postgresql

PROFILES = ("embedded", "server")


@dataclass(frozen=True)
class Stand:
    """A master with that many customers; open: master and engine, in this process or another one.

    workers: processes that index, beside this one. None: this one does, as an embedded hub.
    """

    profile: str
    customers: int
    open: Callable[[], tuple[Master, SearchEngine]]
    workers: int


@contextmanager
def stand(profile: str, folder: Path, customers: int) -> Iterator[Stand]:
    """The embedded one's master is made once and kept; the server's is made anew, beside the index."""
    if profile == "embedded":
        place = folder / f"hub-{customers}"
        master, _ = filled(place, customers)
        master.close()
        yield Stand(profile, customers, partial(opened, place), workers=0)
        return
    with (
        TemporaryDirectory() as shared,
        postgresql.server() as database,
        opensearch.running(Path(shared)) as cluster,
    ):
        index = cluster.own()
        master = open_server_master(database.url)
        migrate(master)
        fill(master, customers=customers, seed=1, progress=None)
        master.close()
        yield Stand(profile, customers, partial(open_server, database.url, index), workers=2)
        cluster.drop(index)


def can_stand(profile: str) -> bool:
    return profile == "embedded" or (postgresql.is_there() and opensearch.is_there())


def open_server_master(url: str) -> Master:
    return Master.open(url, KEYS, Clock(ZONE))


def open_server(url: str, index: str) -> tuple[Master, SearchEngine]:
    return open_server_master(url), OpenSearchEngine(index, KEYS)


@asynccontextmanager
async def both(stand: Stand) -> AsyncIterator[tuple[Master, SearchEngine]]:
    """Opened in this process and this loop, and closed again."""
    master, engine = stand.open()
    try:
        yield master, engine
    finally:
        await engine.close()
        master.close()
