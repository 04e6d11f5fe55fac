"""A hub to ask, with and without search."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from indexing.engines.embedded import EmbeddedEngine
from indexing.worker import Worker
from master.keys import Keys
from master.session import Master
from master.writes.derived import refresh
from tests.master.merging.town import two
from tests.resolvers.identifying import four
from tests.schema.hub import Hub, counted, filling


@pytest.fixture
def hub(master: Master) -> Hub:
    """With a token, so that it can be changed; without search."""
    with filling(master) as fill:
        fill.token()
    return Hub(master)


@pytest.fixture
def selects(master: Master) -> Iterator[list[str]]:
    """The SELECTs that a test runs."""
    with counted(master) as seen:
        yield seen


@pytest.fixture
def engine(tmp_path: Path, keys: Keys) -> Iterator[EmbeddedEngine]:
    engine = EmbeddedEngine(tmp_path / "index", keys)
    yield engine
    asyncio.run(engine.close())


@pytest.fixture
def index(master: Master, engine: EmbeddedEngine) -> Callable[[], None]:
    """Brings the index up to date."""
    return lambda: (asyncio.run(Worker(master, engine, refresh).drain()), None)[1]


@pytest.fixture
def searching(hub: Hub, engine: EmbeddedEngine) -> Hub:
    return Hub(hub.master, engine)


@pytest.fixture
def ready(hub: Hub, master: Master) -> Hub:
    with filling(master) as fill:
        head = fill.branch("HQ")
        fill.staff("A1", head)
        fill.tag("VIP")
        fill.product("TERM")
    return hub


@pytest.fixture
def couple(hub: Hub) -> Hub:
    """c1, fed by CORE, and c2, fed by CRM, who are related; both have the same mobile, document and tag."""
    two(hub.master)
    return hub


@pytest.fixture
def people(master: Master) -> Hub:
    return four(master)
