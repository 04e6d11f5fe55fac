"""What goes on in other processes while something is timed here: workers, and writers at a steady rate."""

import asyncio
import random
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from multiprocessing import get_context, parent_process
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Event

from sqlalchemy import select, update

from benchmarks.sync.feeding import MARK, feeding
from benchmarks.sync.stands import Stand
from indexing.engines.port import SearchEngine
from indexing.worker import Worker
from master.collecting import spare_the_collector
from master.session import Actor, Master
from master.tables.base import table
from master.tables.customers import CustomerRow
from master.writes.derived import refresh

customers = table(CustomerRow)
BENCH = Actor("bench")
BEGINS_SECONDS = 60.0
TIMED = 500  # the first so many customers are left to those who time a change


@asynccontextmanager
async def working(stand: Stand, master: Master, engine: SearchEngine) -> AsyncIterator[None]:
    """The stand's workers: each a process of its own, or, as in an embedded hub, a task of this one."""
    with ExitStack() as stack:
        for _ in range(stand.workers):
            stack.enter_context(spawned(_work, stand))
        spare_the_collector()  # as the hub does, and `kehu worker`
        own = [] if stand.workers else [asyncio.create_task(Worker(master, engine, refresh).run())]
        try:
            yield
        finally:
            for work in own:
                work.cancel()
            await asyncio.gather(*own, return_exceptions=True)


@contextmanager
def writing(stand: Stand, a_second: int) -> Iterator[Callable[[], float]]:
    """One writer, or none: changes of random customers, a transaction each; tells how many a second."""
    made = get_context("spawn").Value("Q", 0)
    with ExitStack() as stack:
        if a_second:
            stack.enter_context(spawned(_write, stand, a_second, made))
        begun = time.perf_counter()
        yield lambda: made.value / (time.perf_counter() - begun)


@contextmanager
def spawned(work: Callable[..., None], *given: object) -> Iterator[None]:
    """A process beside this one, with threads and connections of its own, that is told when to end."""
    context = get_context("spawn")
    begun, over = context.Event(), context.Event()
    process = context.Process(target=_ending_with_its_parent, args=(work, begun, over, *given), daemon=True)
    process.start()
    try:
        if not begun.wait(BEGINS_SECONDS):
            raise RuntimeError(f"{work.__name__} did not begin")
        yield
    finally:
        over.set()
        process.join(30)
        process.kill()


def _ending_with_its_parent(work: Callable[..., None], begun: Event, over: Event, *given: object) -> None:
    """A benchmark that is killed leaves nobody behind who goes on writing into what was kept."""
    parent = parent_process()
    assert parent is not None  # it was spawned

    def watch() -> None:
        parent.join()
        over.set()

    threading.Thread(target=watch, name="parent", daemon=True).start()
    work(begun, over, *given)


def _work(begun: Event, over: Event, stand: Stand) -> None:
    asyncio.run(_working(begun, over, stand))


async def _working(begun: Event, over: Event, stand: Stand) -> None:
    master, engine = stand.open()
    spare_the_collector()
    work = asyncio.create_task(Worker(master, engine, refresh).run())
    begun.set()
    await asyncio.to_thread(over.wait)
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    await engine.close()
    master.close()


def _write(begun: Event, over: Event, stand: Stand, a_second: int, made: "Synchronized[int]") -> None:
    """By the clock, so that a pause is made up for, as the feeds that it stands for do."""
    chance = random.Random(a_second)
    with feeding(stand.url) as changed:
        begun.set()
        start = time.perf_counter()
        while not over.is_set():
            behind = (time.perf_counter() - start) * a_second - made.value
            if behind < 1:
                time.sleep(1 / a_second)
                continue
            changed(chance.randint(TIMED + 1, stand.customers))
            made.value += 1


def change(master: Master, id: int) -> str:
    """One change in a transaction of its own, without the rules of a command; the customer's new name."""
    with master.transaction(BENCH) as tx:
        name: str = tx.execute(select(customers.c.name).where(customers.c.id == id)).scalar_one()
        other = name.removesuffix(MARK) if name.endswith(MARK) else name + MARK
        tx.execute(update(customers).where(customers.c.id == id).values(name=other))
    return other
