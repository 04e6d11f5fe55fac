"""Makes the two hubs: one is filled, the other is its copy, database, index, keys, tokens and all."""

import asyncio
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path

from sqlalchemy import URL, create_engine

from app.opening import open_master, open_search
from app.settings import Settings, read_settings
from indexing.worker import Worker
from master.keys import Keys
from master.session import Master
from master.writes.derived import refresh
from master.writes.tokens import NewToken, create_token
from tests.conftest import TESTER, empty
from tests.execution.both import Both, Viewer, Way, roles, viewers
from tests.execution.town import NOW, fill
from tests.leaks.opening import LIMITS

COMPILE_AT = {"ordinary": "0", "compiled": "1"}


@contextmanager
def embedded(folder: Path, template: Path) -> Iterator[Both]:
    """template: an empty SQLite that is migrated."""
    first, second = folder / "ordinary", folder / "compiled"
    first.mkdir()
    shutil.copyfile(template, first / "master.db")
    tokens = _filled(_settings(first, "ordinary"))
    shutil.copytree(first, second)
    with _opened({way: _settings(folder / way, way) for way in COMPILE_AT}, tokens) as both:
        yield both


@contextmanager
def server(folder: Path, template: Master) -> Iterator[Both]:
    """template: a PostgreSQL that is migrated; it is emptied."""
    empty(template)
    url = template.engine.url.set(drivername="postgresql")
    urls = {way: url.set(database=f"kehu_{way}") for way in COMPILE_AT}
    template.engine.dispose()
    (folder / "ordinary").mkdir()
    _copied(url, urls["ordinary"])
    tokens = _filled(_settings(folder / "ordinary", "ordinary", urls["ordinary"]))
    shutil.copytree(folder / "ordinary", folder / "compiled")
    _copied(urls["ordinary"], urls["compiled"])
    with _opened({way: _settings(folder / way, way, urls[way]) for way in COMPILE_AT}, tokens) as both:
        yield both
    for each in urls.values():
        _run_beside(url, f"DROP DATABASE {each.database} WITH (FORCE)")


def _copied(source: URL, target: URL) -> None:
    _run_beside(source, f"DROP DATABASE IF EXISTS {target.database} WITH (FORCE)")
    _run_beside(source, f"CREATE DATABASE {target.database} TEMPLATE {source.database}")


def _run_beside(url: URL, statement: str) -> None:
    """From another database: nobody may be connected to one that is copied."""
    beside = url.set(drivername="postgresql+psycopg", database="template1")
    engine = create_engine(beside, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


def _settings(folder: Path, way: str, url: URL | None = None) -> Settings:
    (folder / "clock").write_text(NOW.isoformat(), encoding="utf-8")
    (folder / "roles.toml").write_text(_written(), encoding="utf-8")
    (folder / "limits.toml").write_text(LIMITS, encoding="utf-8")
    if not (folder / "keys.toml").exists():
        Keys.create(folder / "keys.toml")
    said = {
        "KEHU_DATA_DIR": str(folder),
        "KEHU_SANDBOX": "1",
        "KEHU_CLOCK": str(folder / "clock"),
        "KEHU_KEYS": str(folder / "keys.toml"),
        "KEHU_ROLES": str(folder / "roles.toml"),
        "KEHU_LIMITS": str(folder / "limits.toml"),
        "KEHU_INDEX_WORKER": "off",
        "KEHU_ALLOWED_HOSTS": "hub.test",
        "KEHU_COMPILE_AT": COMPILE_AT[way],
    }
    if url is not None:
        said["KEHU_DATABASE_URL"] = url.render_as_string(hide_password=False)
    return read_settings(said, Path("/nonexistent/.env"))


def _written() -> str:
    """The roles as TOML, whose texts, lists and numbers are those of JSON."""
    lines = []
    for name, role in roles().items():
        lines += [f"[{name}]", *(f"{key} = {json.dumps(value)}" for key, value in role.items())]
    return "\n".join(lines)


def _filled(settings: Settings) -> dict[Viewer, str]:
    """Fills the hub; the viewers' tokens."""
    master = open_master(settings)
    fill(master)
    with master.transaction(TESTER) as tx:
        tokens = {
            (role, branches): create_token(tx, NewToken(f"the {role}", role, branches, rate=0))
            for role, branches in viewers()
        }
    asyncio.run(_indexed(settings, master))
    if master.is_sqlite:
        with master.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    master.close()
    return tokens


async def _indexed(settings: Settings, master: Master) -> None:
    search = open_search(settings)
    await search.serve_generation(await search.new_generation())
    await Worker(master, search, refresh).drain()
    await search.close()


@contextmanager
def _opened(settings: Mapping[str, Settings], tokens: Mapping[Viewer, str]) -> Iterator[Both]:
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        ways = {way: Way(runner, stack, each) for way, each in settings.items()}
        try:
            yield Both(ways["ordinary"], ways["compiled"], tokens)
        finally:
            runner.run(stack.aclose())
            for way in ways.values():
                way.master.close()
