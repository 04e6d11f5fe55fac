"""index: rebuilt, checked, looked at."""

from datetime import datetime

import click

from app.commands.context import Finding, opened_master, progress, run_with_engine, settings
from indexing.drift import Drift, check, repair
from indexing.engines.port import Health, SearchEngine
from indexing.rebuild import RebuildFailed, Rebuilt
from indexing.rebuild import rebuild as make_anew
from master.queue import Backlog, backlog
from master.session import Master


@click.group()
def index() -> None:
    """The search index: rebuild it, compare it with the master, see how far it is behind."""


@index.command()
@click.option("--drop-old", is_flag=True, help="Delete the index that served before.")
def rebuild(drop_old: bool) -> None:
    """Make a new index from the master beside the serving one, compare them, then swap."""
    told = settings()
    with opened_master(told) as master, progress("index") as show:

        async def act(engine: SearchEngine) -> Rebuilt:
            rebuilt = await make_anew(master, engine, show)
            if drop_old:
                await engine.drop_old_generations()
            return rebuilt

        try:
            rebuilt = run_with_engine(told, act)
        except RebuildFailed as error:
            raise Finding(str(error)) from error
    click.echo(f"generation: {rebuilt.generation}\ncustomers: {rebuilt.customers}")
    if rebuilt.unreadable:
        raise Finding(f"{rebuilt.unreadable} customers can not be read: `kehu outbox --dead` will name them")


@index.command("check")
@click.option("--repair", "mend", is_flag=True, help="Queue what is missing or stale, take orphans out.")
def compare(mend: bool) -> None:
    """Compare master and index; exits 1 on drift."""
    told = settings()
    with opened_master(told) as master:
        drift = run_with_engine(told, lambda engine: _compare(master, engine, mend))
    for name in ("compared", "missing", "stale", "orphans"):
        found = getattr(drift, name)
        click.echo(f"{name}: {found if name == 'compared' else len(found)}")
    if not drift.is_clean:
        mended = "it is queued for mending" if mend else "mend it with --repair"
        raise Finding(f"the index differs from the master: {mended}")


async def _compare(master: Master, engine: SearchEngine, mend: bool) -> Drift:
    drift = await check(master, engine)
    if mend and not drift.is_clean:
        await repair(master, engine, drift)
    return drift


@index.command()
def status() -> None:
    """Lag, customers waiting and set aside, customers in the index."""
    told = settings()
    with opened_master(told) as master:
        with master.reading() as connection:
            waiting = backlog(connection)
        health = run_with_engine(told, lambda engine: engine.health())
        for line in _status_lines(waiting, health, master.clock.now()):
            click.echo(line)


def _status_lines(waiting: Backlog, health: Health, now: datetime) -> list[str]:
    lag = (now - waiting.oldest).total_seconds() if waiting.oldest else 0.0
    return [
        f"customers in the index: {health.customers}",
        f"pending: {waiting.pending}",
        f"dead: {waiting.dead}",
        f"lag in seconds: {lag:.1f}",
        f"state: {health.detail}",
    ]
