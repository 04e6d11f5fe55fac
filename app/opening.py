"""What the settings name, opened: the master and the search engine."""

from collections.abc import Callable
from functools import partial
from importlib import import_module
from importlib.util import find_spec

from app.limits import Limits
from app.settings import Settings
from app.windows import LocalWindows, SharedWindows, Windows
from indexing.engines.embedded import EmbeddedEngine
from indexing.engines.port import SearchEngine
from master.clock import Clock, FileTime, system_time
from master.keys import Keys
from master.roles import read_roles
from master.session import Master
from master.stopping import Deadlines
from master.tracing import trace_with


class NotSupported(Exception):
    """A setting asks for what this version does not have yet."""


def open_master(settings: Settings, limits: Limits | None = None) -> Master:
    """The master, which connects when it is first used. Raises KeyFileError and WrongRoles.

    limits: for who answers requests; statements and waiting for others then end in time.
    """
    source = system_time if settings.clock is None else FileTime(settings.clock)
    deadlines = (
        Deadlines(limits.statement_seconds, limits.lock_seconds, limits.idle_seconds) if limits else None
    )
    clock = Clock(settings.timezone, source)
    roles = read_roles(settings.roles)
    return Master.open(settings.database_url, Keys.load(settings.keys), clock, deadlines, roles=roles)


def require_supported(settings: Settings) -> None:
    """Raises NotSupported."""
    if settings.search_url is not None and find_spec("opensearchpy") is None:
        raise NotSupported(
            "KEHU_SEARCH_URL: Python's opensearch-py is not installed: pip install 'kehu[server]'."
        )
    if settings.redis_url is not None and find_spec("redis") is None:
        raise NotSupported("KEHU_REDIS_URL: Python's redis is not installed: pip install 'kehu[server]'.")
    if settings.traces_url is not None and find_spec("opentelemetry") is None:
        raise NotSupported(
            "KEHU_TRACES_URL: Python's opentelemetry is not installed: pip install 'kehu[traces]'."
        )


def open_search(settings: Settings, limits: Limits | None = None) -> SearchEngine:
    """The search engine; with limits, its searches end in time. Raises NotSupported and KeyFileError."""
    require_supported(settings)
    keys = Keys.load(settings.keys)
    seconds = limits.search_seconds if limits else None
    if settings.search_url is None:
        return EmbeddedEngine(settings.index_dir, keys, seconds)
    # Only where it is wanted: its libraries need not be installed, and take 0.3 s to load.
    opensearch = import_module("indexing.engines.opensearch")
    cluster: SearchEngine = opensearch.OpenSearchEngine(settings.search_url, keys, seconds)
    return cluster


def begin_traces(settings: Settings) -> Callable[[], None]:
    """Where KEHU_TRACES_URL is set, send traces until what this returns is called. Raises NotSupported."""
    require_supported(settings)
    if settings.traces_url is None:
        return _end_nothing
    # Only where they are wanted: its libraries need not be installed.
    tracer = import_module("app.traces").sent_to(settings.traces_url)
    trace_with(tracer)

    def end() -> None:
        trace_with(None)
        tracer.close()

    return end


def _end_nothing() -> None:
    """No trace was begun."""


def opener_of(settings: Settings) -> Callable[[], tuple[Master, SearchEngine]]:
    """Opens both in another process of this machine."""
    return partial(_open_both, settings)


def _open_both(settings: Settings) -> tuple[Master, SearchEngine]:
    return open_master(settings), open_search(settings)


def open_windows(settings: Settings) -> Windows:
    """Where rates are counted; connects when it is first used. Raises NotSupported."""
    require_supported(settings)
    local = LocalWindows()
    return local if settings.redis_url is None else SharedWindows(settings.redis_url, local)
