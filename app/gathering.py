"""All customers in normal form side by side, read by several processes where there are many."""

import os
import signal
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from sqlalchemy import func, select

from master.collecting import spare_the_collector
from master.onlookers import Onlooker
from master.reads.records import ids_between, records_of
from master.session import Master
from master.tables.base import table
from master.tables.customers import CustomerRow
from matching.columns import Columns, columns, together
from matching.normalized import normalized

customers = table(CustomerRow)

PAGE = 5_000  # ids read at once: their columns are handed over in one piece of about 3 MB
WORTH_PROCESSES = 20_000  # customers: each process takes a second to begin
MOST_PROCESSES = 8

Opener = Callable[[], Master]  # opens the master in another process: must be picklable
Span = tuple[int, int]  # the first id and the one behind the last

_opened: list[Master] = []  # in a process that reads: what it reads from


def everybody(master: Master, opener: Opener | None, told: Onlooker) -> Columns:
    """In the order of their ids."""
    with master.reading() as connection:
        wanted = select(func.count(), func.min(customers.c.id), func.max(customers.c.id))
        total, low, high = connection.execute(wanted).one()
    spans = [(start, start + PAGE) for start in range(low, high + 1, PAGE)] if total else []
    processes = min(os.cpu_count() or 1, MOST_PROCESSES)
    if opener is None or processes == 1 or total < WORTH_PROCESSES:
        return together([_read(master, span) for span in spans])
    return together(_read_there(opener, processes, spans, lambda done: told(done, total)))


def _read_there(
    opener: Opener, processes: int, spans: Sequence[Span], told: Callable[[int], None]
) -> list[Columns]:
    """Spawned: each has connections of its own."""
    context = get_context("spawn")
    parts: list[Columns] = []
    with ProcessPoolExecutor(processes, context, initializer=_begin, initargs=(opener,)) as pool:
        for part in pool.map(_read_here, spans):
            parts.append(part)
            told(sum(len(each.ids) for each in parts))
    return parts


def _begin(opener: Opener) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that spawned it says when to end
    spare_the_collector()
    _opened.append(opener())


def _read_here(span: Span) -> Columns:
    return _read(_opened[0], span)


def _read(master: Master, span: Span) -> Columns:
    with master.reading() as connection:
        ids = ids_between(connection, *span)
        return columns([normalized(record) for record in records_of(connection, ids)])
