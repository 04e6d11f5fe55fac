"""Both search engines answer generated questions alike: the order, totals, facets and pages of customers."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from benchmarks.search.judging import cases
from benchmarks.search.people import Population
from indexing.documents.customers import CustomerDocument
from indexing.engines.embedded import EmbeddedEngine
from indexing.engines.opensearch import OpenSearchEngine
from indexing.engines.port import SearchEngine
from indexing.search import Hit, Position, SearchAnswer, SearchFilter, SearchRequest, search_customers
from tests.indexing.corpus import KEYS
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
def both(tmp_path_factory: pytest.TempPathFactory, cluster: Cluster) -> Iterator[Both]:
    folder = tmp_path_factory.mktemp("alike")
    documents = list(Population(CUSTOMERS, seed=6))
    url = cluster.own()
    embedded, clustered = EmbeddedEngine(folder / "index", KEYS), Elsewhere(OpenSearchEngine(url, KEYS))
    for start in range(0, len(documents), 1000):  # several segments
        part = documents[start : start + 1000]
        asyncio.run(embedded.apply(part, {}))
        asyncio.run(clustered.apply(part, {}))
    yield Both(documents, embedded, clustered)
    asyncio.run(embedded.close())
    clustered.end()
    cluster.drop(url)


def test_ordered_first_tens_totals_and_facets_are_alike(both: Both) -> None:
    other: list[tuple[str, str]] = []
    asked = 0
    for name, made in cases(both.documents, CASES, seed=7).items():
        assert len(made) == CASES, f"{name} has too few cases"
        for words in (case.words for case in made):
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
