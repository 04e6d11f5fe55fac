"""Who saw whom, in an open hub: noted for each answer without holding it, and told to auditors."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from app import noting
from app.graphql import schema
from app.hub import Hub
from app.noting import NO_ROOM
from app.opening import open_master, open_search
from app.settings import Settings, read_settings
from indexing.worker import Worker
from master.keys import Keys
from master.roles import shipped_roles
from master.tables.access import AccessEntryRow, AccessSubjectRow
from master.tables.base import table
from master.writes.derived import refresh
from master.writes.tokens import NewToken, create_token
from tests.app.conftest import Logged
from tests.conftest import TESTER
from tests.schema.hub import filling

entries, subjects = table(AccessEntryRow), table(AccessSubjectRow)

C360 = """query ($id: ID!) { customer(by: {id: $id}) {
  name documents { number } policies { nodes { parties { name } } } relations { name } } }"""
LOG = """query ($first: Int, $after: String) { customer(by: {id: "c1"}) {
  accessLog(first: $first, after: $after) {
  totalCount pageInfo { endCursor } nodes { at occasion viewer role field reason } } } }"""
REVEAL = """mutation { revealField(customer: "c1", field: "Customer.name", reason: "a call") { value } }"""


@dataclass
class Served:
    """A hub that has been opened."""

    folder: Path
    client: httpx.AsyncClient
    tokens: dict[str, str]

    async def ask(self, document: str, role: str = "AGENT", **variables: Any) -> Any:
        answer = await self.client.post(
            "/graphql",
            headers={"authorization": f"Bearer {self.tokens[role]}"},
            json={"query": document, "variables": variables},
        )
        return answer.json()

    async def metric(self) -> str:
        """How many notes wait."""
        lines = (await self.client.get("/metrics")).text.splitlines()
        (told,) = [line for line in lines if line.startswith("kehu_access_notes_waiting")]
        return told.partition(" ")[2]


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers wait for their notes as long as it takes, so that the next one finds them written."""
    monkeypatch.setattr(noting, "PATIENCE_SECONDS", 60.0)


@pytest.fixture
def settings(tmp_path: Path, empty_sqlite: Path) -> Settings:
    """Those of a hub with two related customers, who share a policy."""
    Keys.create(tmp_path / "keys.toml")
    (tmp_path / "master.db").write_bytes(empty_sqlite.read_bytes())
    said = {"KEHU_DATA_DIR": str(tmp_path), "KEHU_INDEX_WORKER": "off", "KEHU_ALLOWED_HOSTS": "hub.test"}
    told = read_settings(said, tmp_path / "no.env")
    master = open_master(told)
    with filling(master) as fill:
        fill.customer(1, "张三")
        fill.customer(2, "李四")
        fill.customer(3, "王五")
        fill.related(1, 2, "SPOUSE", "SPOUSE")
        fill.policy("P1", fill.product("TERM"), (1, "APPLICANT"), (2, "INSURED"))
    master.close()
    return told


def with_hub(settings: Settings, asked: Callable[[Served], Awaitable[None]]) -> None:
    """Opens the hub, asks it with a token of each role, and closes it."""
    master = open_master(settings)
    with master.transaction(TESTER) as tx:
        tokens = {role: create_token(tx, NewToken(f"the {role}", role, None)) for role in shipped_roles()}
    master.close()

    async def lived() -> None:
        hub, events = Hub(settings, schema), asyncio.Queue[dict[str, str]]()
        told: asyncio.Queue[str] = asyncio.Queue()

        async def send(message: Any) -> None:
            told.put_nowait(message["type"])

        life = asyncio.create_task(hub({"type": "lifespan"}, events.get, send))
        events.put_nowait({"type": "lifespan.startup"})
        assert await told.get() == "lifespan.startup.complete"
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app=hub), base_url="http://hub.test"
        ) as client:
            await asked(Served(settings.data_dir, client, tokens))
        events.put_nowait({"type": "lifespan.shutdown"})
        await life
        assert await told.get() == "lifespan.shutdown.complete"

    asyncio.run(lived())


