"""What runs for a request ends with it: done, out of time, or left by its caller."""

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any

import pytest

from app.http.asgi import Disconnected, Message
from app.http.running import Runs
from app.limits import shipped_limits
from tests.app.asking import ask_graphql, converse, only_error
from tests.app.conftest import Logged
from tests.app.toys import TOKEN, Observed, toy_application

GONE: Message = {"type": "http.disconnect"}


async def stays() -> Message:
    await asyncio.Event().wait()
    raise AssertionError


async def goes() -> Message:
    return GONE


class Work:
    """Runs until it is stopped, and then lets go in its own time."""

    def __init__(self) -> None:
        self.began, self.stopped, self.let_go = (asyncio.Event() for _ in range(3))

    async def __call__(self) -> str:
        self.began.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.stopped.set()
            await self.let_go.wait()
        return "never"


def run(test: Coroutine[Any, Any, None]) -> None:
    asyncio.run(test)


def test_what_ends_in_time_is_given() -> None:
    async def test() -> None:
        runs = Runs()
        assert await runs.run(asyncio.sleep(0, "done"), 60, stays) == "done"
        assert len(runs) == 0

    run(test())


def test_what_fails_fails_its_caller() -> None:
    async def failing() -> None:
        raise ValueError("wrong")

    async def test() -> None:
        with pytest.raises(ValueError, match="wrong"):
            await Runs().run(failing(), 60, stays)

    run(test())


@pytest.mark.parametrize(
    ("seconds", "receive", "raised"), [(0.01, stays, TimeoutError), (60, goes, Disconnected)]
)
def test_what_is_stopped_is_not_waited_for_and_counts_until_it_has_let_go(
    seconds: float, receive: Any, raised: type[Exception]
) -> None:
    async def test() -> None:
        runs, work = Runs(), Work()
        with pytest.raises(raised):
            await runs.run(work(), seconds, receive)
        await work.stopped.wait()
        assert len(runs) == 1
        closing = asyncio.create_task(runs.close())
        await asyncio.sleep(0)
        assert not closing.done()
        work.let_go.set()
        await closing
        assert len(runs) == 0

    run(test())


def test_who_is_stopped_stops_what_runs() -> None:
    async def test() -> None:
        runs, work = Runs(), Work()
        work.let_go.set()
        running = asyncio.create_task(runs.run(work(), 60, stays))
        await work.began.wait()
        running.cancel()
        await asyncio.wait([running])
        await work.stopped.wait()
        await runs.close()

    run(test())


def test_a_caller_that_has_gone_is_not_answered(logged: Logged) -> None:
    observed = Observed()
    body = b'{"query": "{slow(seconds: 60)}"}'
    headers = [(b"authorization", f"Bearer {TOKEN}".encode()), (b"content-type", b"application/json")]
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}, GONE]
    assert converse(toy_application(observed=observed), messages, headers) == []
    assert observed.calls == []
    (line,) = logged()
    assert (line["caller_left"], line["status"]) == (True, None)


def test_a_mutation_that_takes_too_long_may_have_been_done() -> None:
    quick = toy_application(replace(shipped_limits(), operation_seconds=0.05))
    error = only_error(ask_graphql(quick, "mutation{delay(seconds:60)}"))
    assert error == {
        "message": "The operation took longer than 0.05 seconds: it may have been done, or be done yet. "
        "What has an idempotencyKey can be sent again safely.",
        "extensions": {"code": "TIMEOUT"},
    }
