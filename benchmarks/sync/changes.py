"""One change until a search finds it, and many changes until all are in the index."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from sqlalchemy import update

from benchmarks.figures import Figure, spread
from benchmarks.sync.beside import BENCH, TIMED, change, customers, working, writing
from benchmarks.sync.feeding import MARK
from benchmarks.sync.stands import Stand, both
from indexing.engines.port import Extent, SearchEngine
from indexing.questions import Question, Term
from indexing.tokens import CUSTOMER, whole_term
from master.access import Viewer
from master.reads.freshness import freshness_of, oldest_pending
from master.roles import shipped_roles
from master.session import Master
from resolvers.waiting import caught_up
from schema.context import open_context

PAUSE_SECONDS = 0.05  # between changes that are timed
LOOK_SECONDS = 0.005  # between searches for a change: more of them would slow down what they wait for
LONGEST_SECONDS = 60.0  # for a change to be found, and a little for each of many
VIEWER = Viewer("bench", shipped_roles()["ADMIN"], "bench")

Until = Callable[[Master, SearchEngine, int, str], Awaitable[None]]


async def delay_figures(stand: Stand, rates: tuple[int, ...], changes: int) -> list[Figure]:
    """From the commit of a change until a search finds it; the writers beside it are other processes."""
    figures: list[Figure] = []
    async with both(stand) as (master, engine), working(stand, master, engine):
        for rate in rates:
            with writing(stand, rate) as achieved:
                delays = await _delays(master, engine, changes)
                others = achieved()
            if rate:
                figures.append(Figure(f"{stand.profile}: changes by others, of {rate}/s", others, "a second"))
            for name, milliseconds in delays.items():
                told = f"{stand.profile}: change to searchable at {rate}/s,{name}"
                figures += spread(told, milliseconds)
            await _settled(master, stand.customers)
    return figures


async def _delays(master: Master, engine: SearchEngine, changes: int) -> dict[str, list[float]]:
    """In turn, with nobody waiting and with a caller that waits as `consistentWith` does."""
    ways: dict[str, Until] = {"": _until_found, " awaited": _until_caught_up}
    found: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(changes):
        for place, (name, until) in enumerate(ways.items()):
            id = (2 * turn + place) % TIMED + 1
            changed = await asyncio.to_thread(change, master, id)
            begun = time.perf_counter()
            await until(master, engine, id, changed)
            found[name].append((time.perf_counter() - begun) * 1000)
            await asyncio.sleep(PAUSE_SECONDS)
    return found


async def _until_found(master: Master, engine: SearchEngine, id: int, name: str) -> None:
    async with asyncio.timeout(LONGEST_SECONDS):
        while not await _is_found(engine, id, name):
            await asyncio.sleep(LOOK_SECONDS)


async def _until_caught_up(master: Master, engine: SearchEngine, id: int, name: str) -> None:
    with master.reading() as connection:
        freshness = freshness_of(connection, id)
    async with open_context(master, VIEWER, search=engine) as context:
        await caught_up(context, freshness)
    await _until_found(master, engine, id, name)


async def _is_found(engine: SearchEngine, id: int, name: str) -> bool:
    by_number = Term("whole", whole_term(CUSTOMER, f"c{id:09d}"))
    answer = await engine.search(Question(must=(by_number,)), Extent(1))
    return bool(answer.found) and answer.found[0].names[0] == name


async def sustained_figures(stand: Stand, changes: int) -> list[Figure]:
    """So many customers changed at once, by one statement, until the queue is empty."""
    count = min(changes, stand.customers)
    async with both(stand) as (master, engine), working(stand, master, engine):
        await _settled(master, stand.customers)
        await asyncio.to_thread(_change_all, master, count)
        begun = time.perf_counter()
        await _settled(master, count)
        took = time.perf_counter() - begun
    return [Figure(f"{stand.profile}: sustained sync of {count:,} changes", count / took, "customers/s")]


def _change_all(master: Master, count: int) -> None:
    marked = update(customers).where(customers.c.id <= count).values(name=customers.c.name + MARK)
    with master.transaction(BENCH) as tx:
        tx.execute(marked)


async def _settled(master: Master, most: int) -> None:
    """Until nobody waits for the index."""
    async with asyncio.timeout(LONGEST_SECONDS + most / 100):
        while await asyncio.to_thread(_waiting, master):
            await asyncio.sleep(0.05)


def _waiting(master: Master) -> bool:
    with master.reading() as connection:
        return oldest_pending(connection) is not None
