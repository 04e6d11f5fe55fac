"""Starts the HTTP server: granian, with its processes, deadlines and logs."""

import multiprocessing
import os
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from socket import AF_INET, AF_INET6
from typing import Any

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server import Server
from sqlalchemy.exc import SQLAlchemyError

from app.limits import Limits, read_limits
from app.metrics import MULTIPROCESS
from app.opening import open_master, require_supported
from app.settings import Settings, read_settings
from master.migrations import is_current, refuse_newer

APPLICATION = "app.main:application"

BUFFER_BYTES = 64 * 1024  # the head of a request fits in; limits.toml holds what is taken of it
FINISH_SECONDS = 30  # what runs may finish when the server is told to stop

LOGS: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "app.logging.json_formatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "loggers": {"_granian": {"handlers": ["stderr"], "level": "INFO", "propagate": False}},
}


class NotReady(Exception):
    """The hub can not be served yet; the message says what to do."""


def serve(
    *, host: str | None = None, port: int | None = None, workers: int = 1, index_worker: bool = True
) -> None:
    """Serves until it is told to stop. Raises WrongSettings, WrongLimits, KeyFileError,
    NewerDatabase, NotSupported and NotReady.

    host, port: instead of what the settings say; index_worker: whether one of the processes may index.
    """
    said = {"KEHU_HOST": host, "KEHU_PORT": port, "KEHU_INDEX_WORKER": None if index_worker else "off"}
    # The server's processes are new ones that read the environment again.
    os.environ.update({name: str(text) for name, text in said.items() if text is not None})
    # Else glibc gives the threads heaps of their own: 20 MiB a process, and no request is the faster for it.
    os.environ.setdefault("MALLOC_ARENA_MAX", "2")
    settings = read_settings(os.environ)
    require_port(settings)
    require_ready(settings)
    # Fresh processes: a fork would inherit locks of threads that the search engine may have run here.
    multiprocessing.set_start_method("spawn", force=True)
    with _counting_together(workers):
        _run(settings, workers)


def require_port(settings: Settings) -> None:
    """Raises NotReady where the server can not listen."""
    if not is_free(settings.host, settings.port):
        raise NotReady(
            f"Nothing more can listen at {settings.host}:{settings.port}: is a hub running there already?"
            " End what does, or say another port with --port or KEHU_PORT."
        )


def is_free(host: str, port: int) -> bool:
    """granian would share a port with others of its kind, and each would answer now and then."""
    try:
        socket.create_server((host, port), family=AF_INET6 if ":" in host else AF_INET).close()
    except OSError:
        return False
    return True


def require_ready(settings: Settings) -> None:
    """Opens what the hub will open, so that what is missing is told here and not in a log."""
    require_supported(settings)
    read_limits(settings.limits)
    master = open_master(settings)
    try:
        with master.reading() as connection:
            refuse_newer(connection)
            if not is_current(connection):
                raise NotReady("The database is not of this version of the hub: run `kehu init`.")
    except SQLAlchemyError:
        raise NotReady(
            "The database can not be opened: check KEHU_DATABASE_URL (`kehu doctor`); "
            "for a new hub, run `kehu init`."
        ) from None
    finally:
        master.close()


def http1_settings(limits: Limits) -> HTTP1Settings:
    milliseconds = int(limits.header_seconds * 1000)
    return HTTP1Settings(header_read_timeout=milliseconds, max_buffer_size=BUFFER_BYTES)


def _run(settings: Settings, workers: int) -> None:
    Server(
        APPLICATION,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        factory=True,
        workers=workers,
        # HTTP/2 has no header deadline here: what speaks it to browsers stands in front.
        http=HTTPModes.http1,
        http1_settings=http1_settings(read_limits(settings.limits)),
        websockets=False,
        workers_kill_timeout=FINISH_SECONDS,
        log_dictconfig=LOGS,
    ).serve()


@contextmanager
def _counting_together(workers: int) -> Iterator[None]:
    """Several processes count into one directory, so that /metrics tells of all whoever answers it."""
    if workers == 1:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="kehu-metrics-") as folder:
        os.environ[MULTIPROCESS] = folder
        yield
