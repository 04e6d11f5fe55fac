"""Loads in waves: together, once, and to the end whoever goes away."""

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, select
from sqlalchemy.exc import OperationalError

from loaders.branches import branches_by_id
from loaders.contacts import contacts_by_customer
from loaders.customers import customer_rows, customers_by_id
from loaders.loading import Loaders
from loaders.reader import Reader
from loaders.relations import Arguments, Relation
from loaders.summaries import summary_by_customer
from master.access import Viewer
from master.errors import Forbidden
from master.roles import shipped_roles
from master.session import Master
from master.stopping import NobodyWaits
from master.tables.base import table
from master.tables.customers import CustomerRow
from tests.schema.hub import counted, filling

ENDLESS = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"


def opened(master: Master, role: str = "AGENT") -> tuple[Loaders, Reader]:
    reader = Reader(master)
    now = master.clock.now()
    moments = {"now": now, "today": master.clock.day_of(now)}
    return Loaders(reader, Viewer("tester", shipped_roles()[role], "t1"), moments), reader


@pytest.fixture
def ten(master: Master) -> Master:
    with filling(master) as fill:
        head = fill.branch("HQ")
        for number in range(1, 11):
            fill.contact(fill.customer(number, branch_id=head), f"talk {number}")
    return master


@pytest.fixture
def selects(ten: Master) -> Iterator[list[str]]:
    with counted(ten) as seen:
        yield seen


def test_what_is_asked_for_together_is_read_together(ten: Master, selects: list[str]) -> None:
    async def asked() -> list[Any]:
        loaders, reader = opened(ten)
        loads = [loaders.load(customers_by_id, id) for id in (*range(1, 11), 1, 99)]
        page = loaders.load(contacts_by_customer, 3, Arguments(first=1))
        found = await asyncio.gather(*loads, page)
        await loaders.close()
        await reader.close()
        return found

    *rows, page = asyncio.run(asked())
    assert [row and row.id for row in rows] == [*range(1, 11), 1, None]
    assert [row.subject for row in page.rows] == ["talk 3"]
    assert len(selects) == 2


def test_loads_that_come_at_different_turns_of_the_loop_share_a_statement(
    ten: Master, selects: list[str]
) -> None:
    async def late(loaders: Loaders, id: int) -> Any:
        for _ in range(id % 4):
            await asyncio.sleep(0)
        row = await loaders.load(customers_by_id, id)
        return await loaders.load(branches_by_id, row.branch_id)

    async def asked() -> list[Any]:
        loaders, reader = opened(ten)
        found = await asyncio.gather(*(late(loaders, id) for id in range(1, 11)))
        await reader.close()
        return found

    assert [row.code for row in asyncio.run(asked())] == ["HQ"] * 10
    assert len(selects) == 2


def test_what_nothing_is_known_of_gets_its_default(ten: Master) -> None:
    async def asked() -> list[Any]:
        loaders, reader = opened(ten)
        try:
            return [
                await loaders.load(customers_by_id, 99),
                (await loaders.load(contacts_by_customer, 99, Arguments(first=1))).rows,
                await loaders.load(contacts_by_customer, 99, counted=True),
                await loaders.load(summary_by_customer, 99),
            ]
        finally:
            await reader.close()

    assert asyncio.run(asked()) == [None, [], 0, None]


def test_a_load_without_the_permission_is_refused(ten: Master, selects: list[str]) -> None:
    async def asked() -> None:
        loaders, _ = opened(ten, "SECURITY")
        with pytest.raises(Forbidden):
            loaders.load(customers_by_id, 1)

    asyncio.run(asked())
    assert selects == []


def test_a_relation_that_fails_fails_alone(ten: Master) -> None:
    nowhere = Relation(
        "nowhere", "one", select(table(CustomerRow).alias("x").c.id.label("id")), "no", customer_rows
    )

    async def asked() -> list[Any]:
        loaders, reader = opened(ten)
        loads = [loaders.load(nowhere, 1), loaders.load(nowhere, 2), loaders.load(customers_by_id, 1)]
        found = await asyncio.gather(*loads, return_exceptions=True)
        await reader.close()
        return found

    *failed, row = asyncio.run(asked())
    assert all(isinstance(each, KeyError) for each in failed)
    assert row.id == 1


def test_a_master_that_is_away_is_told_to_all_who_wait(ten: Master) -> None:
    class Away(Reader):
        async def run(self, work: Any) -> Any:
            raise ConnectionError("away")

    async def asked() -> list[Any]:
        loaders, _ = opened(ten)
        loaders.reader = Away(ten)
        loads = [loaders.load(customers_by_id, 1), loaders.load(branches_by_id, 1)]
        return await asyncio.gather(*loads, return_exceptions=True)

    assert [type(each) for each in asyncio.run(asked())] == [ConnectionError, ConnectionError]


