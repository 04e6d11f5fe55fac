"""Search latency through GraphQL by class of query, over the sample's customers."""

import asyncio
import random
import time

from sqlalchemy import func, select

from app.graphql import schema
from app.http.documents import Documents, running
from app.limits import shipped_limits
from benchmarks.figures import Figure, spread
from benchmarks.search.judging import cases
from indexing.documents.customers import CustomerDocument
from indexing.documents.reading import read_documents
from indexing.engines.port import SearchEngine
from master.access import Viewer
from master.roles import shipped_roles
from master.session import Master
from master.tables.base import table
from master.tables.customers import CustomerRow
from schema.context import open_context

CASES = 200  # a class at most
WARM = 20  # of them that are not counted
SAMPLED = 4000  # customers: enough that the rare names find cases too
VIEWER = Viewer("bench", shipped_roles()["ADMIN"], "bench")

QUERY = """
query Search($words: String!) {
  searchCustomers(query: $words) {
    edges { score highlights { field match text spans { start end } } node { id number name status } }
    notices { code }
  }
}
"""


def search_figures(master: Master, engine: SearchEngine, seed: int = 7) -> list[Figure]:
    """p50, p95 and p99 of each class, and of all, in milliseconds; what is found benchmarks/search tells."""
    documents = _documents(master, random.Random(seed))
    figures, every = [], []
    for name, made in cases(documents, CASES, seed).items():
        if len(made) > 2 * WARM:
            times = asyncio.run(_timed(master, engine, [case.words for case in made]))
            every += times
            figures += spread(f"search: {name},", times)
    return [*figures, *spread("search: all,", every)]


def _documents(master: Master, chance: random.Random) -> list[CustomerDocument]:
    """Enough random customers that every class finds its cases."""
    customers = table(CustomerRow)
    with master.reading() as connection:
        highest = connection.scalar(select(func.max(customers.c.id))) or 1
        ids = sorted({chance.randint(1, highest) for _ in range(SAMPLED)})
        found = []
        for start in range(0, len(ids), 400):
            readings = read_documents(connection, ids[start : start + 400], master.clock)
            found += [reading.document for reading in readings]
    return found


async def _timed(master: Master, engine: SearchEngine, typed: list[str]) -> list[float]:
    # Read and validated once, as the front keeps what is asked again and again.
    documents = Documents(schema, shipped_limits())
    document = documents.read(QUERY)
    documents.require_valid(document)
    running.set(document)
    times = []
    for words in typed:
        begun = time.perf_counter()
        async with open_context(master, VIEWER, search=engine, request_id=None, address=None) as context:
            answer = await schema.execute(QUERY, {"words": words}, context_value=context)
        times.append((time.perf_counter() - begun) * 1000)
        if answer.errors or answer.data is None:
            raise RuntimeError(f"the search failed: {answer.errors}")
    return times[WARM:]
