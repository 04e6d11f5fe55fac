"""PostgreSQL, OpenSearch and Redis behind TLS: spoken to where their authority is trusted, else not."""

import asyncio
import shutil
import tempfile
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from app.windows import LocalWindows, SharedWindows
from indexing.engines.opensearch import OpenSearchEngine
from indexing.engines.port import Health
from master.clock import Clock
from master.keys import Keys
from master.session import Master
from tests.indexing.corpus import ZHANG_SAN
from tests.services import opensearch, postgresql, redis, tls
from tests.services.opensearch import Cluster
from tests.services.tls import Papers

KEYS = Keys(b"k" * 32)


@pytest.fixture
def papers(tmp_path: Path) -> Papers:
    return tls.made(tmp_path)


@pytest.mark.skipif(not opensearch.is_there(), reason="no OpenSearch: see .ci/run")
def test_a_search_cluster_behind_tls_hears_user_and_password(
    cluster: Cluster, papers: Papers, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = cluster.own()
    place, _, name = own.removeprefix("http://").partition("/")

    async def asked(port: int) -> Health:
        engine = OpenSearchEngine(f"https://me:p%40ss@127.0.0.1:{port}/{name}", KEYS)
        health = await engine.health()
        if health.is_ready:
            await engine.apply([ZHANG_SAN], {})
            assert await engine.count() == 1
        await engine.close()
        return health

    with tls.in_front_of(int(place.rpartition(":")[2]), papers) as door:
        refused = asyncio.run(asked(door.port))
        assert refused.detail == "The search cluster can not be reached (ClientConnectorCertificateError)."
        assert bytes(door.heard) == b""
        monkeypatch.setenv("SSL_CERT_FILE", str(papers.authority))
        assert asyncio.run(asked(door.port)).is_ready
    assert f"Authorization: Basic {b64encode(b'me:p@ss').decode()}".lower() in door.heard.decode().lower()
    cluster.drop(own)


@pytest.mark.skipif(not redis.is_there(), reason="no redis-server: see .ci/run")
def test_redis_behind_tls_counts_rates(papers: Papers) -> None:
    async def answers(url: str) -> bool:
        windows = SharedWindows(url, LocalWindows())
        try:
            return await windows.answers()
        finally:
            await windows.close()

    with redis.running() as server, tls.in_front_of(server.port, papers) as door:
        url = f"rediss://127.0.0.1:{door.port}/0"
        assert not asyncio.run(answers(url))
        assert asyncio.run(answers(f"{url}?ssl_ca_certs={papers.authority}"))


@pytest.fixture
def secure_postgresql(papers: Papers) -> Iterator[str]:
    """Its own folder: PostgreSQL may run as another user, who must own the key."""
    with tempfile.TemporaryDirectory(prefix="kehu-tls-") as folder:
        place = Path(folder)
        place.chmod(0o755)
        for path in (papers.certificate, papers.key):
            shutil.copy(path, place)
            if (user := postgresql.owner()) is not None:
                shutil.chown(place / path.name, user)
        files = f"-c ssl_cert_file={place / 'server.pem'} -c ssl_key_file={place / 'server.key'}"
        with postgresql.server(f"-c ssl=on {files}") as server:
            yield server.url


@pytest.mark.skipif(not postgresql.has("pg_ctl"), reason="no PostgreSQL: see .ci/run")
def test_postgresql_is_spoken_to_by_tls_and_only_where_its_authority_is_trusted(
    secure_postgresql: str, papers: Papers, tmp_path: Path
) -> None:
    def is_secure(authority: Path) -> bool:
        url = f"{secure_postgresql}?sslmode=verify-full&sslrootcert={authority}"
        master = Master.open(url, KEYS, Clock(ZoneInfo("Asia/Shanghai")))
        try:
            with master.reading() as connection:
                return bool(
                    connection.scalar(text("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"))
                )
        finally:
            master.close()

    assert is_secure(papers.authority)
    (tmp_path / "other").mkdir()
    with pytest.raises(OperationalError, match="SSL error"):
        is_secure(tls.made(tmp_path / "other").authority)