def noted(settings: Settings) -> list[tuple[str, str, list[int]]]:
    """(role, occasion, the customers shown) of each note."""
    master = open_master(settings)
    with master.reading() as connection:
        rows = connection.execute(select(entries).order_by(entries.c.id)).all()
        shown = connection.execute(select(subjects).order_by(subjects.c.customer_id)).all()
    master.close()
    return [
        (row.role, row.occasion, [each.customer_id for each in shown if each.entry_id == row.id])
        for row in rows
    ]


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Somebody else writes the master, and does not come to an end."""
    with closing(sqlite3.connect(folder / "master.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


def test_a_360_stands_in_the_access_log_of_everyone_it_showed(settings: Settings) -> None:
    async def asked(hub: Served) -> None:
        seen = await hub.ask(C360, id="c1")
        assert seen["data"]["customer"]["relations"] == [{"name": "李四"}]
        told = await hub.ask(LOG, "ADMIN")
        log = told["data"]["customer"]["accessLog"]
        assert log["totalCount"] == 1
        (entry,) = log["nodes"]
        assert entry.pop("at")
        assert entry == {
            "occasion": "READ", "viewer": "the AGENT", "role": "AGENT", "field": None, "reason": None,
        }  # fmt: skip

    with_hub(settings, asked)
    # Who looks into the log sees the customer too.
    assert noted(settings) == [("AGENT", "READ", [1, 2]), ("ADMIN", "READ", [1])]


def test_the_newest_entries_come_first_page_by_page(settings: Settings, logged: Logged) -> None:
    async def asked(hub: Served) -> None:
        await hub.ask(C360, "AGENT", id="c1")
        await hub.ask(C360, "MARKETER", id="c1")
        await hub.ask(REVEAL, "STEWARD")
        first = (await hub.ask(LOG, "AUDITOR", first=2))["data"]["customer"]["accessLog"]
        assert [
            (each["role"], each["occasion"], each["field"], each["reason"]) for each in first["nodes"]
        ] == [
            ("STEWARD", "REVEAL", "Customer.name", "a call"),
            ("MARKETER", "READ", None, None),
        ]
        after = first["pageInfo"]["endCursor"]
        rest = (await hub.ask(LOG, "AUDITOR", first=2, after=after))["data"]["customer"]["accessLog"]
        assert [each["role"] for each in rest["nodes"]] == ["AGENT"]

    with_hub(settings, asked)
    assert "张三" not in str(logged())


def test_the_log_is_for_auditors(settings: Settings) -> None:
    async def asked(hub: Served) -> None:
        for role in ("AGENT", "SUPERVISOR", "STEWARD", "MARKETER", "PARTNER", "SECURITY"):
            (error,) = (await hub.ask(LOG, role))["errors"]
            assert error["extensions"]["code"] == "FORBIDDEN"

    with_hub(settings, asked)


def test_what_shows_nobody_is_not_noted(settings: Settings) -> None:
    async def asked(hub: Served) -> None:
        for document in (
            "{ viewer { name } }",
            "{ products { nodes { name } } }",
            "{ customers { totalCount } }",
            '{ customer(by: {id: "c99"}) { name } }',
            "{ customer",
        ):
            await hub.ask(document)

    with_hub(settings, asked)
    assert noted(settings) == []


def test_a_name_that_is_shown_masked_is_not_seen(settings: Settings) -> None:
    async def asked(hub: Served) -> None:
        assert (await hub.ask(C360, "AUDITOR", id="c1"))["data"]["customer"]["relations"] == [{"name": "李*"}]
        await hub.ask("{ policies { nodes { parties { name } } } }", "AUDITOR")
        await hub.ask("{ policies { nodes { parties { customer { number } } } } }", "AUDITOR")

    with_hub(settings, asked)
    assert noted(settings) == [("AUDITOR", "READ", [1]), ("AUDITOR", "READ", [1, 2])]


def test_whom_a_change_tells_of_is_noted(settings: Settings) -> None:
    change = (
        'mutation { updateCustomer(input: {id: "c2", version: 1, name: "李四五"}) { customer { name } } }'
    )

    async def asked(hub: Served) -> None:
        told = await hub.ask(change)
        assert told["data"]["updateCustomer"]["customer"] == {"name": "李四五"}

    with_hub(settings, asked)
    assert noted(settings) == [("AGENT", "READ", [2])]


def indexed(settings: Settings) -> None:
    """Brings the index up to date."""

    async def drained() -> None:
        engine = open_search(settings)
        await Worker(master, engine, refresh).drain()
        await engine.close()

    master = open_master(settings)
    asyncio.run(drained())
    master.close()


def test_hits_and_pages_above_a_hundred_rows_are_noted_as_what_they_are(settings: Settings) -> None:
    master = open_master(settings)
    with filling(master) as fill:
        for number in range(4, 106):
            fill.customer(number)
    master.close()
    indexed(settings)
    search = "query ($q: String, $n: Int) { searchCustomers(query: $q, first: $n) { nodes { number } } }"

    async def asked(hub: Served) -> None:
        for query, first, hits in (("张", 10, 1), ("", 100, 100), ("", 101, 101), ("nobody", 10, 0)):
            found = (await hub.ask(search, "SUPERVISOR", q=query, n=first))["data"]["searchCustomers"]
            assert len(found["nodes"]) == hits
        await hub.ask('{ searchCustomers(query: "张") { totalCount } }')
        await hub.ask("{ customers(first: 100) { nodes { number } } }", "SUPERVISOR")
        await hub.ask("{ customers(first: 101) { nodes { number } } }", "SUPERVISOR")

    with_hub(settings, asked)
    assert [(occasion, len(shown)) for _, occasion, shown in noted(settings)] == [
        ("SEARCH", 1), ("SEARCH", 100), ("EXPORT", 101), ("READ", 100), ("EXPORT", 101),
    ]  # fmt: skip


def test_a_locked_master_holds_no_answer_and_loses_no_note(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, logged: Logged
) -> None:
    monkeypatch.setattr(noting, "PATIENCE_SECONDS", 0.01)

    async def asked(hub: Served) -> None:
        with locked(hub.folder):
            for id in ("c1", "c2", "c3"):
                assert (await hub.ask(C360, id=id))["data"]["customer"]["name"]
            assert await hub.metric() == "3.0"
            assert noted(settings) == []
        # What waits is written before the hub is closed.

    with_hub(settings, asked)
    assert noted(settings) == [("AGENT", "READ", [1, 2]), ("AGENT", "READ", [1, 2]), ("AGENT", "READ", [3])]
    assert "张三" not in str(logged())


def test_when_too_many_notes_wait_nothing_is_shown(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(noting, "MOST_WAITING", 2)
    monkeypatch.setattr(noting, "PATIENCE_SECONDS", 0.01)

    async def asked(hub: Served) -> None:
        with locked(hub.folder):
            for id in ("c1", "c3"):
                assert "errors" not in await hub.ask(C360, id=id)
            (error,) = (await hub.ask(C360, id="c1"))["errors"]
            assert (error["extensions"]["code"], error["message"]) == ("UNAVAILABLE", NO_ROOM)
        for _ in range(500):
            if await hub.metric() == "0.0":
                break
            await asyncio.sleep(0.02)
        assert "errors" not in await hub.ask(C360, id="c1")

    with_hub(settings, asked)
    assert len(noted(settings)) == 3
