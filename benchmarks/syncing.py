"""How soon a change is searchable."""

import asyncio
import time

from sqlalchemy import select

from benchmarks.figures import Figure, spread
from indexing.engines.port import SearchEngine
from indexing.worker import Worker
from master.reads.freshness import freshness_of, is_indexed
from master.session import Actor, Master
from master.tables.base import table
from master.tables.customers import CustomerRow
from master.writes.customer_changes import update_customer
from master.writes.derived import refresh
from master.writes.inputs import CustomerChange

CHANGES = 200
BENCH = Actor("bench")
customers = table(CustomerRow)


def delay_figures(master: Master, engine: SearchEngine) -> list[Figure]:
    """From the answer to a write until search holds it, write after write, worker in the same process."""
    delays = asyncio.run(_delays(master, engine))
    return spread("sync: change to searchable,", delays)


async def _delays(master: Master, engine: SearchEngine) -> list[float]:
    work = asyncio.create_task(Worker(master, engine, refresh).run())
    delays = []
    for id in range(1, CHANGES + 1):
        freshness = await asyncio.to_thread(_change, master, id)
        begun = time.perf_counter()
        while not await asyncio.to_thread(_is_there, master, freshness):
            await asyncio.sleep(0.001)
        delays.append((time.perf_counter() - begun) * 1000)
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    return delays


def _change(master: Master, id: int) -> str:
    with master.reading() as connection:
        row = connection.execute(
            select(customers.c.name, customers.c.version).where(customers.c.id == id)
        ).one()
    with master.transaction(BENCH) as tx:
        update_customer(tx, CustomerChange(id, row.version, name=row.name[::-1] + "某"))
    with master.reading() as connection:
        return freshness_of(connection, id)


def _is_there(master: Master, freshness: str) -> bool:
    with master.reading() as connection:
        return is_indexed(connection, freshness)
