"""What the settings name, opened: the master and the search engine."""

from app.settings import Settings
from indexing.engines.embedded import EmbeddedEngine
from indexing.engines.port import SearchEngine
from master.clock import Clock, FileTime, system_time
from master.keys import Keys
from master.session import Master


class NotSupported(Exception):
    """A setting asks for what this version does not have yet."""


def open_master(settings: Settings) -> Master:
    """The master, which connects when it is first used. Raises KeyFileError."""
    source = system_time if settings.clock is None else FileTime(settings.clock)
    return Master.open(settings.database_url, Keys.load(settings.keys), Clock(settings.timezone, source))


def require_supported(settings: Settings) -> None:
    """Raises NotSupported."""
    if settings.search_url is not None:
        raise NotSupported("KEHU_SEARCH_URL: this version searches in its own index only; leave it out.")


def open_search(settings: Settings) -> SearchEngine:
    """The search engine. Raises NotSupported."""
    require_supported(settings)
    return EmbeddedEngine(settings.index_dir)
