"""The search engine on a cluster: late writes, many writers, damage, absence, and what must not be told."""

import asyncio
import logging
from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest

from indexing.engines import opensearch as engine_module
from indexing.engines.opensearch import OpenSearchEngine
from indexing.engines.opensearch_address import Address, read_address
from indexing.engines.port import Extent, SearchEngine
from indexing.errors import DocumentsRefused, SearchTooSlow, SearchUnavailable
from indexing.queries import question
from indexing.questions import Question
from indexing.words import read_words
from tests.indexing.corpus import CORPUS, GENERATED, KEYS, SHAN, ZENG, ZHANG_SAN
from tests.indexing.elsewhere import Elsewhere
from tests.indexing.test_engines import entries, ids
from tests.services import opensearch
from tests.services.opensearch import Cluster

pytestmark = pytest.mark.skipif(not opensearch.is_there(), reason="no OpenSearch: see .ci/run")


@pytest.fixture
def own(cluster: Cluster) -> Iterator[str]:
    """The URL of indices of the test's own."""
    url = cluster.own()
    yield url
    cluster.drop(url)


@pytest.fixture
def engine(own: str) -> Iterator[SearchEngine]:
    engine = Elsewhere(OpenSearchEngine(own, KEYS))
    yield engine
    engine.end()


def test_what_is_gone_stays_gone_whoever_writes_late(engine: SearchEngine) -> None:
    asyncio.run(engine.apply([ZHANG_SAN, SHAN], {}))
    asyncio.run(engine.apply([], {ZHANG_SAN.id: 3}))
    for revision in (1, 2):
        asyncio.run(engine.apply([replace(ZHANG_SAN, revision=revision)], {}))
    assert (ids(engine, ""), asyncio.run(engine.count())) == ([SHAN.id], 1)
    assert [entry.id for entry in entries(engine)] == [SHAN.id]


