"""Connections that the event loop hears by itself: each hears its own server, whatever becomes of others."""

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import uvloop
from sqlalchemy import text

from master.answering import Answering, Away
from master.clock import Clock
from master.keys import Keys
from master.session import Master
from master.statements import Statement
from tests.conftest import DATABASES

pytestmark = pytest.mark.skipif("postgresql" not in DATABASES, reason="no PostgreSQL: see .ci/run")

ONE = Statement("SELECT '1'", (), ())
BACKEND = Statement("SELECT pg_backend_pid()::text", (), ())
ENDLESS = Statement("SELECT pg_sleep(600)::text", (), ())
LENGTH = Statement("SELECT length($1)::text", (), ())
PATIENCE_SECONDS = 30  # after which a test that waits for ever is told to have failed

Run = Callable[[Callable[[], Awaitable[None]]], None]


@pytest.fixture(params=[asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
def run(request: pytest.FixtureRequest) -> Run:
    """Runs what is given to its end, on either event loop."""

    async def bounded(work: Callable[[], Awaitable[None]]) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await work()

    return lambda work: request.param(bounded(work))


@pytest.fixture
def own(postgresql_master: Master, keys: Keys, clock: Clock) -> Iterator[Master]:
    """With connections that nobody else has."""
    master = Master.open(postgresql_master.engine.url.render_as_string(hide_password=False), keys, clock)
    yield master
    master.close()


@pytest.fixture
def end(postgresql_master: Master) -> Callable[..., Awaitable[None]]:
    """Ends the connections of these backends, and lets the loop hear of it."""

    async def ended(*backends: int) -> None:
        terminate = text("SELECT pg_terminate_backend(:pid, 10000)")
        with postgresql_master.engine.connect() as connection:
            for each in backends:
                assert connection.execute(terminate, {"pid": each}).scalar_one()
        for _ in range(3):
            await asyncio.sleep(0.01)

    return ended


async def backend(answering: Answering) -> int:
    return int(await answering.told(BACKEND, ()) or b"")


def test_when_all_connections_have_ended_nobody_is_made_deaf_by_another(
    own: Master, run: Run, end: Callable[..., Awaitable[None]]
) -> None:
    """Each that is opened anew gets the lowest number that is free: that of the other's former socket."""

    async def work() -> None:
        first, second = own.answering_beside(2), own.answering_beside(2)
        await end(await backend(first), await backend(second))
        told = [await each.told(ONE, ()) for each in (second, first, second, first)]
        assert told == [b"1"] * 4

    run(work)


def test_the_number_of_a_socket_that_has_ended_is_left_to_whoever_has_it_now(
    own: Master, run: Run, end: Callable[..., Awaitable[None]]
) -> None:
    async def work() -> None:
        answering = own.answering_beside(2)
        await end(await backend(answering))
        ours, theirs = socket.socketpair()  # of the lowest numbers that are free
        reader, writer = await asyncio.open_connection(sock=ours)
        assert await answering.told(ONE, ()) == b"1"
        theirs.sendall(b"heard\n")
        assert await reader.readline() == b"heard\n"
        writer.close()
        theirs.close()

    run(work)


def test_a_statement_whose_connection_ends_is_told_so(
    own: Master, run: Run, end: Callable[..., Awaitable[None]]
) -> None:
    async def work() -> None:
        answering = own.answering_beside(2)
        pid = await backend(answering)
        asking = asyncio.create_task(answering.told(ENDLESS, ()))
        await asyncio.sleep(0)
        await end(pid)
        with pytest.raises(Away):
            await asking
        assert await answering.told(ONE, ()) == b"1"

    run(work)


def test_a_cancel_waits_for_no_thread_of_the_loop(own: Master, run: Run, postgresql_master: Master) -> None:
    running = text("SELECT count(*) FROM pg_stat_activity WHERE query = :query AND state = 'active'")

    def count() -> int:
        with postgresql_master.reading() as connection:
            return int(connection.execute(running, {"query": ENDLESS.text}).scalar_one())

    async def work() -> None:
        loop, free = asyncio.get_running_loop(), threading.Event()
        loop.set_default_executor(ThreadPoolExecutor(1))
        busy = loop.run_in_executor(None, free.wait)
        try:
            left = asyncio.create_task(own.answering_beside(2).told(ENDLESS, ()))
            while not count():
                await asyncio.sleep(0.01)
            left.cancel()
            await asyncio.wait([left])
            while count():
                await asyncio.sleep(0.01)
        finally:
            free.set()
        await busy

    run(work)