def test_one_who_goes_away_takes_nobody_along(ten: Master) -> None:
    async def asked() -> Any:
        loaders, reader = opened(ten)
        gone, stays = (asyncio.ensure_future(loaders.load(customers_by_id, 1)) for _ in range(2))
        await asyncio.sleep(0)
        gone.cancel()
        row = await stays
        await reader.close()
        return row, gone.cancelled()

    row, cancelled = asyncio.run(asked())
    assert (row.id, cancelled) == (1, True)


def test_reads_go_in_turn_on_one_connection(ten: Master) -> None:
    async def asked() -> list[int]:
        reader = Reader(ten)
        seen = await asyncio.gather(*(reader.run(id) for _ in range(5)))
        assert ten.engine.pool.checkedout() == 1  # type: ignore[attr-defined]
        await reader.close()
        return seen

    assert len(set(asyncio.run(asked()))) == 1
    assert ten.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


def test_a_reader_that_never_read_holds_nothing(ten: Master) -> None:
    asyncio.run(Reader(ten).close())
    assert ten.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


@pytest.mark.only_on("postgresql")
def test_a_read_whose_server_goes_away_is_told_so_when_the_reader_closes_too(ten: Master) -> None:
    async def asked() -> None:
        reader = Reader(ten)
        try:
            await reader.run(
                lambda connection: connection.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")
            )
        finally:
            await reader.close()

    with pytest.raises(OperationalError) as told:
        asyncio.run(asked())
    assert told.value.connection_invalidated
    assert ten.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


def test_a_request_that_is_cancelled_in_the_middle_of_a_read_gives_its_connection_back(ten: Master) -> None:
    reading, go = threading.Event(), threading.Event()

    def slow(connection: Connection) -> None:
        connection.execute(select(table(CustomerRow)))
        reading.set()
        go.wait(5)

    async def asked() -> None:
        reader = Reader(ten)
        task = asyncio.create_task(reader.run(slow))
        while not reading.is_set():
            await asyncio.sleep(0.001)
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()
        closing = asyncio.create_task(reader.close())
        await asyncio.sleep(0.01)
        assert not closing.done()
        go.set()
        await closing

    asyncio.run(asked())
    assert ten.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


def test_a_statement_that_nobody_waits_for_is_stopped(ten: Master) -> None:
    begun = threading.Event()
    ended: list[type[BaseException]] = []

    def endless(connection: Connection) -> None:
        begun.set()
        try:
            connection.exec_driver_sql(ENDLESS).all()
        except NobodyWaits as error:
            ended.append(type(error))
            raise

    async def asked() -> None:
        reader = Reader(ten)
        first = asyncio.create_task(reader.run(endless))
        next_one = asyncio.create_task(reader.run(lambda connection: ended.append(RuntimeError)))
        while not begun.is_set():
            await asyncio.sleep(0.001)
        for task in (first, next_one):
            task.cancel()
        await reader.close()

    asyncio.run(asked())
    assert ended == [NobodyWaits]
    assert ten.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


def test_all_reads_of_a_request_see_the_same_state(ten: Master) -> None:
    async def asked() -> tuple[Any, Any]:
        loaders, reader = opened(ten)
        before = await loaders.load(customers_by_id, 1)

        def renamed() -> None:
            with filling(ten) as fill:
                fill.tx.connection.exec_driver_sql("UPDATE customers SET name = 'new' WHERE id < 3")

        await asyncio.to_thread(renamed)
        after = await loaders.load(customers_by_id, 2)
        await reader.close()
        return before.name, after.name

    assert asyncio.run(asked()) == ("Name 1", "Name 2")


def test_nothing_is_read_after_the_end(ten: Master) -> None:
    async def asked() -> None:
        loaders, reader = opened(ten)
        await loaders.load(customers_by_id, 1)
        await reader.close()
        with pytest.raises(RuntimeError, match="over"):
            await loaders.load(customers_by_id, 2)

    asyncio.run(asked())
    assert ten.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


def test_more_keys_than_a_statement_takes_are_read_in_parts(ten: Master, selects: list[str]) -> None:
    async def asked() -> int:
        loaders, reader = opened(ten)
        rows = await asyncio.gather(*(loaders.load(customers_by_id, id) for id in range(1, 10_002)))
        await reader.close()
        return sum(row is not None for row in rows)

    assert asyncio.run(asked()) == 10
    assert len(selects) == 2
