"""The hub in one process: opened, asked, closed."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import insert, update

from app.hub import Hub
from app.opening import NotSupported, open_master, open_search
from app.parts import NOBODY_INDEXES, NOT_CURRENT, SET_ASIDE
from app.serve import NotReady, require_ready
from app.settings import Settings, read_settings
from master.keys import KeyFileError, Keys
from master.tables.base import table
from master.tables.changes import IndexQueueRow
from master.writes.tokens import NewToken, create_token
from tests.app.toys import schema
from tests.conftest import TESTER

queue = table(IndexQueueRow)

Asked = Callable[[httpx.AsyncClient], Awaitable[None]]


@pytest.fixture
def settings(tmp_path: Path, empty_sqlite: Path) -> Settings:
    """Those of an empty, migrated hub that does not index by itself."""
    Keys.create(tmp_path / "keys.toml")
    (tmp_path / "master.db").write_bytes(empty_sqlite.read_bytes())
    return read(tmp_path)


def read(folder: Path, **more: str) -> Settings:
    said = {"KEHU_DATA_DIR": str(folder), "KEHU_INDEX_WORKER": "off", "KEHU_ALLOWED_HOSTS": "hub.test"}
    return read_settings(said | more, Path("/nonexistent/.env"))


def with_hub(settings: Settings, asked: Asked) -> list[str]:
    """Opens a hub, asks it, closes it; what the lifespan protocol told."""

    async def lived() -> list[str]:
        hub = Hub(settings, schema)
        told: asyncio.Queue[str] = asyncio.Queue()
        events: asyncio.Queue[dict[str, str]] = asyncio.Queue()

        async def send(message: object) -> None:
            assert isinstance(message, dict)
            told.put_nowait(message["type"])

        life = asyncio.create_task(hub({"type": "lifespan"}, events.get, send))
        events.put_nowait({"type": "lifespan.startup"})
        first = await told.get()
        if first == "lifespan.startup.complete":
            async with httpx.AsyncClient(
                transport=httpx.ASGITransport(app=hub), base_url="http://hub.test"
            ) as client:
                await asked(client)
            events.put_nowait({"type": "lifespan.shutdown"})
        await life
        return [first] + [told.get_nowait() for _ in range(told.qsize())]

    return asyncio.run(lived())


async def nothing(client: httpx.AsyncClient) -> None:
    """Asks nothing."""


def token(settings: Settings) -> str:
    master = open_master(settings)
    with master.transaction(TESTER) as tx:
        made = create_token(tx, NewToken("desk", "AGENT", None))
    master.close()
    return made


def ready(settings: Settings) -> tuple[int, dict[str, object]]:
    found: list[httpx.Response] = []

    async def asked(client: httpx.AsyncClient) -> None:
        found.append(await client.get("/readyz"))

    with_hub(settings, asked)
    return found[0].status_code, found[0].json()


def test_a_hub_opens_answers_and_closes(settings: Settings) -> None:
    bearer = {"authorization": f"Bearer {token(settings)}"}

    async def asked(client: httpx.AsyncClient) -> None:
        response = await client.post("/graphql", headers=bearer, json={"query": "{hello}"})
        assert response.json() == {"data": {"hello": "Hello world"}}
        assert (await client.post("/graphql", json={"query": "{hello}"})).status_code == 401
        assert (await client.get("/healthz")).json() == {"status": "alive"}
        assert (await client.head("/healthz")).content == b""
        assert (await client.post("/healthz")).status_code == 405
        root = await client.get("/")
        assert (root.status_code, root.headers["location"]) == (307, "/graphiql")
        metrics = (await client.get("/metrics")).text
        assert 'kehu_graphql_requests_total{operation="query",status="200"} 1.0' in metrics
        assert "kehu_index_queue_pending 0.0" in metrics

    assert with_hub(settings, asked) == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


def test_without_a_playground_nothing_stands_there(settings: Settings) -> None:
    async def asked(client: httpx.AsyncClient) -> None:
        for path in ("/graphiql", "/graphiql/assets/playground.js", "/"):
            assert (await client.get(path)).status_code == 404

    with_hub(read(settings.data_dir, KEHU_PLAYGROUND="off"), asked)


def test_a_hub_without_its_key_file_does_not_start(settings: Settings) -> None:
    settings.keys.unlink()
    assert with_hub(settings, nothing) == ["lifespan.startup.failed"]
    with pytest.raises(KeyFileError):
        require_ready(settings)


def test_a_new_index_is_degraded_until_it_is_filled(settings: Settings) -> None:
    status, told = ready(settings)
    assert (status, told["status"]) == (200, "degraded")
    assert told["parts"] == {
        "master": {"status": "ok", "advice": None},
        "migrations": {"status": "ok", "advice": None},
        "index": {
            "status": "degraded",
            "advice": "The index may lack customers: run `kehu index rebuild`.",
        },
        "worker": {"status": "ok", "advice": None},
    }


def test_a_filled_index_is_ready(settings: Settings) -> None:
    async def filled() -> None:
        search = open_search(settings)
        await search.serve_generation(await search.new_generation())
        await search.close()

    asyncio.run(filled())
    assert ready(settings)[1]["status"] == "ready"


def test_a_database_without_tables_is_not_ready(settings: Settings) -> None:
    (settings.data_dir / "master.db").write_bytes(b"")
    status, told = ready(settings)
    parts = told["parts"]
    assert isinstance(parts, dict)
    assert (status, parts["migrations"]) == (503, {"status": "failed", "advice": NOT_CURRENT})
    with pytest.raises(NotReady, match="run `kehu init`"):
        require_ready(settings)


def test_a_database_that_can_not_be_opened_is_not_ready(settings: Settings) -> None:
    (settings.data_dir / "master.db").write_bytes(b"no database" * 100)
    status, told = ready(settings)
    parts = told["parts"]
    assert isinstance(parts, dict)
    assert (status, parts["master"]["status"]) == (503, "failed")
    with pytest.raises(NotReady, match="can not be opened"):
        require_ready(settings)


def test_a_queue_that_nobody_works_on_is_told(settings: Settings) -> None:
    master = open_master(settings)
    long_ago = master.clock.now() - timedelta(minutes=5)
    waiting = {"customer_id": 1, "revision": 1, "queued_at": long_ago}
    with master.transaction(TESTER) as tx:
        tx.execute(insert(queue), [waiting])
    assert worker_part(settings) == {"status": "degraded", "advice": NOBODY_INDEXES}
    with master.transaction(TESTER) as tx:
        tx.execute(update(queue).values(dead_at=long_ago))
    assert worker_part(settings) == {"status": "degraded", "advice": SET_ASIDE}
    master.close()


def worker_part(settings: Settings) -> object:
    parts = ready(settings)[1]["parts"]
    assert isinstance(parts, dict)
    return parts["worker"]


def test_a_search_cluster_is_not_served_yet(settings: Settings) -> None:
    elsewhere = read(settings.data_dir, KEHU_SEARCH_URL="https://search.test")
    with pytest.raises(NotSupported):
        require_ready(elsewhere)
