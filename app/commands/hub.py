"""init: a hub made ready."""

import asyncio
from pathlib import Path

import click

from app.commands.context import progress, settings, with_engine
from app.opening import open_master, opener_of
from app.settings import Settings, shown
from indexing.engines.port import SearchEngine
from indexing.errors import SearchUnavailable
from indexing.rebuild import rebuild
from master.keys import Keys
from master.migrations import migrate
from master.session import Master
from master.writes.blocking_keys import fill_keys


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
        with progress("keys") as show:
            fill_keys(master, show)
        asyncio.run(with_engine(told, lambda engine: _make_index(told, master, engine)))
    finally:
        master.close()


async def _make_index(told: Settings, master: Master, engine: SearchEngine) -> None:
    """A new index, filled; where another process writes it, that one sees to it."""
    health = await engine.health()
    if not (health.is_ready or health.needs_rebuild):
        raise SearchUnavailable(health.detail)
    if health.needs_rebuild and await engine.claim_writing():
        with progress("index") as show:
            await rebuild(master, engine, show, opener_of(told))
