"""A new generation filled from the whole master: by this process, or by several side by side."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection as Pipe
from typing import Any

from sqlalchemy import func, select

from indexing.documents.reading import read_what_can
from indexing.engines.port import SearchEngine
from indexing.errors import DocumentsRefused
from master.collecting import spare_the_collector
from master.onlookers import Onlooker
from master.session import Master
from master.tables.base import table
from master.tables.customers import CustomerRow

customers = table(CustomerRow)

PAGE = 2000  # ids read and put in at once: about 20 MB of documents
WORTH_PROCESSES = 20_000  # customers: each process takes some two seconds to begin
MOST_PROCESSES = 8

# Opens master and engine in another process: must be picklable.
Opener = Callable[[], tuple[Master, SearchEngine]]
Span = tuple[int, int]  # the first id and the one behind the last


class FillingFailed(Exception):
    """A process that filled a part has ended before its time."""


@dataclass(frozen=True)
class Put:
    """What came of a span: customers that were there, and those that could not be read or put in."""

    customers: int
    failed: tuple[int, ...]


async def fill(
    master: Master, engine: SearchEngine, generation: str, opener: Opener | None, progress: Onlooker
) -> set[int]:
    """Put everybody into the generation; the ids of those who can not be read or are refused."""
    total, spans = await asyncio.to_thread(_spans, master)
    processes = min(os.cpu_count() or 1, MOST_PROCESSES)
    todo, failed, done = iter(spans), set[int](), 0

    def put(told: Put) -> None:
        nonlocal done
        done += told.customers
        failed.update(told.failed)
        progress(done, max(done, total))

    if opener is None or processes == 1 or total < WORTH_PROCESSES:
        await _fill_here(master, engine, generation, todo, put)
    else:
        parts = [_fill_there(opener, generation, part, todo, put) for part in range(processes)]
        async with asyncio.TaskGroup() as group:
            for part in parts:
                group.create_task(part)
    await engine.join_parts(generation=generation)
    return failed


def _spans(master: Master) -> tuple[int, list[Span]]:
    """How many customers there are, and spans of ids that hold them all."""
    wanted = select(func.count(), func.min(customers.c.id), func.max(customers.c.id))
    with master.reading() as connection:
        total, low, high = connection.execute(wanted).one()
    if not total:
        return 0, []
    return total, [(start, min(start + PAGE, high + 1)) for start in range(low, high + 1, PAGE)]


async def _fill_here(
    master: Master, engine: SearchEngine, generation: str, todo: Iterator[Span], put: Callable[[Put], None]
) -> None:
    for span in todo:
        put(await _fill_span(master, engine, generation, 0, span))
    await engine.close_part(generation=generation, part=0)


async def _fill_span(master: Master, engine: SearchEngine, generation: str, part: int, span: Span) -> Put:
    readings, unreadable = await asyncio.to_thread(_read, master, span)
    failed = set(unreadable)
    try:
        await engine.fill([reading.document for reading in readings], generation=generation, part=part)
    except DocumentsRefused as refused:
        failed |= refused.reasons.keys()
    return Put(len(readings) + len(unreadable), tuple(failed))


def _read(master: Master, span: Span) -> Any:
    first, behind = span
    with master.reading() as connection:
        return read_what_can(connection, range(first, behind), master.clock)


async def _fill_there(
    opener: Opener, generation: str, part: int, todo: Iterator[Span], put: Callable[[Put], None]
) -> None:
    """Hand one process span after span. Raises FillingFailed."""
    async with _spawned(opener, generation, part) as pipe:
        for span in todo:
            put(await _asked(pipe, span))
        await _asked(pipe, None)


@asynccontextmanager
async def _spawned(opener: Opener, generation: str, part: int) -> AsyncIterator[Pipe]:
    """Spawned: it has threads and connections of its own. It ends with its pipe, whoever is killed."""
    context = get_context("spawn")
    mine, its = context.Pipe()
    process = context.Process(target=_work, args=(opener, generation, part, its), daemon=True)
    await asyncio.to_thread(process.start)
    its.close()
    try:
        yield mine
    finally:
        mine.close()
        process.join(1)
        process.kill()


async def _asked(pipe: Pipe, span: Span | None) -> Put:
    try:
        pipe.send(span)
        # A thread that waits for ever in recv() would keep this process from ending.
        while not await asyncio.to_thread(pipe.poll, 0.2):
            continue
        told = pipe.recv()
    except (EOFError, OSError) as error:
        raise FillingFailed("a process that filled the index was killed") from error
    if isinstance(told, str):
        raise FillingFailed(f"the index could not be filled: {told}")
    assert isinstance(told, Put)  # noqa: S101  nothing else is sent
    return told


def _work(opener: Opener, generation: str, part: int, pipe: Pipe) -> None:
    """The other process: spans come in, what became of them goes out, until None comes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that spawned it says when to end
    spare_the_collector()
    try:
        asyncio.run(_answering(opener, generation, part, pipe))
    except EOFError:
        return
    except Exception as error:
        pipe.send(type(error).__name__)


async def _answering(opener: Opener, generation: str, part: int, pipe: Pipe) -> None:
    master, engine = opener()
    try:
        while (span := pipe.recv()) is not None:
            pipe.send(await _fill_span(master, engine, generation, part, span))
        await engine.close_part(generation=generation, part=part)
        pipe.send(Put(0, ()))
    finally:
        await engine.close()
        master.close()
