"""A master and an index that follows it: what tests of worker and rebuild do with them."""

import asyncio
from typing import Any

from sqlalchemy import func, select, text

from indexing.engines.port import IndexEntry, SearchEngine
from indexing.search import SearchAnswer, SearchFilter, SearchRequest, search_customers
from indexing.worker import Worker
from master.session import Master
from master.tables.base import table
from master.tables.changes import IndexQueueRow
from master.writes.customers import create_customer
from master.writes.derived import refresh
from master.writes.inputs import NewCustomer
from tests.conftest import TESTER

UNREADABLE = (
    "INSERT INTO identity_documents (customer_id, type, number, number_index) VALUES (2, 'OTHER', :n, :n)"
)


def drain(master: Master, engine: SearchEngine) -> int:
    """Works until nothing waits, and lets searches see it; how many customers were indexed."""

    async def drained() -> int:
        done = await Worker(master, engine, refresh).drain()
        await engine.make_visible()
        return done

    return asyncio.run(drained())


def make(master: Master, *names: str) -> list[int]:
    with master.transaction(TESTER) as tx:
        return [create_customer(tx, NewCustomer(name)) for name in names]


def found(engine: SearchEngine, words: str = "", **filter: Any) -> list[int]:
    request = SearchRequest(words, SearchFilter(**filter), 10, None, wants_total=False, wants_facets=False)
    answer: SearchAnswer = asyncio.run(search_customers(engine, request))
    return [hit.customer_id for hit in answer.hits]


def entries(engine: SearchEngine) -> list[IndexEntry]:
    async def listed() -> list[IndexEntry]:
        return [entry async for entry in engine.entries()]

    return asyncio.run(listed())


def waiting(master: Master) -> int:
    with master.reading() as connection:
        return connection.scalar(select(func.count()).select_from(table(IndexQueueRow))) or 0


def end_claims(master: Master) -> None:
    """As if the time of all claims were over."""
    with master.committing() as connection:
        connection.execute(text("UPDATE index_queue SET claimed_until = '2000-01-01T00:00:00.000Z'"))


def rename(master: Master, id: int, name: str) -> None:
    with master.committing() as connection:
        connection.execute(text("UPDATE customers SET name = :name WHERE id = :id"), {"name": name, "id": id})
