"""Customers whom a search waits for: they go in before others, and nobody who asks for them is in the way."""

import asyncio

import pytest

from indexing import batches
from indexing.batches import Batches
from indexing.engines.embedded import EmbeddedEngine
from master import queue
from master.session import Master
from master.writes.derived import refresh
from tests.conftest import TESTER
from tests.indexing.following import end_claims, entries, make


def test_whom_a_search_waits_for_goes_before_all_others(
    master: Master, engine: EmbeddedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "BATCH", 1)
    make(master, "张三", "李四", "王五")
    with master.transaction(TESTER) as tx:
        queue.want(tx, 3)
    asyncio.run(Batches(master, engine, refresh).work())
    assert [entry.name for entry in entries(engine)] == ["王五"]


@pytest.mark.only_on("postgresql")  # SQLite has one writer
def test_who_asks_for_a_customer_that_a_worker_is_at_holds_nothing_that_the_worker_needs(
    master: Master,
) -> None:
    """The worker sees no row that another transaction holds: it would stay until the claim ends."""
    (id,) = make(master, "张三")
    with master.transaction(TESTER) as tx:
        claim = queue.claim(tx, 10)
    with master.transaction(TESTER) as asking:
        queue.want(asking, id)
        with master.transaction(TESTER) as tx:
            queue.release(tx, claim)
    with master.transaction(TESTER) as tx:
        assert list(queue.claim(tx, 10).revisions) == [id]


def test_whom_a_killed_worker_was_at_can_be_asked_for_once_its_claim_has_ended(
    master: Master, engine: EmbeddedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "BATCH", 1)
    make(master, "张三", "李四")
    with master.transaction(TESTER) as tx:
        queue.claim(tx, 10)
    end_claims(master)
    with master.transaction(TESTER) as tx:
        queue.want(tx, 2)
    asyncio.run(Batches(master, engine, refresh).work())
    assert [entry.name for entry in entries(engine)] == ["李四"]
