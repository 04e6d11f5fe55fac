"""A PostgreSQL for tests: the one of KEHU_TEST_DATABASE_URL, else the local programs in a scratch folder."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

REQUIRED = os.environ.get("KEHU_TEST_SERVICES") == "required"
FAST = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=50"


def programs() -> Path | None:
    """Where initdb and pg_ctl are; None when there is no PostgreSQL."""
    config = shutil.which("pg_config")
    if config is None:
        return None
    folder = Path(
        subprocess.run([config, "--bindir"], capture_output=True, text=True, check=True).stdout.strip()
    )
    return folder if (folder / "initdb").exists() else None


def is_there() -> bool:
    """Whether tests can have a PostgreSQL. Where services are required its absence is an error."""
    there = "KEHU_TEST_DATABASE_URL" in os.environ or programs() is not None
    if REQUIRED and not there:
        raise RuntimeError("services are required, and there is no PostgreSQL: see .ci/run")
    return there


@contextmanager
def running() -> Iterator[str]:
    """The URL of an empty database."""
    if given := os.environ.get("KEHU_TEST_DATABASE_URL"):
        yield given
        return
    folder = Path(tempfile.mkdtemp(prefix="kehu-postgresql-"))
    try:
        with _server(folder) as url:
            yield url
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _server(folder: Path) -> Iterator[str]:
    user = _give_away(folder)
    _run(user, "initdb", "-D", str(folder / "data"), "-A", "trust", "-U", "kehu", "--no-sync", "-E", "UTF8")
    port = _free_port()
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 {FAST}"
    control = ["-D", str(folder / "data"), "-w"]
    _run(user, "pg_ctl", *control, "-o", options, "-l", str(folder / "log"), "start")
    try:
        yield f"postgresql://kehu@127.0.0.1:{port}/postgres"
    finally:
        _run(user, "pg_ctl", *control, "-m", "immediate", "stop")


def _give_away(folder: Path) -> str | None:
    """The user that runs the server: PostgreSQL refuses to run as root."""
    if os.getuid() != 0:
        return None
    owner = pwd.getpwnam("postgres")
    os.chown(folder, owner.pw_uid, owner.pw_gid)
    return "postgres"


def _run(user: str | None, program: str, *arguments: str) -> None:
    folder = programs()
    assert folder is not None
    subprocess.run(
        [str(folder / program), *arguments],
        user=user,
        check=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        cwd="/",
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
