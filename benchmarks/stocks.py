"""Hubs full of sample customers on each database, and what their servers are told."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine, select

from app.opening import open_master
from app.settings import read_settings
from benchmarks.bench_hub import KEYS, filled
from benchmarks.serving import free_port
from intake.sample.fill import fill
from master.migrations import migrate
from master.session import Actor
from master.tables.base import table
from master.tables.branches import BranchRow
from master.writes.tokens import NewToken, create_token
from tests.services import postgresql

TOKENS = 8  # each may ask for eight things at once
# Nothing is in the way of a load but what every request costs.
LIMITS = "mutations_a_minute = 1000000000\noperations_at_once = 1000\n"

branches = table(BranchRow)


@dataclass(frozen=True)
class Stock:
    """A filled hub; tokens: of all branches below the head office, so that row scopes are switched on.

    pids: of the database's own processes.
    """

    database: str
    said: Mapping[str, str]
    tokens: tuple[str, ...]
    pids: tuple[int, ...] = ()


@contextmanager
def stock_of(database: str, folder: Path, customers: int) -> Iterator[Stock]:
    """Made once and kept, for it takes minutes."""
    (own := folder / f"executing-{database}").mkdir(parents=True, exist_ok=True)
    if database == "sqlite":
        hub = folder / f"hub-{customers}"
        master = filled(hub, customers)[0]
        migrate(master)  # one that was kept may be of an earlier version
        master.close()
        yield _stock(database, own, f"sqlite:///{(hub / 'master.db').absolute()}")
        return
    with kept_server(folder / "postgresql") as server:
        url = server.url.replace("/postgres", f"/kehu_{customers}")
        make_database(server, f"kehu_{customers}")
        said = _said(own, url)
        _fill(said, customers)
        pid = int((server.folder / "data" / "postmaster.pid").read_text().split()[0])
        yield _stock(database, own, url, (pid,))


@contextmanager
def kept_server(folder: Path) -> Iterator[postgresql.Server]:
    """The benchmarks' own, which keeps what is in it; what was committed is on disk."""
    folder = folder.absolute()
    server = postgresql.Server(folder, free_port(), postgresql.SAFE)
    if not (folder / "data").exists():
        folder.mkdir(parents=True, exist_ok=True)
        if (user := postgresql.owner()) is not None:
            shutil.chown(folder, user)
        postgresql.run("initdb", "-D", str(folder / "data"), "-A", "trust", "-U", "kehu", "-E", "UTF8")
    server.start()
    try:
        yield server
    finally:
        server.stop()


def make_database(server: postgresql.Server, name: str) -> None:
    engine = create_engine(
        server.url.replace("postgresql", "postgresql+psycopg", 1), isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as connection:
        known = connection.exec_driver_sql("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).first()
        if known is None:
            connection.exec_driver_sql(f"CREATE DATABASE {name}")
    engine.dispose()


def _said(folder: Path, url: str) -> dict[str, str]:
    (folder / "limits.toml").write_text(LIMITS, encoding="utf-8")
    keys = folder / "keys.toml"
    keys.write_text(f'root = "{KEYS.root.hex()}"\n', encoding="utf-8")
    keys.chmod(0o600)
    return {
        "KEHU_DATA_DIR": str(folder),
        "KEHU_DATABASE_URL": url,
        "KEHU_KEYS": str(keys),
        "KEHU_LIMITS": str(folder / "limits.toml"),
        "KEHU_INDEX_WORKER": "off",
    }


def _fill(said: Mapping[str, str], customers: int) -> None:
    done = Path(said["KEHU_DATA_DIR"]) / f"filled-{customers}"
    master = open_master(read_settings(said))
    migrate(master)
    if not done.exists():
        fill(master, customers=customers, seed=1)
        with master.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
        done.touch()
    master.close()


def _stock(database: str, folder: Path, url: str, pids: tuple[int, ...] = ()) -> Stock:
    said = _said(folder, url)
    master = open_master(read_settings(said))
    with master.reading() as connection:
        heads = tuple(connection.scalars(select(branches.c.code).where(branches.c.parent_id.is_(None))))
    with master.transaction(Actor("bench")) as tx:
        tokens = tuple(
            create_token(tx, NewToken(f"bench {each}", "ADMIN", heads, rate=0)) for each in range(TOKENS)
        )
    master.close()
    return Stock(database, said, tokens, pids)
