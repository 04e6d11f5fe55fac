"""An embedded engine that holds the corpus, and one of its own for each test that writes."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexing.engines.embedded import EmbeddedEngine
from tests.indexing.corpus import CORPUS


@pytest.fixture(scope="session")
def corpus_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedEngine]:
    """Filled in three commits, so that it has several segments; tests only read it."""
    engine = EmbeddedEngine(tmp_path_factory.mktemp("corpus") / "index")
    for start in range(3):
        asyncio.run(engine.apply(CORPUS[start::3], {}))
    yield engine
    asyncio.run(engine.close())


@pytest.fixture
def index_path(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.fixture
def own_engine(index_path: Path) -> Iterator[EmbeddedEngine]:
    engine = EmbeddedEngine(index_path)
    yield engine
    asyncio.run(engine.close())


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[EmbeddedEngine]:
    engine = EmbeddedEngine(tmp_path / "index")
    yield engine
    asyncio.run(engine.close())
