"""A hub that is asked for more than it can do in time goes on answering others."""

import asyncio
import json
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
import strawberry

from app import hub as hubs
from app.graphql import schema as real_schema
from app.http.asgi import Message
from app.http.documents import KnownDocument
from app.http.shell import Shell
from app.opening import open_master
from app.settings import Settings, read_settings
from master.answering import Answering
from master.keys import Keys
from master.session import Master
from master.writes.tokens import NewToken, create_token
from schema.context import Info
from tests.conftest import TESTER
from tests.schema.hub import filling

ENDLESS = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"


@strawberry.type
class Query:
    @strawberry.field
    async def endless(self, info: Info) -> int | None:
        rows: int = await info.context.read(lambda connection: connection.exec_driver_sql(ENDLESS).scalar())
        return rows

    @strawberry.field
    async def one(self, info: Info) -> int:
        rows: int = await info.context.read(
            lambda connection: connection.exec_driver_sql("SELECT 1").scalar()
        )
        return rows


slow_schema = strawberry.Schema(Query, extensions=[KnownDocument])

Test = Callable[[Shell, dict[str, str]], Awaitable[None]]


@pytest.fixture
def settings(tmp_path: Path, empty_sqlite: Path) -> Settings:
    """Those of an empty hub with short deadlines."""
    Keys.create(tmp_path / "keys.toml")
    (tmp_path / "master.db").write_bytes(empty_sqlite.read_bytes())
    limits = tmp_path / "limits.toml"
    limits.write_text("statement_seconds = 0.5\nlock_seconds = 0.2\nat_once = 64\nburst = 1000\n")
    said = {
        "KEHU_DATA_DIR": str(tmp_path), "KEHU_INDEX_WORKER": "off", "KEHU_ALLOWED_HOSTS": "hub.test",
        "KEHU_LIMITS": str(limits),
    }  # fmt: skip
    return read_settings(said, Path("/nonexistent/.env"))


@pytest.fixture
def masters(monkeypatch: pytest.MonkeyPatch) -> list[Master]:
    """The masters that hubs have opened."""
    found: list[Master] = []

    def opened(*given: Any) -> Master:
        found.append(open_master(*given))
        return found[-1]

    monkeypatch.setattr(hubs, "open_master", opened)
    return found


def with_hub(settings: Settings, schema: strawberry.Schema, test: Test, role: str = "AGENT") -> None:
    master = open_master(settings)
    with master.transaction(TESTER) as tx:
        token = create_token(tx, NewToken("desk", role, None))
    master.close()

    async def run() -> None:
        async with hubs.opened(settings, schema) as shell:
            await test(shell, {"authorization": f"Bearer {token}"})

    asyncio.run(run())


async def asked(shell: Shell, bearer: dict[str, str], query: str) -> Any:
    transport = httpx.ASGITransport(app=shell)
    async with httpx.AsyncClient(transport=transport, base_url="http://hub.test") as client:
        return (await client.post("/graphql", headers=bearer, json={"query": query})).json()


async def leave(shell: Shell, bearer: dict[str, str], query: str, seconds: float) -> list[Message]:
    """Asks, and goes away without waiting for the answer; what was sent all the same."""
    sent: list[Message] = []
    body = json.dumps({"query": query}).encode()
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        if messages:
            return messages.pop()
        await asyncio.sleep(seconds)
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [(name.encode(), text.encode()) for name, text in bearer.items()]
    headers += [(b"host", b"hub.test"), (b"content-type", b"application/json")]
    scope = {
        "type": "http", "method": "POST", "path": "/graphql", "query_string": b"", "headers": headers,
    }  # fmt: skip
    await shell(scope, receive, send)
    return sent


def test_a_statement_over_its_time_is_told_where_it_stands(settings: Settings) -> None:
    async def test(shell: Shell, bearer: dict[str, str]) -> None:
        told = await asked(shell, bearer, "{ endless one }")
        (error,) = told["errors"]
        assert (told["data"], error["path"]) == ({"endless": None, "one": 1}, ["endless"])
        assert (error["extensions"]["code"], error["message"]) == (
            "TIMEOUT",
            "A statement took longer than 0.5 seconds: ask for less at once.",
        )

    with_hub(settings, slow_schema, test)


