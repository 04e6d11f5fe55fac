"""A customer's 360 in process: latency, and how many statements it takes."""

import asyncio
import random
import time

from sqlalchemy import event, func, select

from app.graphql import schema
from benchmarks.figures import Figure, spread
from indexing.engines.port import SearchEngine
from master.access import Viewer
from master.roles import shipped_roles
from master.session import Master
from master.tables.base import table
from master.tables.customers import CustomerRow
from schema.context import open_context

QUERIES = 300
WARM = 20
VIEWER = Viewer("bench", shipped_roles()["AGENT"], "bench")
customers = table(CustomerRow)

C360 = """
query C360($number: String!) {
  customer(by: {number: $number}) {
    id number name kind status gender birthDate branch { code name }
    documents { type number } contactPoints { kind value preferred }
    policies { edges { roles node { number status effectiveDate annualPremium product { code name line } } } }
    contacts { nodes { channel occurredAt subject agent { name } } }
    tags { tag { code name } source }
    leads { nodes { title stage dueAt owner { name } } }
    relations { kind name } households { household { name members { role name } } }
    sources { source key } summary { policyCount inForceCount annualPremium openLeadCount lastContactAt }
  }
}
"""


def graph_figures(master: Master, engine: SearchEngine) -> list[Figure]:
    """p50, p95, p99 in milliseconds of the ordinary path, one query after another."""
    statements: list[str] = []

    def count(*given: object) -> None:
        statements.append(str(given[2]))

    event.listen(master.engine, "before_cursor_execute", count)
    times = asyncio.run(_timed(master, engine))
    event.remove(master.engine, "before_cursor_execute", count)
    each = len(statements) / (QUERIES + WARM + 1)
    return [*spread("graph: a customer's 360,", times[WARM:]), Figure("graph: statements of a 360", each, "")]


async def _timed(master: Master, engine: SearchEngine) -> list[float]:
    with master.reading() as connection:
        highest = connection.scalar(select(func.max(customers.c.id))) or 1
    chance = random.Random(5)
    times = []
    for _ in range(QUERIES + WARM):
        number = f"C{chance.randint(1, highest):09d}"
        begun = time.perf_counter()
        async with open_context(master, VIEWER, search=engine, request_id=None, address=None) as context:
            answer = await schema.execute(C360, {"number": number}, context_value=context)
        times.append((time.perf_counter() - begun) * 1000)
        if answer.errors or answer.data is None:
            raise RuntimeError(f"the 360 failed: {answer.errors}")
    return times
