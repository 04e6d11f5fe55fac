"""The parts of the hub that /readyz looks at, and what to do when one is not ready."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import timedelta

from app.health import OK, Part, State
from app.windows import SharedWindows, Windows
from indexing.engines.port import SearchEngine
from master import queue
from master.migrations import is_current
from master.reads.blocking_keys import are_filled
from master.session import Master

LATE = timedelta(seconds=60)  # a change is searchable within a second: so late, nobody is indexing

MASTER_AWAY = "The database does not answer: check KEHU_DATABASE_URL and that it runs (`kehu doctor`)."
NOT_CURRENT = "The database is not of this version of the hub: run `kehu init`."
NOT_FILLED = "Some customers have no match keys, and are not found by them: run `kehu init`."
INDEX_AWAY = "Search can not answer: `kehu doctor` says why; an index is made anew by `kehu index rebuild`."
INDEX_NEW = "The index may lack customers: run `kehu index rebuild`."
WORKER_AWAY = "The index queue can not be read: see the part master."
NOBODY_INDEXES = "Changes are not being indexed: start `kehu worker`, or `kehu serve` without --no-worker."
REDIS_AWAY = "Redis does not answer: processes count rates and look for changes alone. Check KEHU_REDIS_URL."
SET_ASIDE = "Some customers could not be indexed: `kehu outbox --dead` names them."


def parts_of(master: Master, search: SearchEngine, windows: Windows) -> Mapping[str, Part]:
    """The parts in the order in which to mend them."""
    parts = {
        "master": Part(_in_thread(master, _answers), True, MASTER_AWAY),
        "migrations": Part(_in_thread(master, _is_migrated), True, NOT_CURRENT),
        "index": Part(lambda: _index(search), False, INDEX_AWAY),
        "worker": Part(_in_thread(master, _keeps_up), False, WORKER_AWAY),
    }
    if isinstance(windows, SharedWindows):
        parts["redis"] = Part(lambda: _redis(windows), False, REDIS_AWAY)
    return parts


def _in_thread(master: Master, look: Callable[[Master], State]) -> Callable[[], "asyncio.Future[State]"]:
    return lambda: asyncio.ensure_future(asyncio.to_thread(look, master))


def _answers(master: Master) -> State:
    with master.reading() as connection:
        connection.exec_driver_sql("SELECT 1")
    return OK


def _is_migrated(master: Master) -> State:
    with master.reading() as connection:
        if not is_current(connection):
            return State("failed", NOT_CURRENT)
        return OK if are_filled(connection) else State("degraded", NOT_FILLED)


def _keeps_up(master: Master) -> State:
    with master.reading() as connection:
        backlog = queue.backlog(connection)
    if backlog.oldest is not None and master.clock.now() - backlog.oldest > LATE:
        return State("degraded", NOBODY_INDEXES)
    return State("degraded", SET_ASIDE) if backlog.dead else OK


async def _index(search: SearchEngine) -> State:
    health = await search.health()
    if not health.is_ready:
        return State("failed", INDEX_AWAY)
    return State("degraded", INDEX_NEW) if health.needs_rebuild else OK


async def _redis(windows: SharedWindows) -> State:
    return OK if await windows.answers() else State("degraded", REDIS_AWAY)
