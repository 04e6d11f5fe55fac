"""index: rebuilt, checked, looked at."""

from collections.abc import Callable
from datetime import datetime

import click

from app.commands.context import Finding, opened_master, progress, run_with_engine, settings
from app.opening import opener_of
from indexing.checking import noted
from indexing.drift import EVERY, Drift, check, repair
from indexing.engines.port import Health, SearchEngine
from indexing.rebuild import NothingBefore, RebuildFailed, Rebuilt, Succession
from master.clock import spelled
from master.leases import Leased
from master.queue import Backlog, backlog


@click.group()
def index() -> None:
    """The search index: rebuild it, compare it with the master, see how far it is behind."""


@index.command()
@click.option("--drop-old", is_flag=True, help="Delete the indexes that served before: no rollback then.")
def rebuild(drop_old: bool) -> None:
    """Make a new index from the master beside the serving one, compare them, then swap."""
    told = settings()
    with opened_master(told) as master, progress("index") as show:

        async def act(engine: SearchEngine) -> Rebuilt:
            rebuilt = await Succession(master, engine, opener_of(told), show).rebuild()
            if drop_old:
                await engine.drop_old_generations()
            return rebuilt

        _tell(_served(lambda: run_with_engine(told, act)))


@index.command()
def rollback() -> None:
    """Bring the index that served before up to date, compare it, and let it serve again."""
    told = settings()
    with opened_master(told) as master:
        _tell(_served(lambda: run_with_engine(told, lambda engine: Succession(master, engine).rollback())))


def _served(act: Callable[[], Rebuilt]) -> Rebuilt:
    try:
        return act()
    except (RebuildFailed, NothingBefore, Leased) as error:
        raise Finding(str(error)) from error


def _tell(rebuilt: Rebuilt) -> None:
    click.echo(f"generation: {rebuilt.generation}\ncustomers: {rebuilt.customers}")
    if rebuilt.unreadable:
        raise Finding(f"{rebuilt.unreadable} customers can not be read: `kehu outbox --dead` will name them")


@index.command("check")
@click.option("--repair", "mend", is_flag=True, help="Queue what differs, for the worker to mend.")
@click.option("--full", is_flag=True, help=f"Read and compare every document, not one in {EVERY}.")
def compare(mend: bool, full: bool) -> None:
    """Compare master and index; exits 1 on drift."""
    told = settings()
    with opened_master(told) as master:
        every = 1 if full else EVERY
        drift: Drift = run_with_engine(told, lambda engine: check(master, engine, every=every))
        if mend and not drift.is_clean:
            repair(master, drift)
        noted(master, drift)
    click.echo(f"compared: {drift.compared}\ndocuments read: {drift.read}")
    for name in ("missing", "stale", "orphans"):
        click.echo(f"{name}: {len(getattr(drift, name))}")
    if not drift.is_clean:
        mended = "it is queued for mending" if mend else "mend it with --repair"
        raise Finding(f"the index differs from the master: {mended}")


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
        f"last checked: {spelled(waiting.checked_at) if waiting.checked_at else 'never'}",
        f"state: {health.detail}",
    ]
