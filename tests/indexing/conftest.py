"""Engines that hold the corpus, and one of its own for each test that writes: of each kind that there is."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from indexing.engines.embedded import EmbeddedEngine
from indexing.engines.opensearch import OpenSearchEngine
from indexing.engines.port import SearchEngine
from tests.indexing.corpus import CORPUS, KEYS
from tests.indexing.elsewhere import Elsewhere
from tests.services import opensearch
from tests.services.opensearch import Cluster

ENGINES = ["embedded", *(["opensearch"] if opensearch.is_there() else [])]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A cluster goes with PostgreSQL: both databases and both engines are tried in three pairs."""
    items[:] = [item for item in items if "sqlite-opensearch" not in item.nodeid]


@contextmanager
def emptied(kind: str, request: pytest.FixtureRequest, folder: Path) -> Iterator[SearchEngine]:
    """An engine with nothing in it, which nobody else uses."""
    if kind == "embedded":
        embedded = EmbeddedEngine(folder / "index", KEYS)
        yield embedded
        asyncio.run(embedded.close())
        return
    cluster: Cluster = request.getfixturevalue("cluster")
    own = cluster.own()
    engine = Elsewhere(OpenSearchEngine(own, KEYS))
    yield engine
    engine.end()
    cluster.drop(own)


@pytest.fixture(scope="session", params=ENGINES)
def corpus_engine(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SearchEngine]:
    """Filled in three commits, so that it has several segments; tests only read it."""
    with emptied(request.param, request, tmp_path_factory.mktemp("corpus")) as engine:
        for start in range(3):
            asyncio.run(engine.apply(CORPUS[start::3], {}))
        yield engine


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SearchEngine]:
    with emptied(request.param, request, tmp_path) as engine:
        yield engine


@pytest.fixture
def index_path(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.fixture
def own_engine(index_path: Path) -> Iterator[EmbeddedEngine]:
    engine = EmbeddedEngine(index_path, KEYS)
    yield engine
    asyncio.run(engine.close())
