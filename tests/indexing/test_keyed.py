"""No personal number stands in an index, and an index of other keys is noticed and made anew."""

import asyncio
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from indexing.documents.customers import CustomerDocument, content_mark
from indexing.engines.embedded import EmbeddedEngine
from indexing.engines.embedded_documents import embedded_document
from indexing.engines.opensearch import OpenSearchEngine
from indexing.engines.opensearch_documents import put_lines
from indexing.engines.port import Extent, SearchEngine
from indexing.errors import OtherKeys
from indexing.keyed import KeyedTerms
from indexing.questions import Phrase, Prefix, Question, Term, Tier, Unit
from indexing.rebuild import RebuildFailed, Succession
from indexing.tokens import gram_values, whole_terms
from master.keys import Keys
from master.session import Master
from master.tables.codes import ContactPointKind
from master.writes.customers import create_customer
from master.writes.inputs import GivenContactPoint, NewCustomer
from tests.conftest import TESTER
from tests.indexing.conftest import ENGINES
from tests.indexing.corpus import CORPUS, KEYS, SHAN, ZHANG_SAN
from tests.indexing.elsewhere import Elsewhere
from tests.indexing.following import entries, make
from tests.services.opensearch import Cluster

KEYED = KeyedTerms(KEYS)
TURNED = Keys(KEYS.root, index_turn=1)


def plain_parts(documents: list[CustomerDocument]) -> Iterator[str]:
    """Every number of these, and every term that was made of one."""
    for document in documents:
        yield from (*document.phones, *document.documents, *document.policies, *document.emails)
        yield from (term for term in whole_terms(document) if not term.startswith("n:"))
        yield from (gram for each in gram_values(document).values() for grams in each for gram in grams)


def test_no_document_for_either_engine_holds_a_number_or_a_fragment_of_one() -> None:
    parts = set(plain_parts(CORPUS))
    assert {"^13", "13800138000"} <= parts
    for document in CORPUS:
        made = json.loads(put_lines(document, KEYED).splitlines()[1])
        for texts in (made, embedded_document(document, KEYED).to_dict()):
            for field in ("ph", "id", "po", "whole"):
                terms = set(" ".join(as_list(texts.get(field, ""))).split())
                assert not terms & parts
                assert all(re.fullmatch(r"[A-Za-z0-9+/]{11}", term) for term in terms)


def as_list(found: str | list[str]) -> list[str]:
    return [found] if isinstance(found, str) else found


def test_no_file_of_an_embedded_index_holds_a_number(own_engine: EmbeddedEngine, index_path: Path) -> None:
    asyncio.run(own_engine.apply(CORPUS, {}))
    files = [path.read_bytes() for path in index_path.rglob("*") if path.is_file()]
    whole = {part.encode() for part in plain_parts(CORPUS) if len(part) >= 7}
    assert len(whole) > 1_000
    assert not [part for part in whole if any(part in file for file in files)]
    assert any("张三".encode() in file for file in files)  # what is not hashed is found like this


def test_each_field_has_a_key_of_its_own() -> None:
    assert KEYED.text("ph", ["138"]) != KEYED.text("id", ["138"]) != KEYED.text("po", ["138"])
    assert KEYED.text("ph", ["138", "800"]) == f"{KEYED.text('ph', ['138'])} {KEYED.text('ph', ['800'])}"


def test_hashes_are_the_same_in_every_process_and_for_no_other_keys() -> None:
    assert KEYED.text("ph", ["^13"]) == KeyedTerms(Keys(b"k" * 32)).text("ph", ["^13"])
    assert KEYED.text("ph", ["^13"]) != KeyedTerms(TURNED).text("ph", ["^13"])
    assert KEYED.fingerprint != KeyedTerms(TURNED).fingerprint
    assert content_mark(ZHANG_SAN, KEYED.mark_key) != content_mark(ZHANG_SAN, KeyedTerms(TURNED).mark_key)


def test_a_question_asks_for_hashes_where_the_index_holds_them() -> None:
    name, number = Term("hs", "=张三"), Phrase("ph", ("800", "00$"))
    asked = KEYED.asked(
        Question(((Unit((Tier(5, (name, number)),)),),), must=(Term("whole", "m:13800138000"),))
    )
    ((unit,),) = asked.alternatives
    assert unit.tiers[0].any[0] == name
    assert " ".join(unit.tiers[0].any[1].texts) == KEYED.text("ph", ["800", "00$"])  # type: ignore[union-attr]
    assert asked.must == (Term("whole", KEYED.text("whole", ["m:13800138000"])),)


def test_the_beginning_of_a_hash_can_not_be_asked_for() -> None:
    with pytest.raises(TypeError, match="id holds hashes"):
        KEYED.asked(Question(must=(Prefix("id", "320"),)))


@pytest.fixture(params=ENGINES)
def both(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[SearchEngine, SearchEngine]]:
    """Two hubs' engines on one index, the second with other keys."""
    if request.param == "embedded":
        embedded = [EmbeddedEngine(tmp_path / "index", keys) for keys in (KEYS, TURNED)]
        yield embedded[0], embedded[1]
        for engine in embedded:
            asyncio.run(engine.close())
        return
    cluster: Cluster = request.getfixturevalue("cluster")
    own = cluster.own()
    clustered = [Elsewhere(OpenSearchEngine(own, keys)) for keys in (KEYS, TURNED)]
    yield clustered[0], clustered[1]
    for engine in clustered:
        engine.end()
    cluster.drop(own)


def test_an_index_of_other_keys_gives_nothing_and_takes_nothing(
    both: tuple[SearchEngine, SearchEngine],
) -> None:
    engine, other = both
    asyncio.run(engine.apply([ZHANG_SAN], {}))
    with pytest.raises(OtherKeys, match="made with other keys: let KEHU_KEYS name its key file"):
        asyncio.run(other.search(Question(), Extent(1)))
    with pytest.raises(OtherKeys):
        asyncio.run(other.apply([SHAN], {}))
    health = asyncio.run(other.health())
    assert (health.is_ready, health.needs_rebuild) == (False, True)
    assert [entry.name for entry in entries(engine)] == [ZHANG_SAN.names[0]]


def test_a_rebuild_gives_the_index_other_keys(
    both: tuple[SearchEngine, SearchEngine], master: Master
) -> None:
    engine, other = both
    make(master, "张三")
    asyncio.run(Succession(master, engine).rebuild())
    asyncio.run(Succession(replace(master, keys=TURNED), other).rebuild())
    assert [entry.name for entry in entries(other)] == ["张三"]
    assert len(asyncio.run(other.generations())) == 1  # one of other keys could not serve again
    with pytest.raises(OtherKeys):
        asyncio.run(engine.search(Question(), Extent(1)))


def test_no_index_is_made_with_keys_that_open_no_customer(master: Master, engine: SearchEngine) -> None:
    mobile = GivenContactPoint(ContactPointKind.MOBILE, "13800138000")
    with master.transaction(TESTER) as tx:
        create_customer(tx, NewCustomer("张三", contact_points=(mobile,)))
    asyncio.run(Succession(master, engine).rebuild())
    url = master.engine.url.render_as_string(hide_password=False)
    wrong = Master.open(url, Keys(b"w" * 32), master.clock)
    with pytest.raises(RebuildFailed, match="KEHU_KEYS must name this master's key file"):
        asyncio.run(Succession(wrong, engine).rebuild())
    assert [entry.name for entry in entries(engine)] == ["张三"]
    wrong.close()
