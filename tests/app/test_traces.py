"""A trace reaches from a request to the index, tells nothing personal, and costs nothing where it is off."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from app.graphql import schema
from app.hub import opened
from app.opening import open_master, open_search
from app.settings import Settings, read_settings
from app.traces import OpenTelemetry
from indexing.rebuild import rebuild
from master import tracing
from master.keys import Keys
from master.migrations import migrate
from master.writes.tokens import NewToken, create_token
from tests.conftest import DATABASES, TESTER
from tests.flows.test_server_profile import own_database

CREATE = """
mutation { createCustomer(input: {name: "司马光"}) { customer { id } freshness errors { code } } }
"""
FOUND = """
query($freshness: String!) { searchCustomers(query: "simaguang", consistentWith: $freshness) {
  nodes { name policies { totalCount } }
} }
"""
CALLER = "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01"


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    kept = InMemorySpanExporter()
    tracing.trace_with(OpenTelemetry(SimpleSpanProcessor(kept)))
    yield kept
    tracing.trace_with(None)


@pytest.fixture(params=DATABASES)
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    """Of an empty hub that indexes by itself."""
    Keys.create(tmp_path / "keys.toml")
    told = {"KEHU_DATA_DIR": str(tmp_path), "KEHU_ALLOWED_HOSTS": "hub.test"}
    with ExitStack() as stack:
        if request.param == "postgresql":
            server = request.getfixturevalue("postgresql_master").engine.url
            url = stack.enter_context(own_database(server.render_as_string(hide_password=False)))
            told |= {"KEHU_DATABASE_URL": url, "KEHU_KEYS": str(tmp_path / "keys.toml")}
        yield read_settings(told, Path("/nonexistent/.env"))


def test_a_change_is_traced_from_its_request_into_the_index(
    settings: Settings, spans: InMemorySpanExporter
) -> None:
    asyncio.run(changed_and_searched(settings))
    told = list(spans.get_finished_spans())
    changing, searching = [each for each in told if each.name == "request"]
    (batch,) = [each for each in told if each.name == "index batch"]
    (cause,) = [link.context.span_id for link in batch.links]
    (write,) = [each for each in below(changing, told) if each.context and each.context.span_id == cause]
    assert batch.attributes == {"kehu.customers": 1}
    assert ids(changing)[0] == CALLER.split("-")[1]
    assert [each.name for each in path(write, told)] == ["transaction", "operation", "request"]
    (search,) = [each for each in told if each.name == "search"]
    assert [each.name for each in path(search, told)] == ["search", "operation", "request"]
    statements = [each for each in below(searching, told) if each.name == "statements"]
    assert statements != []
    assert searching.attributes == {"kehu.route": "graphql", "kehu.status": 200}
    everything = " ".join(each.to_json() for each in told)
    assert [word for word in ("司马光", "simaguang", "desk") if word in everything] == []


def test_what_is_raised_is_told_by_its_kind_alone(spans: InMemorySpanExporter) -> None:
    with pytest.raises(ValueError, match="张三"), tracing.begin("request"), tracing.span("operation"):
        raise ValueError("张三")
    told = spans.get_finished_spans()
    assert [each.status.description for each in told] == ["ValueError", "ValueError"]
    assert "张三" not in "".join(each.to_json() for each in told)


def test_outside_of_a_trace_nothing_is_told(spans: InMemorySpanExporter) -> None:
    with tracing.span("transaction") as span:
        span.note(customers=3)
        assert tracing.present() is None
    assert spans.get_finished_spans() == ()


def test_where_traces_are_off_the_libraries_are_not_even_imported() -> None:
    asked = (
        "import sys, app.main, app.commands.working; "
        "print([name for name in sys.modules if name.startswith('opentelemetry')])"
    )
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
    assert tracing.span("operation") is tracing.begin("request")
    assert tracing.present() is None


async def changed_and_searched(settings: Settings) -> None:
    master = open_master(settings)
    migrate(master)
    with master.transaction(TESTER) as tx:
        bearer = create_token(tx, NewToken("desk", "AGENT", None))
    engine = open_search(settings)
    await rebuild(master, engine)  # else the hub's worker begins by that, and no batch is needed
    await engine.close()
    master.close()
    async with (
        opened(settings, schema) as shell,
        httpx.AsyncClient(transport=httpx.ASGITransport(app=shell), base_url="http://hub.test") as client,
    ):
        client.headers.update({"authorization": f"Bearer {bearer}"})
        made = await asked(client, CREATE, {}, {"traceparent": CALLER})
        freshness = {"freshness": made["createCustomer"]["freshness"]}
        found = await asked(client, FOUND, freshness, {})
        assert found["searchCustomers"]["nodes"] == [{"name": "司马光", "policies": {"totalCount": 0}}]


async def asked(
    client: httpx.AsyncClient, query: str, variables: dict[str, str], headers: dict[str, str]
) -> Any:
    body = {"query": query, "variables": variables}
    answer = (await client.post("/graphql", json=body, headers=headers, timeout=60)).json()
    assert "errors" not in answer, answer
    return answer["data"]


def ids(span: ReadableSpan) -> tuple[str, str]:
    assert span.context is not None
    return f"{span.context.trace_id:032x}", f"{span.context.span_id:016x}"


def path(span: ReadableSpan, told: list[ReadableSpan]) -> list[ReadableSpan]:
    """The span and those that it lies in."""
    parent = span.parent.span_id if span.parent else None
    above = [each for each in told if each.context is not None and each.context.span_id == parent]
    return [span, *(path(above[0], told) if above else [])]


def below(span: ReadableSpan, told: list[ReadableSpan]) -> list[ReadableSpan]:
    return [each for each in told if span in path(each, told)[1:]]
