"""Statements that stand alone: what ends them, and what becomes of their connections."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import text

from master.answering import Answering, Away
from master.clock import Clock
from master.errors import TimedOut
from master.keys import Keys
from master.session import Master
from master.statements import Statement
from master.stopping import Deadlines
from tests.conftest import DATABASES

ONE = Statement("SELECT '1'", (), ())
ENDLESS = {
    "sqlite": "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n",
    "postgresql": "SELECT pg_sleep(600)::text",
}

only_postgresql = pytest.mark.skipif("postgresql" not in DATABASES, reason="no PostgreSQL: see .ci/run")


def hurried(master: Master, keys: Keys, clock: Clock, seconds: float) -> Master:
    """The same, with this deadline for a statement."""
    url = master.engine.url.render_as_string(hide_password=False)
    return Master.open(url, keys, clock, Deadlines(seconds, 1, 10))


def run(master: Master, work: Callable[[Answering], Awaitable[Any]], most: int = 2) -> Any:
    answering = master.answering_beside(most)

    async def done() -> Any:
        try:
            return await work(answering)
        finally:
            answering.close()

    return asyncio.run(done())


def endless(master: Master) -> Statement:
    return Statement(ENDLESS[master.engine.dialect.name], (), ())


def as_text(told: bytes | str | None) -> str | None:
    return told.decode() if isinstance(told, bytes) else told


def test_a_statement_over_its_time_ends_and_the_next_is_answered(
    master: Master, keys: Keys, clock: Clock
) -> None:
    async def work(answering: Answering) -> str | None:
        with pytest.raises(
            TimedOut, match=r"^A statement took longer than 0\.2 seconds: ask for less at once\.$"
        ):
            await answering.told(endless(master), ())
        return as_text(await answering.told(ONE, ()))

    assert run(hurried(master, keys, clock, 0.2), work) == "1"


def test_a_statement_whose_caller_has_gone_is_stopped_and_gives_its_turn_back(
    master: Master, keys: Keys, clock: Clock
) -> None:
    async def work(answering: Answering) -> list[str | None]:
        for _ in range(3):
            left = [asyncio.create_task(answering.told(endless(master), ())) for _ in range(4)]
            await asyncio.sleep(0.1)
            for each in left:
                each.cancel()
            gone = await asyncio.gather(*left, return_exceptions=True)
            assert {type(each) for each in gone} == {asyncio.CancelledError}
        return [as_text(await answering.told(ONE, ())) for _ in range(3)]

    assert run(hurried(master, keys, clock, 60), work) == ["1"] * 3


@only_postgresql
def test_no_statement_is_left_running_at_the_server(
    postgresql_master: Master, keys: Keys, clock: Clock
) -> None:
    running = text("SELECT count(*) FROM pg_stat_activity WHERE query = :query AND state = 'active'")
    query = {"query": ENDLESS["postgresql"]}

    def count() -> int:
        with postgresql_master.reading() as connection:
            return int(connection.execute(running, query).scalar_one())

    async def work(answering: Answering) -> list[int]:
        left = asyncio.create_task(answering.told(endless(postgresql_master), ()))
        while not (before := count()):
            await asyncio.sleep(0.01)
        left.cancel()
        await asyncio.wait([left])
        until = time.monotonic() + 10
        while (after := count()) and time.monotonic() < until:
            await asyncio.sleep(0.01)
        return [before, after]

    assert run(hurried(postgresql_master, keys, clock, 60), work) == [1, 0]


@only_postgresql
def test_a_statement_whose_server_goes_away_is_told_so_and_the_next_has_another_connection(
    postgresql_master: Master, keys: Keys, clock: Clock
) -> None:
    others = text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid() AND query = :query"
    )

    async def work(answering: Answering) -> list[str | None]:
        waiting = asyncio.create_task(answering.told(endless(postgresql_master), ()))
        with postgresql_master.engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT")  # a transaction looks once
            while not connection.execute(others, {"query": ENDLESS["postgresql"]}).all():
                await asyncio.sleep(0.01)  # until it has begun
        with pytest.raises(Away):
            await waiting
        return [as_text(await answering.told(ONE, ())) for _ in range(2)]

    assert run(hurried(postgresql_master, keys, clock, 60), work) == ["1", "1"]


def test_more_statements_than_there_are_turns_are_all_answered(master: Master) -> None:
    async def work(answering: Answering) -> list[str | None]:
        return [as_text(each) for each in await asyncio.gather(*(answering.told(ONE, ()) for _ in range(20)))]

    assert run(master, work, most=3) == ["1"] * 20


def test_slow_statements_of_one_token_keep_no_other_s_from_an_answer(
    master: Master, keys: Keys, clock: Clock
) -> None:
    async def work(answering: Answering) -> str | None:
        slow = [asyncio.create_task(answering.told(endless(master), (), "slow")) for _ in range(6)]
        await asyncio.sleep(0)
        try:
            return as_text(await answering.told(ONE, (), "fast"))
        finally:
            for each in slow:
                each.cancel()
            await asyncio.wait(slow)

    assert run(hurried(master, keys, clock, 60), work, most=4) == "1"


@only_postgresql
def test_a_statement_longer_than_a_socket_takes_at_once_is_answered(postgresql_master: Master) -> None:
    words = "x" * 30_000_000

    async def work(answering: Answering) -> str | None:
        return as_text(await answering.told(Statement("SELECT length($1)::text", (), ()), [words]))

    assert run(postgresql_master, work) == "30000000"
