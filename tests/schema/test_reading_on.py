"""Reading on by cursor ends for those who may not export."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from indexing.engines.embedded import EmbeddedEngine
from indexing.worker import Worker
from master import access
from master.access import Viewer
from master.errors import LimitExceeded
from master.roles import shipped_roles
from master.session import Master
from master.writes.derived import refresh
from tests.schema.hub import Hub, filling

PAGE = "(first: 4, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } }"
BELOW = 'query ($after: String) { customer(by: {number: "C000000001"}) { list: %s' + PAGE + " } }"
LISTS = {
    "customers": "query ($after: String) { list: customers" + PAGE + " }",
    "policies": "query ($after: String) { list: policies" + PAGE + " }",
    "leads": "query ($after: String) { list: leads" + PAGE + " }",
    "search": "query ($after: String) { list: searchCustomers" + PAGE + " }",
    "search for a name": "query ($after: String) { list: searchCustomers"
    + PAGE.replace("first", 'query: "name", first')
    + " }",
    "tags": "query ($after: String) { list: tags" + PAGE + " }",
    "policies of a customer": BELOW % "policies",
    "contacts of a customer": BELOW % "contacts",
    "leads of a customer": BELOW % "leads",
}


@pytest.fixture
def many(master: Master, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """Twelve of everything, of which ten may be read on."""
    monkeypatch.setattr(access, "MOST_READ_ON", 10)
    with filling(master) as fill:
        product = fill.product("TERM")
        first = fill.customer(1, "Name")
        for number in range(12):
            if number:
                fill.customer(number + 1, "Name")
            fill.policy(f"P{number}", product, (first, "INSURED"))
            fill.contact(first, "Call")
            fill.lead(first, "Lead")
            fill.tag(f"T{number}")
    engine = EmbeddedEngine(tmp_path / "index", master.keys)
    asyncio.run(Worker(master, engine, refresh).drain())
    yield Hub(master, engine)
    asyncio.run(engine.close())


def page(hub: Hub, name: str, role: str, after: str | None) -> Any:
    data = hub.get(LISTS[name], role, after=after)
    return data["list"] if "list" in data else data["customer"]["list"]


@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_read_on_to_its_limit_and_no_further(many: Hub, name: str) -> None:
    sizes, after = [], None
    for _ in range(3):
        found = page(many, name, "MARKETER", after)
        sizes.append(len(found["nodes"]))
        assert found["pageInfo"]["hasNextPage"]
        after = found["pageInfo"]["endCursor"]
    assert sizes == [4, 4, 2]
    refused = many.ask(LISTS[name], "MARKETER", after=after)
    assert [code for code, _ in refused.errors] == ["LIMIT_EXCEEDED"]
    assert refused.messages == ["A list can be read on up to 10 rows: narrow it by a filter."]
    assert refused.input_paths == [["after"]]


@pytest.mark.parametrize("name", LISTS)
def test_who_may_export_reads_to_the_end(many: Hub, name: str) -> None:
    sizes, after = [], None
    while True:
        found = page(many, name, "SUPERVISOR", after)
        sizes.append(len(found["nodes"]))
        after = found["pageInfo"]["endCursor"]
        if not found["pageInfo"]["hasNextPage"]:
            break
    assert sizes == [4, 4, 4]


def test_a_thousand_rows_may_be_read_on() -> None:
    viewer = Viewer("tester", shipped_roles()["AGENT"], "t1")
    assert viewer.read_on(0, 100) == 100
    assert viewer.read_on(950, 100) == 50
    with pytest.raises(LimitExceeded):
        viewer.read_on(1000, 1)
    assert Viewer("tester", shipped_roles()["STEWARD"], "t1").read_on(5000, 1000) == 1000
