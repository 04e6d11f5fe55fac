"""Where master and index stand: in files here, or on servers that are started for it."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import URL, make_url

from benchmarks.bench_hub import KEYS, ZONE, filled, opened
from benchmarks.clusters import own_index
from benchmarks.stocks import kept_server, make_database
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
    """A master with that many customers, at url; open: it and the engine, in this process or another one.

    workers: processes that index, beside this one. None: this one does, as an embedded hub.
    """

    profile: str
    customers: int
    url: URL
    open: Callable[[], tuple[Master, SearchEngine]]
    workers: int


@contextmanager
def stand(profile: str, folder: Path, customers: int) -> Iterator[Stand]:
    """The masters are made once and kept, for it takes minutes; the server's index is made anew."""
    if profile == "embedded":
        place = folder / f"hub-{customers}"
        master, _ = filled(place, customers)
        migrate(master)  # one that was kept may be of an earlier version
        master.close()
        yield Stand(profile, customers, master.engine.url, partial(opened, place), workers=0)
        return
    with (
        TemporaryDirectory() as shared,
        kept_server(folder / "postgresql") as database,
        own_index(Path(shared)) as index,
    ):
        url = database.url.replace("/postgres", f"/sync_{customers}")
        make_database(database, f"sync_{customers}")
        _fill(url, customers, folder / f"sync-{customers}")
        yield Stand(profile, customers, make_url(url), partial(open_server, url, index), workers=2)


def _fill(url: str, customers: int, done: Path) -> None:
    master = open_server_master(url)
    migrate(master)
    if not done.exists():
        fill(master, customers=customers, seed=1)
        done.touch()
    master.close()


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
