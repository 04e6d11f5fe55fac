"""What a request holds on to, whatever happens in it."""

import asyncio
import threading
import warnings
from contextlib import nullcontext
from typing import Any

import pytest

from app.graphql import schema
from master.access import Viewer
from master.roles import shipped_roles
from master.session import Master, Transaction
from schema.context import open_context
from schema.scalars import DATE_WANTED, DECIMAL_WANTED, INSTANT_WANTED
from tests.conftest import TESTER
from tests.schema.hub import Hub, filling

FAILING = """{
  one: customers { nodes { bad: contacts(first: 0) { nodes { id } } tags { tag { code } } branch { code } } }
  other: customers { nodes { number tags { tag { code } } branch { code } } }
}"""


@pytest.fixture
def some(hub: Hub, master: Master) -> Hub:
    with filling(master) as fill:
        head, vip = fill.branch("HQ"), fill.tag("VIP")
        for number in range(1, 4):
            fill.tagged(fill.customer(number, branch_id=head), vip)
    return hub


def test_a_field_that_fails_leaves_its_neighbours_alone(some: Hub) -> None:
    """graphql-core cancels the siblings of a failed field: others may wait for the same rows."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="coroutine .* was never awaited", category=RuntimeWarning)
        answer = some.ask(FAILING)
    assert answer.data["one"] is None
    assert [each["tags"] for each in answer.data["other"]["nodes"]] == [[{"tag": {"code": "VIP"}}]] * 3
    assert [each["branch"] for each in answer.data["other"]["nodes"]] == [{"code": "HQ"}] * 3
    assert {code for code, _ in answer.errors} == {"INVALID"}
    assert connections(some.master) == 0


def connections(master: Master) -> Any:
    return master.engine.pool.checkedout()  # type: ignore[attr-defined]


def test_a_query_gives_its_connection_back(some: Hub) -> None:
    some.get("{ customers { nodes { tags { tag { code } } } } }")
    assert connections(some.master) == 0


@pytest.mark.parametrize("turns", [0, 1, 3, 10, 20, 40])
def test_a_query_that_is_cancelled_at_any_moment_gives_its_connection_back(some: Hub, turns: int) -> None:
    viewer = Viewer("tester", shipped_roles()["AGENT"], "t1")

    async def asked() -> None:
        async with open_context(some.master, viewer) as context:
            await schema.execute("{ customers { nodes { tags { tag { code } } } } }", context_value=context)

    async def cancelled() -> None:
        task = asyncio.create_task(asked())
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])

    asyncio.run(cancelled())
    assert connections(some.master) == 0


@pytest.mark.parametrize(
    "begun",
    [True, pytest.param(False, marks=pytest.mark.only_on("sqlite"))],  # PostgreSQL's writers do not queue
)
def test_a_change_of_a_request_that_is_cancelled_is_finished_or_not_begun(some: Hub, *, begun: bool) -> None:
    viewer = Viewer("tester", shipped_roles()["AGENT"], "t1")
    acting, go = threading.Event(), threading.Event()

    def rename(tx: Transaction) -> None:
        acting.set()
        assert go.wait(10)
        tx.connection.exec_driver_sql("UPDATE customers SET name = 'new' WHERE id = 1")

    async def write() -> None:
        async with open_context(some.master, viewer) as context:
            await context.write("customers.write", rename)

    async def cancelled() -> None:
        with nullcontext() if begun else some.master.transaction(TESTER):
            task = asyncio.create_task(write())
            while begun and not acting.is_set():
                await asyncio.sleep(0.001)
            await asyncio.sleep(0.01)
            task.cancel()
            await asyncio.sleep(0.01)
            go.set()
        await asyncio.wait([task])
        assert task.cancelled()

    asyncio.run(cancelled())
    name = some.get('{ customer(by: {id: "c1"}) { name } }')["customer"]["name"]
    assert (acting.is_set(), name) == (begun, "new" if begun else "Name 1")
    assert connections(some.master) == 0


def test_a_request_reads_one_state_though_others_write(some: Hub) -> None:
    viewer = Viewer("tester", shipped_roles()["AGENT"], "t1")
    document = "query ($id: ID!) { customer(by: {id: $id}) { name } }"

    async def both() -> list[Any]:
        async with open_context(some.master, viewer) as context:
            before = await schema.execute(document, {"id": "c1"}, context_value=context)

            def renamed() -> None:
                with filling(some.master) as fill:
                    fill.tx.connection.exec_driver_sql("UPDATE customers SET name = 'new'")

            await asyncio.to_thread(renamed)
            after = await schema.execute(document, {"id": "c2"}, context_value=context)
        return [before.data, after.data]

    assert asyncio.run(both()) == [{"customer": {"name": "Name 1"}}, {"customer": {"name": "Name 2"}}]
    assert some.get(document, id="c2") == {"customer": {"name": "new"}}


def test_an_error_says_what_a_scalar_wants(hub: Hub) -> None:
    born = "query ($filter: CustomerFilter) { customers(filter: $filter) { totalCount } }"
    lead = "mutation ($input: CreateLeadInput!) { createLead(input: $input) { errors { code } } }"
    for document, variables, wanted in (
        (born, {"filter": {"bornFrom": "1.1.1990"}}, DATE_WANTED),
        (born, {"filter": {"updatedSince": "2026-11-21T08:30:00"}}, INSTANT_WANTED),
        (
            lead,
            {"input": {"customer": "c1", "title": "A", "expectedPremium": {"amount": 1.5}}},
            DECIMAL_WANTED,
        ),
    ):
        answer = hub.ask(document, **variables)
        assert answer.data is None
        ((message, path),) = answer.errors
        assert (wanted in message, path) == (True, None)
