"""serve, demo: the hub behind HTTP."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import click
from sqlalchemy import func, select

from app.commands.context import CLI, Finding, opened_master, progress, settings
from app.commands.hub import make_ready
from app.demo import fill_demo
from app.opening import open_search
from app.serve import NotReady, require_port
from app.serve import serve as run_server
from app.settings import Settings
from indexing.worker import Worker
from master.session import Master
from master.tables.base import table
from master.tables.customers import CustomerRow
from master.writes.derived import refresh
from master.writes.tokens import NewToken, create_token

BANK_FILE = "demo-bank.csv"
DEMO_ROLES = (("AGENT", "call-centre agent"), ("ADMIN", "administrator"))


@contextmanager
def _not_ready_is_told() -> Iterator[None]:
    try:
        yield
    except NotReady as error:
        raise Finding(str(error)) from error


@click.command()
@click.option("--host", help="The address to listen at (KEHU_HOST).")
@click.option("--port", type=click.IntRange(1, 65535), help="The port to listen at (KEHU_PORT).")
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Server processes.")
@click.option("--no-worker", is_flag=True, help="Leave indexing to `kehu worker`.")
def serve(host: str | None, port: int | None, workers: int, no_worker: bool) -> None:
    """The HTTP server: /graphql, /graphiql, /healthz, /readyz, /metrics.

    Embedded: whoever gets the index's lock file is the indexing worker, the others wait for it and read.
    """
    with _not_ready_is_told():
        run_server(host=host, port=port, workers=workers, index_worker=not no_worker)


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), help="The port to listen at (KEHU_PORT).")
@click.option("--customers", type=click.IntRange(1), default=2000, show_default=True, help="How many.")
def demo(port: int | None, customers: int) -> None:
    """A hub with sample data, ready in the browser; started again, it goes on with the data that is there."""
    told = settings() if port is None else replace(settings(), port=port)
    with _not_ready_is_told():
        require_port(told)
    make_ready(told)
    with opened_master(told) as master:
        if not _has_customers(master):
            with progress("sample") as show:
                fill_demo(master, told.data_dir / BANK_FILE, customers, show)
        lines = _demo_tokens(master, told.data_dir)
    asyncio.run(_index_all(told))
    click.echo(f"\n  http://{told.host}:{told.port}/graphiql\n", err=True)
    for line in lines:
        click.echo(line, err=True)
    click.echo("", err=True)
    with _not_ready_is_told():
        run_server(port=port)


async def _index_all(told: Settings) -> None:
    """So that the first search already sees everyone."""
    engine = open_search(told)
    with opened_master(told) as master:
        try:
            if await engine.claim_writing():
                await Worker(master, engine, refresh).drain()
        finally:
            await engine.close()


def _has_customers(master: Master) -> bool:
    with master.reading() as connection:
        return bool(connection.scalar(select(func.count()).select_from(table(CustomerRow))))


def _demo_tokens(master: Master, folder: Path) -> list[str]:
    """A line for each token; kept in a file beside the data, so that a second start tells them again."""
    kept = folder / "demo-tokens"
    if not kept.exists():
        with master.transaction(CLI, "demo") as tx:
            told = [
                f"  {title:>18}  {create_token(tx, NewToken(title, role, branches=None, rate=0))}"
                for role, title in DEMO_ROLES
            ]
        kept.touch(mode=0o600)
        kept.write_text("\n".join(told), encoding="utf-8")
    return kept.read_text(encoding="utf-8").splitlines()
