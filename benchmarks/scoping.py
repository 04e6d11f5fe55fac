"""What it costs to see only some branches: the same questions by a viewer of one branch and by one of all."""

import asyncio
import random
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, func, select

from app.graphql import schema
from benchmarks.figures import Figure
from benchmarks.graph import C360
from benchmarks.search.judging import cases
from indexing.documents.reading import read_documents
from indexing.engines.port import SearchEngine
from master.access import Viewer, customers_in_sight, sight_of
from master.roles import shipped_roles
from master.session import Master
from master.sight import bound
from master.tables.base import table
from master.tables.branches import BranchRow
from master.tables.customers import CustomerRow
from schema.context import open_context

SHARES = (0.1, 0.005)  # of all customers
PAIRS, WARM, LISTED = 150, 20, 40
AGENT = shipped_roles()["AGENT"]
customers, branches = table(CustomerRow), table(BranchRow)

SEARCH = """query ($words: String) { searchCustomers(query: $words, first: 10) { totalCount
  edges { node { number name branch { name } } highlights { field match text spans { start end } } } } }"""
LISTS = {
    "a list of customers": "{ customers { totalCount nodes { number name } } }",
    "a list of policies": "{ policies { totalCount nodes { number status } } }",
    "a list of leads": "{ leads { totalCount nodes { title stage } } }",
}


@dataclass(frozen=True)
class Asking:
    """Somebody who asks; branches: ids, None: all."""

    master: Master
    engine: SearchEngine
    branches: tuple[int, ...] | None

    async def cost(self, document: str, variables: dict[str, Any]) -> float:
        """Milliseconds of processor time in all threads, with finding out what is in sight."""
        begun = time.process_time()
        with self.master.reading() as connection:
            sight = sight_of(connection, AGENT, self.branches)
        viewer = Viewer("bench", AGENT, "bench", sight)
        async with open_context(self.master, viewer, search=self.engine) as context:
            answer = await schema.execute(document, variables, context_value=context)
        spent = (time.process_time() - begun) * 1000
        if answer.errors or answer.data is None:
            raise RuntimeError(f"the question failed: {answer.errors}")
        return spent


def scope_figures(master: Master, engine: SearchEngine) -> list[Figure]:
    """Medians over pairs that run in turn, so that a machine that slows down slows both."""
    figures = []
    with master.reading() as connection:
        sizes = _sizes(connection)
        total = connection.scalar(select(func.count()).select_from(customers)) or 1
    for share in SHARES:
        branch = min(sizes, key=lambda each: abs(sizes[each] - share * total))
        figures += asyncio.run(_compared(master, engine, branch, 100 * sizes[branch] / total))
    return figures


def _sizes(connection: Connection) -> dict[int, int]:
    """How many customers each branch sees."""
    ids = connection.scalars(select(branches.c.id)).all()
    return {branch: len(_seen(connection, branch)) for branch in ids}


def _seen(connection: Connection, branch: int) -> Sequence[int]:
    sight = sight_of(connection, AGENT, (branch,))
    assert sight is not None
    seen = select(customers.c.id).where(customers_in_sight(customers.c.id, replace(sight.reach, few=True)))
    return connection.scalars(seen.params(bound(sight))).all()


async def _compared(master: Master, engine: SearchEngine, branch: int, per_cent: float) -> list[Figure]:
    one, everyone = Asking(master, engine, (branch,)), Asking(master, engine, None)
    with master.reading() as connection:
        ids = random.Random(9).choices(_seen(connection, branch), k=PAIRS + WARM)
        readings = read_documents(connection, ids, master.clock)
    documents = {each.document.id: each.document for each in readings}
    made = cases(list(documents.values()), PAIRS, seed=9)
    typed = [case.words for of_class in made.values() for case in of_class]
    questions: dict[str, list[tuple[str, dict[str, Any]]]] = {
        "a customer's 360": [(C360, {"number": documents[id].number}) for id in ids],
        "a search": [(SEARCH, {"words": each}) for each in random.Random(9).sample(typed, PAIRS + WARM)],
        **{name: [(document, {})] * LISTED for name, document in LISTS.items()},
    }
    figures = []
    for name, asked in questions.items():
        costs = [(await one.cost(*each), await everyone.cost(*each)) for each in asked][WARM:]
        told = f"scope: {name} by {per_cent:.1f} %"
        narrow, wide = (statistics.median(cost) for cost in zip(*costs, strict=True))
        figures += [Figure(f"{told}, dearer than by all", 100 * (narrow / wide - 1), "%")]
        figures += [Figure(f"{told}, processor time", narrow, "ms")]
    return figures