def test_a_look_at_a_token_that_is_not_answered_is_told_as_where_the_master_is_away(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.limits.write_text("operation_seconds = 1\n")  # type: ignore[union-attr]

    async def silent(self: Answering, *asked: object) -> None:
        await asyncio.Event().wait()

    async def test(shell: Shell, bearer: dict[str, str]) -> None:
        monkeypatch.setattr(Answering, "told", silent)
        transport = httpx.ASGITransport(app=shell)
        async with httpx.AsyncClient(transport=transport, base_url="http://hub.test") as client:
            told = await client.post("/graphql", headers=bearer, json={"query": "{ one }"})
        (error,) = told.json()["errors"]
        assert (told.status_code, error["extensions"]["code"], error["message"]) == (
            503,
            "UNAVAILABLE",
            "The master can not be reached.",
        )

    with_hub(settings, slow_schema, test)


def test_queries_that_were_left_keep_nobody_from_an_answer(settings: Settings, masters: list[Master]) -> None:
    settings.limits.write_text("statement_seconds = 60\nat_once = 64\nburst = 1000\n")  # type: ignore[union-attr]

    async def test(shell: Shell, bearer: dict[str, str]) -> None:
        left = await asyncio.gather(*(leave(shell, bearer, "{ endless }", 0.5) for _ in range(64)))
        assert left == [[]] * 64
        while (told := await asked(shell, bearer, "{ one }")) != {"data": {"one": 1}}:
            assert told["errors"][0]["extensions"]["code"] == "UNAVAILABLE"
            await asyncio.sleep(0.05)

    with_hub(settings, slow_schema, test)
    assert [master.engine.pool.checkedout() for master in masters] == [0]  # type: ignore[attr-defined]


def test_many_requests_that_read_several_times_all_get_their_turn(
    settings: Settings, masters: list[Master]
) -> None:
    async def test(shell: Shell, bearer: dict[str, str]) -> None:
        queries = "{ one customers: one }"
        told = await asyncio.gather(*(asked(shell, bearer, queries) for _ in range(64)))
        assert told == [{"data": {"one": 1, "customers": 1}}] * 64

    with_hub(settings, slow_schema, test)
    assert [master.engine.pool.checkedout() for master in masters] == [0]  # type: ignore[attr-defined]


def test_a_change_that_waits_too_long_for_another_process_is_told_to_try_again(settings: Settings) -> None:
    create = 'mutation { createCustomer(input: {name: "张三"}) { customer { number } errors { code } } }'

    async def test(shell: Shell, bearer: dict[str, str]) -> None:
        with closing(sqlite3.connect(settings.data_dir / "master.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            told = await asked(shell, bearer, create)
        assert told["data"] is None or told["data"]["createCustomer"] is None
        (error,) = told["errors"]
        assert (error["extensions"]["code"], error["message"]) == (
            "TIMEOUT",
            "Others are changing what this needs: nothing was changed, try again.",
        )
        made = (await asked(shell, bearer, create))["data"]["createCustomer"]
        assert made == {"customer": {"number": "C000000001"}, "errors": []}

    with_hub(settings, real_schema, test)


def test_of_many_things_those_are_told_that_were_done_before_time_ran_out(settings: Settings) -> None:
    """With three seconds, of which a lock may take two, only one is begun."""
    settings.limits.write_text("operation_seconds = 3\nlock_seconds = 2\n")  # type: ignore[union-attr]
    master = open_master(settings)
    with filling(master) as fill:
        one, other, third = (fill.customer(n) for n in (1, 2, 3))
        fill.review_task(one, other)
        fill.review_task(one, third)
    master.close()
    claim = 'mutation { claimReviewTasks(tasks: ["w1", "w2"]) { tasks { claimedBy } errors { code path } } }'

    async def test(shell: Shell, bearer: dict[str, str]) -> None:
        told = (await asked(shell, bearer, claim))["data"]["claimReviewTasks"]
        assert told["errors"] == [{"code": "TIMEOUT", "path": ["tasks", "1"]}]
        assert [each["claimedBy"] is None for each in told["tasks"]] == [False, True]

    with_hub(settings, real_schema, test, "STEWARD")
