"""init, worker: a hub made ready, and its index kept in step."""

import asyncio
import signal
from datetime import timedelta
from pathlib import Path

import click

from app.commands.context import opened_master, progress, settings, with_engine
from app.logging import configure_logging
from app.opening import open_master, open_search, opener_of
from app.settings import Settings, shown
from app.waking import Waking
from indexing.engines.port import SearchEngine
from indexing.rebuild import rebuild
from indexing.worker import Worker
from master.keys import Keys
from master.migrations import migrate
from master.session import Master
from master.writes.derived import refresh


@click.command()
def init() -> None:
    """Create or migrate the master and the index, and make the key file if there is none. Repeatable."""
    told = settings()
    make_ready(told)
    click.echo(f"ready: master {shown(told.database_url)}, keys {told.keys}", err=True)


def make_ready(told: Settings) -> None:
    """Keys, master and index, each made only where it is missing or old."""
    if told.is_sqlite:
        Path(told.database_url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    if not told.keys.exists():
        Keys.create(told.keys)
    master = open_master(told)
    try:
        migrate(master)
        asyncio.run(with_engine(told, lambda engine: _make_index(told, master, engine)))
    finally:
        master.close()


async def _make_index(told: Settings, master: Master, engine: SearchEngine) -> None:
    """A new index, filled; where another process writes it, that one sees to it."""
    if (await engine.health()).needs_rebuild and await engine.claim_writing():
        with progress("index") as show:
            await rebuild(master, engine, show, opener_of(told))


@click.command()
def worker() -> None:
    """The indexing worker by itself: keeps the index in step with the master until it is told to stop."""
    told = settings()
    configure_logging(show_messages=told.sandbox)
    asyncio.run(_work(told))


async def _work(told: Settings) -> None:
    engine = open_search(told)
    with opened_master(told) as master:
        kept, every = timedelta(days=told.access_log_days), timedelta(hours=told.index_check_hours)
        indexer = Worker(master, engine, refresh, kept, check_every=every)
        work = asyncio.create_task(indexer.run())
        hearing = (
            [] if told.redis_url is None else [asyncio.create_task(Waking(told.redis_url).listen(indexer))]
        )
        for name in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(name, work.cancel)
        try:
            await work
        except asyncio.CancelledError:
            click.echo("stopped", err=True)
        finally:
            for task in hearing:
                task.cancel()
            await asyncio.gather(*hearing, return_exceptions=True)
            await engine.close()