def test_deletes_are_forgotten_after_a_week(
    engine: SearchEngine, own: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asyncio.run(engine.apply([SHAN], {ZHANG_SAN.id: 3}))
    asyncio.run(engine.tidy())
    assert _held(own) == 2
    monkeypatch.setattr(engine_module, "TOMBSTONES_KEPT_MS", -60_000)
    asyncio.run(engine.tidy())
    assert _held(own) == 1
    assert ids(engine, "") == [SHAN.id]


def _held(own: str) -> int:
    """Documents in the index, deletes among them."""
    httpx.post(f"{own}-customers/_refresh").raise_for_status()
    return int(httpx.get(f"{own}-customers/_count").json()["count"])


def test_many_processes_may_write_and_the_newest_revision_stays(own: str) -> None:
    async def all_at_once() -> list[str]:
        engines = [OpenSearchEngine(own, KEYS) for _ in range(3)]
        assert [await engine.claim_writing() for engine in engines] == [True] * 3
        versions = [replace(ZHANG_SAN, revision=n, names=(f"张{n}",)) for n in range(1, 10)]
        await asyncio.gather(*(engine.apply([one], {}) for engine in engines for one in reversed(versions)))
        found = [entry.name async for entry in engines[0].entries()]
        for engine in engines:
            await engine.close()
        return found

    assert asyncio.run(all_at_once()) == ["张9"]


def test_one_document_that_is_refused_leaves_the_others_in(engine: SearchEngine) -> None:
    long = replace(ZHANG_SAN, tags=("x" * 40_000,))
    with pytest.raises(DocumentsRefused) as refused:
        asyncio.run(engine.apply([SHAN, long, ZENG], {}))
    assert refused.value.reasons == {ZHANG_SAN.id: "illegal_argument_exception"}
    assert ids(engine, "") == [SHAN.id, ZENG.id]


def test_an_index_that_was_deleted_while_it_ran_is_made_anew(engine: SearchEngine, own: str) -> None:
    asyncio.run(engine.apply([ZHANG_SAN], {}))
    httpx.delete(f"{own}-*").raise_for_status()
    assert ids(engine, "") == []
    assert asyncio.run(engine.health()).needs_rebuild
    httpx.delete(f"{own}-*").raise_for_status()
    asyncio.run(engine.apply([SHAN], {}))
    assert ids(engine, "") == [SHAN.id]


def test_a_write_to_a_generation_that_is_gone_makes_none(engine: SearchEngine) -> None:
    asyncio.run(engine.apply([ZHANG_SAN], {}))
    (serving,) = asyncio.run(engine.generations())
    new = asyncio.run(engine.new_generation())
    assert asyncio.run(engine.drop_old_generations()) == [new]
    with pytest.raises(SearchUnavailable):
        asyncio.run(engine.apply([SHAN], {}, generation=new))
    assert asyncio.run(engine.generations()) == [serving]


def test_an_index_of_another_version_answers_until_it_is_made_anew(
    engine: SearchEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    asyncio.run(engine.apply([ZHANG_SAN], {}))
    asyncio.run(engine.serve_generation(asyncio.run(engine.generations())[0]))
    assert not asyncio.run(engine.health()).needs_rebuild
    monkeypatch.setattr("indexing.engines.opensearch_indices.SCHEMA_VERSION", 999)
    assert asyncio.run(engine.health()).needs_rebuild
    asyncio.run(engine.serve_generation(asyncio.run(engine.generations())[0]))
    assert asyncio.run(engine.health()).needs_rebuild
    assert ids(engine, "") == [ZHANG_SAN.id]


def test_a_search_that_takes_too_long_ends_in_time(own: str) -> None:
    async def hurried() -> None:
        engine = OpenSearchEngine(own, KEYS, search_seconds=0.000001)
        with pytest.raises(SearchTooSlow):
            await engine.search(Question(), Extent(1))
        await engine.close()

    asyncio.run(hurried())


def test_a_cluster_that_is_away_is_unavailable_and_tells_no_secret(caplog: pytest.LogCaptureFixture) -> None:
    async def asked() -> list[str]:
        engine = OpenSearchEngine("http://me:hunter2@127.0.0.1:1/hub", KEYS)
        told = [(await engine.health()).detail]
        for ask in (engine.apply([ZHANG_SAN], {}), engine.search(Question(), Extent(1)), engine.count()):
            with pytest.raises(SearchUnavailable) as refused:
                await ask
            told.append(str(refused.value))
        await engine.close()
        return told

    with caplog.at_level(logging.DEBUG):
        told = asyncio.run(asked())
    assert set(told) == {"The search cluster can not be reached (ClientConnectorError)."}
    assert "hunter2" not in caplog.text + "".join(told)


def test_nothing_that_is_searched_or_stored_is_logged(own: str, caplog: pytest.LogCaptureFixture) -> None:
    async def asked() -> None:
        engine = OpenSearchEngine(own, KEYS)
        await engine.apply([ZHANG_SAN], {})
        await engine.search(question(read_words("张三 8000")), Extent(1))
        await engine.close()

    with caplog.at_level(logging.DEBUG):
        asyncio.run(asked())
    assert "张三" not in caplog.text
    assert "8000" not in caplog.text


def test_when_one_node_is_away_another_answers(own: str) -> None:
    host, _, name = own.removeprefix("http://").partition("/")

    async def asked() -> list[int]:
        engine = OpenSearchEngine(f"http://127.0.0.1:1,{host}/{name}", KEYS)
        await engine.apply([ZHANG_SAN], {})
        counts = list(await asyncio.gather(*(engine.count() for _ in range(10))))
        await engine.close()
        return counts

    assert asyncio.run(asked()) == [1] * 10


def test_hundreds_of_searches_share_one_session(engine: SearchEngine) -> None:
    asyncio.run(engine.apply(CORPUS, {}))

    async def all_at_once() -> set[int]:
        asked = question(read_words("zhang san"))
        answers = await asyncio.gather(*(engine.search(asked, Extent(1)) for _ in range(300)))
        return {answer.found[0].id for answer in answers}

    assert asyncio.run(all_at_once()) == {ZHANG_SAN.id}


@pytest.mark.parametrize("typed", ["12345678 " * 28, "abc123 " * 32, "110105194912310029 " * 13])
def test_however_much_is_typed_the_cluster_takes_it(engine: SearchEngine, typed: str) -> None:
    asyncio.run(engine.apply(GENERATED, {}))
    asked = question(read_words(typed))
    assert asyncio.run(engine.search(asked, Extent(5))).found == ()


def test_an_address_has_nodes_a_name_and_a_user() -> None:
    assert read_address("http://127.0.0.1:9200") == Address((("127.0.0.1", 9200),), False, "kehu")
    told = read_address("https://me:p%40ss@a.test,[::1]:9201/hub-2/")
    assert told == Address((("a.test", 443), ("::1", 9201)), True, "hub-2", ("me", "p@ss"))
    assert "p@ss" not in repr(told)
