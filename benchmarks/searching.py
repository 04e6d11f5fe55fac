"""Searches through GraphQL over HTTP by class of query, over the sample's customers, on each engine."""

import asyncio
import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import orjson
from sqlalchemy import func, select

from benchmarks.bench_hub import KEYS, open_master
from benchmarks.clusters import own_index
from benchmarks.figures import Figure, spread
from benchmarks.loading import request, timed
from benchmarks.search.judging import cases
from benchmarks.serving import HUB, served
from benchmarks.stocks import Stock, stock_of
from indexing.documents.customers import CustomerDocument
from indexing.documents.reading import read_documents
from indexing.engines.opensearch import OpenSearchEngine
from indexing.rebuild import rebuild
from master.session import Master
from master.tables.base import table
from master.tables.customers import CustomerRow
from tests.services import opensearch

ENGINES = ("embedded", *(["opensearch"] if opensearch.is_there() else []))
CASES = 200  # a class at most
WARM = 20  # of them that are not counted
SAMPLED = 4000  # customers: enough that the rare names find cases too
PAGE, PAGES = 50, 200  # of the tag search, whose last page is 10,000 customers deep

SEARCH = """
query Search($words: String!) {
  searchCustomers(query: $words) {
    edges { score highlights { field match text spans { start end } } node { id number name status } }
    notices { code }
  }
}
"""
SUGGEST = """
query Suggest($words: String!) {
  suggest(text: $words) {
    names { customer { id number name } highlights { text match spans { start end } } }
    numbers { customer { id number name } highlights { field text match spans { start end } } }
    tags { tag { code name customerCount } match spans { start end } }
  }
}
"""
TAGGED = """
query Tagged($tags: TagFilter!, $first: Int!, $after: String) {
  searchCustomers(filter: {tags: $tags}, first: $first, after: $after) {
    nodes { id number name status }
    pageInfo { endCursor hasNextPage }
    totalCount
    facets { tags { value count } branches { value count } }
  }
}
"""
TAGS = {"any": ["LONG_TERM", "HEALTH_GAP"], "all": ["MARRIED"], "none": ["COMPLAINT"]}


def search_figures(folder: Path, customers: int, engines: Sequence[str] = ENGINES) -> list[Figure]:
    """p50, p95 and p99 in milliseconds of each class and of all, of suggestions, and of a search by tags with
    facets and an exact count, at its beginning and deep in it; what is found benchmarks/search tells."""
    hub, figures = folder / f"hub-{customers}", []
    with stock_of("sqlite", folder, customers) as stock:
        made = _typed(hub)
        for engine in engines:
            with (
                _said(engine, hub, folder) as said,
                served(HUB, {**stock.said, **said}, folder / "hub.log") as at,
            ):
                figures += asyncio.run(_measured(engine, at.port, stock, made))
    return figures


@contextmanager
def _said(engine: str, hub: Path, folder: Path) -> Iterator[Mapping[str, str]]:
    """What a hub with this engine is told; a cluster is filled first."""
    if engine == "embedded":
        yield {"KEHU_DATA_DIR": str(hub.absolute())}
        return
    with own_index(folder / "cluster") as url:
        asyncio.run(_fill(hub, url))
        yield {"KEHU_SEARCH_URL": url}


async def _fill(hub: Path, url: str) -> None:
    master, engine = _opened(hub, url)
    await rebuild(master, engine, opener=partial(_opened, hub, url))
    await engine.close()
    master.close()


def _opened(hub: Path, url: str) -> tuple[Master, OpenSearchEngine]:
    return open_master(hub), OpenSearchEngine(url, KEYS)


def _typed(hub: Path, seed: int = 7) -> dict[str, list[str]]:
    """What is typed, by class."""
    master = open_master(hub)
    found = cases(_documents(master, random.Random(seed)), CASES, seed)
    master.close()
    return {name: [case.words for case in made] for name, made in found.items() if len(made) > 2 * WARM}


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


async def _measured(engine: str, port: int, stock: Stock, typed: Mapping[str, list[str]]) -> list[Figure]:
    figures: list[Figure] = []
    token = stock.tokens[0]
    for name, document in (("search", SEARCH), ("suggest", SUGGEST)):
        every: list[float] = []
        for class_, words in typed.items():
            requests = [
                request(port, token, {"query": document, "variables": {"words": each}}) for each in words
            ]
            times = (await timed(port, requests))[0][WARM:]
            every += times
            if name == "search":
                figures += spread(f"{engine}: search: {class_},", times)
        figures += spread(f"{engine}: {name}: all,", every)
    return [*figures, *await _tagged(engine, port, token)]


async def _tagged(engine: str, port: int, token: str) -> list[Figure]:
    """Page by page, each with the counts over all that fit."""
    times: list[float] = []
    after = None
    for _ in range(PAGES):
        body = {"query": TAGGED, "variables": {"tags": TAGS, "first": PAGE, "after": after}}
        took, (told,) = await timed(port, [request(port, token, body)])
        times += took
        page = orjson.loads(told)["data"]["searchCustomers"]["pageInfo"]
        if not page["hasNextPage"]:
            break
        after = page["endCursor"]
    many = len(times) // 4
    return [
        *spread(f"{engine}: tags, counts and facets: first {many} pages,", times[WARM : WARM + many]),
        *spread(f"{engine}: tags, counts and facets: last {many} of {len(times)},", times[-many:]),
    ]
