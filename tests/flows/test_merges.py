"""merge → index → search → unmerge: docs/flows.md tells it."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from indexing.engines.port import SearchEngine
from indexing.worker import Worker
from master.session import Master
from master.tables.customers import OtherNameRow
from master.writes.derived import refresh
from tests.indexing.conftest import ENGINES, emptied
from tests.master.merging.town import a_town, everything
from tests.resolvers.merging import MERGE, UNMERGE, merging
from tests.schema.hub import Hub

FOUND = """query ($words: String!, $freshness: String) {
  searchCustomers(query: $words, consistentWith: $freshness) {
    stale nodes { id } edges { highlights { field text } } } }"""


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SearchEngine]:
    with emptied(request.param, request, tmp_path) as engine:
        yield engine


@pytest.fixture
def hub(master: Master, engine: SearchEngine) -> Hub:
    """c1 in the south and c2 in the north have nothing in common."""
    with a_town(master) as (town, fill):
        fill.customer(1, "欧阳芷若", branch_id=town.branches[1])
        other = fill.customer(3, "司徒靖远", branch_id=town.branches[0])
        fill.add(OtherNameRow, customer_id=other, kind="FORMER", name="Quentin Marlowe")
        fill.document(other, "G30000000")
        fill.token()
    return Hub(master, engine)


@pytest.fixture
def index(master: Master, engine: SearchEngine) -> Callable[[], None]:
    """Brings the index up to date, for all to see."""

    async def drained() -> None:
        await Worker(master, engine, refresh).drain()
        await engine.make_visible()

    return lambda: asyncio.run(drained())


def found(hub: Hub, words: str, freshness: str | None = None) -> Any:
    told = hub.get(FOUND, words=words, freshness=freshness)["searchCustomers"]
    return [each["id"] for each in told["nodes"]], told["stale"]


# Of c2: its number, its name, a name that it had, and a document.
OF_ONE = ("C000000003", "司徒靖远", "Marlowe", "G30000000")


def test_what_was_one_and_the_other_is_found_as_the_one_that_both_are(
    hub: Hub, index: Callable[[], None]
) -> None:
    index()
    before = everything(hub.master)
    assert [found(hub, each) for each in OF_ONE] == [(["c2"], False)] * 4
    done = hub.get(MERGE, "STEWARD", input=merging(hub, "c1", "c2"))["mergeCustomers"]
    assert done["errors"] == []
    assert done["freshness"].startswith("c1:")
    index()
    assert [found(hub, each, done["freshness"]) for each in OF_ONE] == [(["c1"], False)] * 4
    [highlight] = hub.get(FOUND, words="C000000003")["searchCustomers"]["edges"][0]["highlights"]
    assert highlight == {"field": "number", "text": "C000000003"}
    undone = hub.get(UNMERGE, "STEWARD", input={"mergeId": "m1", "reason": "two"})["unmergeCustomer"]
    index()
    assert [found(hub, each, undone["freshness"]) for each in OF_ONE] == [(["c2"], False)] * 4
    assert everything(hub.master) == before


def test_a_search_waits_for_both_to_be_indexed(hub: Hub, index: Callable[[], None]) -> None:
    index()
    done = hub.get(MERGE, "STEWARD", input=merging(hub, "c1", "c2"))["mergeCustomers"]
    for branches in (None, ["NORTH"], ["SOUTH"]):
        told = hub.get(FOUND, "AGENT", branches=branches, words="Marlowe", freshness=done["freshness"])
        assert told["searchCustomers"]["stale"] is True, branches
    index()
    assert found(hub, "Marlowe", done["freshness"]) == (["c1"], False)
