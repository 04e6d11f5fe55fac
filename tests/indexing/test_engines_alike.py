"""Both search engines answer generated questions alike: the order, totals, facets and pages of customers."""

import asyncio
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from benchmarks.searching import CLASSES
from indexing.documents.customers import CustomerDocument
from indexing.documents.reading import read_documents
from indexing.engines.embedded import EmbeddedEngine
from indexing.engines.opensearch import OpenSearchEngine
from indexing.engines.port import SearchEngine
from indexing.search import Hit, Position, SearchAnswer, SearchFilter, SearchRequest, search_customers
from intake.sample.fill import fill
from master.clock import Clock
from master.keys import Keys
from master.session import Master
from master.tables.base import table
from master.tables.customers import CustomerRow
from tests.conftest import SetTime
from tests.indexing.elsewhere import Elsewhere
from tests.services import opensearch
from tests.services.opensearch import Cluster

pytestmark = pytest.mark.skipif(not opensearch.is_there(), reason="no OpenSearch: see .ci/run")

CUSTOMERS = 3000
CASES = 25  # a class
ALIKE = 0.99


@dataclass(frozen=True)
class Both:
    """The same customers in two engines."""

    documents: list[CustomerDocument]
    embedded: SearchEngine
    clustered: SearchEngine

    def ask(self, request: SearchRequest) -> tuple[SearchAnswer, SearchAnswer]:
        async def asked() -> list[SearchAnswer]:
            engines = (self.embedded, self.clustered)
            return await asyncio.gather(*(search_customers(engine, request) for engine in engines))

        one, other = asyncio.run(asked())
        return one, other


@pytest.fixture(scope="module")
def both(
    empty_sqlite: Path, tmp_path_factory: pytest.TempPathFactory, keys: Keys, cluster: Cluster
) -> Iterator[Both]:
    folder = tmp_path_factory.mktemp("alike")
    documents = _documents(empty_sqlite, folder / "kehu.db", keys)
    url = cluster.own()
    embedded, clustered = EmbeddedEngine(folder / "index"), Elsewhere(OpenSearchEngine(url))
    for start in range(0, len(documents), 1000):  # several segments
        part = documents[start : start + 1000]
        asyncio.run(embedded.apply(part, {}))
        asyncio.run(clustered.apply(part, {}))
    yield Both(documents, embedded, clustered)
    asyncio.run(embedded.close())
    clustered.end()
    cluster.drop(url)


def _documents(template: Path, path: Path, keys: Keys) -> list[CustomerDocument]:
    path.write_bytes(template.read_bytes())
    master = Master.open(f"sqlite:///{path}", keys, Clock(ZoneInfo("Asia/Shanghai"), SetTime()))
    fill(master, customers=CUSTOMERS, seed=6)
    with master.reading() as connection:
        ids = list(connection.scalars(select(table(CustomerRow).c.id)))
        readings = [
            reading
            for start in range(0, len(ids), 500)
            for reading in read_documents(connection, ids[start : start + 500], master.clock)
        ]
    master.close()
    return [reading.document for reading in readings]


def test_ordered_first_tens_totals_and_facets_are_alike(both: Both) -> None:
    chance = random.Random(7)
    shuffled = chance.sample(both.documents, len(both.documents))
    other: list[tuple[str, str]] = []
    asked = 0
    for name, query in CLASSES.items():
        cases = [words for document in shuffled if (words := query(document, chance))][:CASES]
        assert len(cases) == CASES, f"{name} has too few cases"
        for words in cases:
            one, two = both.ask(SearchRequest(words, first=10, wants_total=True, wants_facets=True))
            assert (one.total, one.facets, one.notices) == (two.total, two.facets, two.notices), words
            asked += 1
            if one.hits != two.hits:
                other.append((name, words))
    assert len(other) <= (1 - ALIKE) * asked, other


@pytest.mark.parametrize("words", ["", "w", "zhang", "li m", "王", "13"])
def test_pages_go_through_the_same_customers_in_the_same_order(both: Both, words: str) -> None:
    wanted = SearchFilter(statuses=("ACTIVE", "PROSPECT"))
    one, two = (_walked(engine, words, wanted) for engine in (both.embedded, both.clustered))
    ids = [hit.customer_id for hit in one]
    assert len(ids) == len(set(ids))
    assert one == two


def _walked(engine: SearchEngine, words: str, wanted: SearchFilter) -> list[Hit]:
    async def walk() -> list[Hit]:
        hits: list[Hit] = []
        after: Position | None = None
        while True:
            page = await search_customers(engine, SearchRequest(words, wanted, first=100, after=after))
            hits += page.hits
            if not page.has_next:
                return hits
            after = page.hits[-1].position

    return asyncio.run(walk())
