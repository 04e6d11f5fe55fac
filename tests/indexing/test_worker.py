"""The index follows the master: whoever changes it, whatever fails, whenever it stops."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text, update

from indexing.documents.customers import CustomerDocument
from indexing.engines.embedded import EmbeddedEngine
from indexing.worker import Worker
from master import queue, upkeep
from master.reads.freshness import oldest_pending
from master.session import Master
from master.tables.base import table
from master.tables.branches import BranchRow, StaffRow
from master.tables.changes import DueRow, IndexQueueRow, WideChangeRow
from master.tables.codes import CustomerStatus
from master.tables.customers import CustomerBranchRow, CustomerRow
from master.tables.policies import PolicyPartyRow, PolicyRow, ProductRow
from master.tables.tags import TagCategoryRow, TagRow
from master.writes.customers import create_customer
from master.writes.derived import refresh
from master.writes.inputs import NewCustomer, NewLead
from master.writes.leads import create_lead
from master.writes.tags import tag_customer
from tests.conftest import NOW, TESTER, SetTime
from tests.indexing.corpus import KEYS
from tests.indexing.following import UNREADABLE, drain, entries, found, make, waiting

customers = table(CustomerRow)


def give_tag(master: Master, customer: int, **lasting: float) -> None:
    with master.transaction(TESTER) as tx:
        tx.execute(insert(table(TagCategoryRow)), [{"id": 1, "name": "价值"}])
        tx.execute(insert(table(TagRow)), [{"id": 1, "code": "VIP", "name": "贵宾", "category_id": 1}])
        tag_customer(tx, customer, "VIP", NOW + timedelta(**lasting) if lasting else None)


def test_a_new_customer_is_found_and_leaves_the_queue(master: Master, engine: EmbeddedEngine) -> None:
    (id,) = make(master, "张三")
    assert drain(master, engine) == 1
    assert found(engine, "zhangsan") == [id]
    assert waiting(master) == 0


def test_a_change_by_another_client_is_found_by_what_is_derived(
    master: Master, engine: EmbeddedEngine
) -> None:
    make(master, "张三")
    drain(master, engine)
    with master.committing() as connection:
        connection.execute(text("UPDATE customers SET name = '李四'"))
    drain(master, engine)
    assert found(engine, "lisi") == [1]
    with master.reading() as connection:
        assert connection.scalar(select(customers.c.name_key)) == "li si"


def test_a_row_that_another_client_deletes_leaves_the_index(master: Master, engine: EmbeddedEngine) -> None:
    make(master, "张三", "李四")
    drain(master, engine)
    with master.committing() as connection:
        connection.execute(text("DELETE FROM customers WHERE name = '张三'"))
    drain(master, engine)
    assert [entry.id for entry in entries(engine)] == [2]
    assert waiting(master) == 0


def test_an_expired_tag_leaves_the_index_when_its_time_comes(
    master: Master, engine: EmbeddedEngine, time: SetTime
) -> None:
    (id,) = make(master, "张三")
    give_tag(master, id, days=1)
    drain(master, engine)
    assert found(engine, tags_any=("VIP",)) == [id]
    time.forward(hours=25)
    drain(master, engine)
    assert found(engine, tags_any=("VIP",)) == []
    with master.reading() as connection:
        assert connection.execute(select(table(DueRow))).all() == []


def test_the_day_after_its_last_policy_ends_a_customer_is_lost(
    master: Master, engine: EmbeddedEngine, time: SetTime
) -> None:
    (id,) = make(master, "张三")
    with master.transaction(TESTER) as tx:
        tx.execute(insert(table(ProductRow)), [{"id": 1, "code": "T", "name": "定期寿险", "line": "LIFE"}])
        policy = {"id": 1, "number": "P1", "product_id": 1, "status": "IN_FORCE", "annual_premium": 1}
        days = {"effective_date": date(2026, 1, 1), "expiry_date": date(2026, 11, 30)}
        tx.execute(insert(table(PolicyRow)), [{**policy, **days}])
        tx.execute(insert(table(PolicyPartyRow)), [{"policy_id": 1, "customer_id": id, "role": "APPLICANT"}])
        refresh(tx, [id])
    drain(master, engine)
    assert found(engine, statuses=("ACTIVE",)) == [id]
    time.instant = NOW.replace(month=11, day=30, hour=15, minute=59)  # a minute before midnight in Shanghai
    drain(master, engine)
    assert found(engine, statuses=("ACTIVE",)) == [id]
    time.forward(minutes=2)
    drain(master, engine)
    assert found(engine, statuses=("LOST",)) == [id]
    with master.reading() as connection:
        assert connection.scalar(select(customers.c.status)) == CustomerStatus.LOST


def test_a_moved_branch_reaches_all_its_customers_in_chunks(
    master: Master, engine: EmbeddedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "CHUNK", 2)
    tree = [(1, "HQ", None), (2, "GD", 1), (3, "SZ", 2), (4, "BJ", 1)]
    with master.transaction(TESTER) as tx:
        rows = [{"id": id, "code": code, "name": code, "parent_id": parent} for id, code, parent in tree]
        tx.execute(insert(table(BranchRow)), rows)
        for name in "甲乙丙丁戊":
            create_customer(tx, NewCustomer(name, branch="SZ"))
    drain(master, engine)
    assert found(engine, branch="BJ") == []
    with master.transaction(TESTER) as tx:
        tx.execute(update(table(BranchRow)).where(table(BranchRow).c.code == "SZ").values(parent_id=4))
    drain(master, engine)
    assert sorted(found(engine, branch="BJ")) == [1, 2, 3, 4, 5]
    with master.reading() as connection:
        assert connection.execute(select(table(WideChangeRow))).all() == []


class Choosy(EmbeddedEngine):
    """Can not index one name."""

    bad = "坏"

    async def apply(
        self,
        documents: Sequence[CustomerDocument],
        gone: Mapping[int, int],
        *,
        generation: str | None = None,
        visible: bool = True,
    ) -> None:
        if any(self.bad in document.names for document in documents):
            raise ValueError("no")
        await super().apply(documents, gone, generation=generation)


def test_a_bad_document_goes_aside_and_stops_nobody(master: Master, tmp_path: Path, time: SetTime) -> None:
    choosy = Choosy(tmp_path / "index", KEYS)
    make(master, "好", "坏", "良")
    for _ in range(queue.MOST_ATTEMPTS):
        drain(master, choosy)
        time.forward(hours=1)
    assert [entry.name for entry in entries(choosy)] == ["好", "良"]
    with master.reading() as connection:
        (dead,) = queue.set_aside(connection)
        assert (dead.number, dead.attempts, dead.error) == ("C000000002", 10, "ValueError")
    Choosy.bad = "没有"
    with master.transaction(TESTER) as tx:
        assert queue.retry_dead(tx) == 1
    drain(master, choosy)
    assert [entry.name for entry in entries(choosy)] == ["好", "坏", "良"]
    Choosy.bad = "坏"
    asyncio.run(choosy.close())


def test_a_row_that_can_not_be_read_goes_aside_and_stops_nobody(
    master: Master, engine: EmbeddedEngine
) -> None:
    make(master, "好", "坏", "良")
    with master.committing() as connection:
        connection.execute(text(UNREADABLE), {"n": b"\x01not sealed by this key"})
    drain(master, engine)
    assert [entry.name for entry in entries(engine)] == ["好", "良"]
    with master.reading() as connection:
        row = connection.execute(select(table(IndexQueueRow))).one()
        assert (row.customer_id, row.attempts) == (2, 1)
        assert row.error == "Unsealable: a value sealed for documents can not be opened"


def test_a_running_worker_sees_a_write_at_once(master: Master, engine: EmbeddedEngine) -> None:
    async def follow() -> None:
        work = asyncio.create_task(Worker(master, engine, refresh).run())
        await asyncio.to_thread(make, master, "张三")
        await until(engine.count, 1)
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)

    asyncio.run(follow())


def test_batches_that_nobody_waits_for_gather_and_a_search_that_waits_ends_it(
    master: Master, engine: EmbeddedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "gather_seconds", 60.0)

    async def follow() -> None:
        worker = Worker(master, engine, refresh)

        async def is_indexing() -> int:
            return worker.progress.is_indexing

        work = asyncio.create_task(worker.run())
        await until(is_indexing, True)
        make(master, "张三")
        await until(engine.count, 1)
        (other,) = make(master, "李四")
        await asyncio.sleep(0.2)
        assert await engine.count() == 1
        with master.transaction(TESTER) as tx:
            queue.want(tx, other)
        await until(engine.count, 2)
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)

    asyncio.run(follow())


async def until(look: Callable[[], Awaitable[int]], wanted: int) -> None:
    async with asyncio.timeout(20):
        while await look() != wanted:
            await asyncio.sleep(0.01)


def test_a_worker_that_is_stopped_just_as_a_write_wakes_it_stops(
    master: Master, engine: EmbeddedEngine
) -> None:
    async def stopped() -> None:
        worker = Worker(master, engine, refresh)

        async def rest() -> None:
            while True:
                await worker._rest(busy=False)

        resting = asyncio.create_task(rest())
        await asyncio.sleep(0)
        worker._wake.set()
        resting.cancel()
        done, _ = await asyncio.wait([resting], timeout=5)
        assert done == {resting}

    asyncio.run(stopped())


def test_a_moved_member_of_staff_moves_the_customers_of_the_leads(
    master: Master, engine: EmbeddedEngine
) -> None:
    with master.transaction(TESTER) as tx:
        rows = [{"id": id, "code": code, "name": code} for id, code in ((1, "GD"), (2, "BJ"))]
        tx.execute(insert(table(BranchRow)), rows)
        tx.execute(insert(table(StaffRow)), [{"id": 1, "code": "S1", "name": "李", "branch_id": 1}])
        customer = create_customer(tx, NewCustomer("张三"))
        create_lead(tx, NewLead(customer, "续保", owner="S1"))
    drain(master, engine)
    with master.committing() as connection:
        connection.execute(text("UPDATE staff SET branch_id = 2"))
    drain(master, engine)
    with master.reading() as connection:
        belonging = connection.execute(select(table(CustomerBranchRow))).one()
    assert tuple(belonging) == (customer, 2, "LEAD")


def test_the_index_is_as_old_as_what_it_does_not_hold(
    master: Master, engine: EmbeddedEngine, time: SetTime
) -> None:
    make(master, "张三")
    drain(master, engine)
    time.forward(hours=1)
    with master.transaction(TESTER) as tx:
        tx.execute(insert(table(BranchRow)), [{"id": 1, "code": "GD", "name": "广东"}])
        tx.execute(update(table(BranchRow)).values(name="粤"))
    with master.reading() as connection:
        assert oldest_pending(connection) == time.instant
    drain(master, engine)
    with master.reading() as connection:
        assert oldest_pending(connection) is None
