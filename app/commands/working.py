"""worker: the index kept in step by a process of its own."""

import asyncio
import signal
from importlib.metadata import version

import click

from app.commands.context import Finding, opened_master, settings
from app.limits import read_limits
from app.logging import configure_logging
from app.metrics import ProcessMetrics
from app.opening import begin_traces, open_search, open_windows
from app.parts import parts_of
from app.present import present_of
from app.settings import Settings
from app.watched import PortTaken, watched_at_a_port
from app.working import ended, woken_by_redis, worker_of
from master.collecting import spare_the_collector
from master.session import Master


@click.command()
def worker() -> None:
    """The indexing worker by itself: keeps the index in step with the master until it is told to stop.

    With KEHU_WORKER_PORT it answers /healthz, /readyz and /metrics there.
    """
    told = settings()
    configure_logging(show_messages=told.sandbox)
    with opened_master(told) as master:
        asyncio.run(_work(told, master))


async def _work(told: Settings, master: Master) -> None:
    engine, windows, end_traces = open_search(told), open_windows(told), begin_traces(told)
    indexer = worker_of(told, master, engine)
    metrics = ProcessMetrics(version("kehu"), lambda: present_of(master))
    metrics.indexing.follow(indexer.progress)
    parts = parts_of(master, engine, windows)
    beside = woken_by_redis(told, indexer)
    try:
        async with watched_at_a_port(told, read_limits(told.limits), parts, metrics):
            spare_the_collector()
            working = asyncio.create_task(indexer.run())
            for name in (signal.SIGTERM, signal.SIGINT):
                asyncio.get_running_loop().add_signal_handler(name, working.cancel)
            await working
    except asyncio.CancelledError:
        click.echo("stopped", err=True)
    except PortTaken as taken:
        raise Finding(str(taken)) from taken
    finally:
        await ended(beside)
        await windows.close()
        await engine.close()
        await asyncio.to_thread(end_traces)
