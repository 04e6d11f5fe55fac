"""The hub in one process: opened, asked, closed."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import delete, insert, select, update

from app import opening, windows
from app.hub import Hub
from app.opening import NotSupported, open_master, open_search
from app.parts import INDEX_AWAY, NOBODY_INDEXES, NOT_CURRENT, NOT_FILLED, REDIS_AWAY, SET_ASIDE
from app.serve import NotReady, require_ready
from app.settings import Settings, read_settings
from master.keys import KeyFileError, Keys
from master.tables.audit import AuditEntryRow
from master.tables.base import table
from master.tables.changes import IndexQueueRow
from master.tables.matching import BlockingFillRow
from master.writes.blocking_keys import fill_keys
from master.writes.tokens import NewToken, create_token
from tests.app.toys import schema
from tests.conftest import TESTER
from tests.services import redis

queue, audit = table(IndexQueueRow), table(AuditEntryRow)

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


def test_a_hub_whose_customers_lack_keys_is_degraded_until_init_was_run(settings: Settings) -> None:
    master = open_master(settings)
    with master.committing() as connection:
        connection.execute(delete(table(BlockingFillRow)))
    assert ready(settings)[1]["parts"]["migrations"] == {"status": "degraded", "advice": NOT_FILLED}
    fill_keys(master, lambda done, total: None)
    master.close()
    assert ready(settings)[1]["parts"]["migrations"] == {"status": "ok", "advice": None}


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


def test_a_search_cluster_without_its_library_is_refused(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = read(settings.data_dir, KEHU_SEARCH_URL="https://search.test")
    monkeypatch.setattr("app.opening.find_spec", lambda name: None)
    with pytest.raises(NotSupported, match=r"pip install 'kehu\[server\]'"):
        require_ready(elsewhere)


def test_a_hub_whose_search_cluster_is_away_is_degraded(settings: Settings) -> None:
    elsewhere = read(settings.data_dir, KEHU_SEARCH_URL="http://me:hunter2@127.0.0.1:1/hub")
    status, told = ready(elsewhere)
    assert (status, told["status"]) == (200, "degraded")
    assert told["parts"]["index"] == {"status": "degraded", "advice": INDEX_AWAY}


def test_a_proxy_is_believed_where_it_is_trusted(settings: Settings) -> None:
    (settings.data_dir / "limits.toml").write_text("visits_a_minute = 1\n")
    limited = {"KEHU_LIMITS": str(settings.data_dir / "limits.toml")}

    def seen(told: Settings) -> list[int]:
        statuses = []

        async def asked(client: httpx.AsyncClient) -> None:
            for address in ("192.0.2.1", "192.0.2.2", "192.0.2.1"):
                answer = await client.post("/graphql", headers={"x-forwarded-for": address})
                statuses.append(answer.status_code)

        with_hub(told, asked)
        return statuses

    assert seen(read(settings.data_dir, **limited)) == [401, 429, 429]
    trusting = read(settings.data_dir, KEHU_TRUSTED_PROXIES="127.0.0.0/8", **limited)
    assert seen(trusting) == [401, 401, 429]


def test_refused_tokens_are_counted_and_noted(settings: Settings) -> None:
    async def asked(client: httpx.AsyncClient) -> None:
        for bearer in ({}, {"authorization": "Bearer kehu_1_2"}, {"authorization": "Basic eDp5"}):
            assert (await client.post("/graphql", headers=bearer)).status_code == 401
        metrics = (await client.get("/metrics")).text
        for reason in ("missing", "unknown", "malformed"):
            assert f'kehu_auth_failures_total{{reason="{reason}"}} 1.0' in metrics

    with_hub(settings, asked)
    master = open_master(settings)
    with master.reading() as connection:
        (entry,) = connection.execute(select(audit).where(audit.c.action == "token.refused")).all()
    assert (entry.address, entry.actor) == ("127.0.0.1", "hub")
    assert entry.details == '{"attempts": 2, "reasons": {"malformed": 1, "unknown": 1}, "tokens": []}'
    master.close()


def test_a_redis_that_is_away_is_degraded_and_the_hub_answers(settings: Settings) -> None:
    away = read(settings.data_dir, KEHU_REDIS_URL="redis://:secret@127.0.0.1:1/0")
    bearer = {"authorization": f"Bearer {token(settings)}"}

    async def asked(client: httpx.AsyncClient) -> None:
        assert (await client.post("/graphql", headers=bearer, json={"query": "{hello}"})).status_code == 200
        parts = (await client.get("/readyz")).json()["parts"]
        assert parts["redis"] == {"status": "degraded", "advice": REDIS_AWAY}

    with_hub(away, asked)


@pytest.mark.skipif(not redis.is_there(), reason="not there: redis-server")
def test_hubs_count_rates_together_in_redis(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(windows, "REDIS_SECONDS", 10.0)  # a busy machine is no Redis that is away
    (settings.data_dir / "limits.toml").write_text("operations_a_minute = 2\n")
    bearer = {"authorization": f"Bearer {token(settings)}"}
    statuses: list[int] = []

    async def asked(client: httpx.AsyncClient) -> None:
        statuses.append(
            (await client.post("/graphql", headers=bearer, json={"query": "{hello}"})).status_code
        )
        assert (await client.get("/readyz")).json()["parts"]["redis"] == {"status": "ok", "advice": None}

    with redis.running() as server:
        limits = str(settings.data_dir / "limits.toml")
        shared = read(settings.data_dir, KEHU_REDIS_URL=server.url, KEHU_LIMITS=limits)
        for _ in range(3):
            with_hub(shared, asked)
    assert statuses == [200, 200, 429]


def test_redis_needs_its_package(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "find_spec", lambda name: None)
    with pytest.raises(NotSupported, match=r"pip install 'kehu\[server\]'"):
        require_ready(read(settings.data_dir, KEHU_REDIS_URL="redis://cache"))
