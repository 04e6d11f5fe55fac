"""A PostgreSQL for tests: of KEHU_TEST_DATABASE_URL, else of Docker compose, else local programs."""

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from tests.services import compose

REQUIRED = os.environ.get("KEHU_TEST_SERVICES") == "required"
FAST = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=50"
SAFE = "-c max_connections=100"  # what was committed outlives a server that is stopped at once


def programs() -> Path | None:
    """Where initdb and pg_ctl are; None when there is no PostgreSQL."""
    config = shutil.which("pg_config")
    if config is None:
        return None
    folder = Path(
        subprocess.run([config, "--bindir"], capture_output=True, text=True, check=True).stdout.strip()
    )
    return folder if (folder / "initdb").exists() else None


def has(program: str) -> bool:
    """Whether there is this program of PostgreSQL, and a server for it."""
    folder = programs()
    return is_there() and folder is not None and (folder / program).exists()


def is_there() -> bool:
    """Whether tests can have a PostgreSQL. Where services are required its absence is an error."""
    there = "KEHU_TEST_DATABASE_URL" in os.environ or compose.is_there() or programs() is not None
    if REQUIRED and not there:
        raise RuntimeError("services are required, and there is no PostgreSQL: see .ci/run")
    return there


@dataclass(frozen=True)
class Server:
    """A server of the test's own."""

    folder: Path
    port: int
    options: str

    @property
    def url(self) -> str:
        return f"postgresql://kehu@127.0.0.1:{self.port}/postgres"

    @property
    def victim(self) -> str:
        """A command to be killed and run again: each time the server first stops at once."""
        return f"{sys.executable} -m tests.services.postgresql {self.folder} {self.port}"

    def start(self) -> None:
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1 {self.options}"
        self._control("-o", options, "-l", str(self.folder / "log"), "start")

    def stop(self) -> None:
        """As in a crash: what is under way is lost, and the next start recovers from the log."""
        with suppress(subprocess.CalledProcessError):  # it was not running
            self._control("-m", "immediate", "stop")

    def _control(self, *arguments: str) -> None:
        run("pg_ctl", "-D", str(self.folder / "data"), "-w", "-t", "120", *arguments)


@contextmanager
def running() -> Iterator[str]:
    """The URL of an empty database."""
    if given := os.environ.get("KEHU_TEST_DATABASE_URL") or _of_compose():
        with own_database(given) as url:
            yield url
        return
    with server(FAST) as own:
        yield own.url


@contextmanager
def own_database(server: str) -> Iterator[str]:
    """The URL of an empty database, taken away afterwards."""
    name = f"kehu_{secrets.token_hex(6)}"
    url = make_url(server).set(drivername="postgresql+psycopg")
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
        yield url.set(drivername="postgresql", database=name).render_as_string(hide_password=False)
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


def _of_compose() -> str | None:
    place = compose.place_of("postgres")
    return f"postgresql://kehu:{compose.PASSWORD}@{place}/kehu" if place else None


@contextmanager
def server(options: str = SAFE) -> Iterator[Server]:
    """One that the test may stop and start."""
    folder = Path(tempfile.mkdtemp(prefix="kehu-postgresql-"))
    own = Server(folder, _free_port(), options)
    try:
        if (user := owner()) is not None:
            shutil.chown(folder, user)
        run("initdb", "-D", str(folder / "data"), "-A", "trust", "-U", "kehu", "--no-sync", "-E", "UTF8")
        own.start()
        yield own
    finally:
        own.stop()
        shutil.rmtree(folder, ignore_errors=True)


def run(program: str, *arguments: str) -> None:
    """One of PostgreSQL's programs, as the user that its servers run as."""
    folder = programs()
    assert folder is not None
    subprocess.run(
        [str(folder / program), *arguments],
        user=owner(),
        check=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        cwd="/",
    )


def owner() -> str | None:
    """PostgreSQL refuses to run as root."""
    return pwd.getpwnam("postgres").pw_name if os.getuid() == 0 else None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


if __name__ == "__main__":
    killed = Server(Path(sys.argv[1]), int(sys.argv[2]), SAFE)
    killed.stop()
    killed.start()
    signal.pause()
