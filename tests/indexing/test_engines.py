"""What every search engine promises: writes, revisions, deletes, generations, order and counts."""

import asyncio
from dataclasses import replace

import pytest

from indexing.documents.customers import content_mark
from indexing.engines.port import Extent, IndexEntry, Mark, SearchEngine
from indexing.errors import DocumentsRefused, SearchUnavailable
from indexing.keyed import KeyedTerms
from indexing.questions import Fuzzy, Prefix, Question, Tier, Unit
from indexing.search import SearchRequest, search_customers
from tests.indexing.corpus import (
    CORPUS,
    GENERATED,
    KEYS,
    SHAN,
    ZENG,
    ZHANG_SAN,
    ZHANG_SANFENG,
    ZHANG_SHAN,
    customer,
)

MARK_KEY = KeyedTerms(KEYS).mark_key


def ids(engine: SearchEngine, words: str) -> list[int]:
    answer = asyncio.run(search_customers(engine, SearchRequest(words=words, first=1000)))
    return [hit.customer_id for hit in answer.hits]


def entries(engine: SearchEngine, generation: str | None = None) -> list[IndexEntry]:
    async def listed() -> list[IndexEntry]:
        return [entry async for entry in engine.entries(generation=generation)]

    return asyncio.run(listed())


def test_what_was_applied_is_found_at_once(engine: SearchEngine) -> None:
    asyncio.run(engine.apply([ZHANG_SAN, SHAN], {}))
    assert ids(engine, "张三") == [ZHANG_SAN.id]
    asyncio.run(engine.apply([replace(ZHANG_SAN, revision=2, names=("李四",))], {SHAN.id: 2}))
    assert ids(engine, "张三") == []
    assert ids(engine, "") == [ZHANG_SAN.id]


def test_an_older_revision_never_replaces_a_newer_one(engine: SearchEngine) -> None:
    newer = replace(ZHANG_SAN, revision=5, names=("张五",))
    asyncio.run(engine.apply([newer], {}))
    asyncio.run(engine.apply([ZHANG_SAN], {}))
    assert ids(engine, "张五") == [ZHANG_SAN.id]
    asyncio.run(engine.apply([replace(newer, revision=6, names=("张六",)), newer], {}))
    assert ids(engine, "张六") == [ZHANG_SAN.id]


def test_the_same_again_changes_nothing(engine: SearchEngine) -> None:
    for _ in range(3):
        asyncio.run(engine.apply(GENERATED, {}))
    assert asyncio.run(engine.count()) == len(GENERATED)


def test_everything_in_the_index_is_listed_by_id(corpus_engine: SearchEngine) -> None:
    wanted = [IndexEntry(one.id, one.number, one.revision, one.names[0]) for one in CORPUS]
    assert entries(corpus_engine) == wanted


def test_a_document_that_can_not_be_indexed_is_refused_and_the_others_are_in(
    engine: SearchEngine,
) -> None:
    with pytest.raises(DocumentsRefused, match="customer 1001: ") as refused:
        asyncio.run(engine.apply([SHAN, replace(ZHANG_SAN, revision=-1)], {}))
    assert refused.value.reasons.keys() == {ZHANG_SAN.id}
    asyncio.run(engine.apply([ZENG], {}))
    assert ids(engine, "") == [SHAN.id, ZENG.id]


def test_lone_surrogates_in_the_master_do_not_stop_the_index(engine: SearchEngine) -> None:
    odd = replace(ZHANG_SAN, names=("张\ud800三",), tags=("\ud800",), policies=("P\ud80012345",))
    asyncio.run(engine.apply([odd], {}))
    assert ids(engine, "张三") == [ZHANG_SAN.id]


def test_a_closed_engine_is_unavailable(engine: SearchEngine) -> None:
    asyncio.run(engine.close())
    with pytest.raises(SearchUnavailable):
        ids(engine, "张三")


def test_many_searches_and_writes_at_once_do_not_disturb_each_other(engine: SearchEngine) -> None:
    async def all_at_once() -> list[int]:
        await engine.apply([ZHANG_SAN], {})
        request = SearchRequest(words="zhang san")
        writes = [engine.apply([document], {}) for document in GENERATED[:20]]
        searches = [search_customers(engine, request) for _ in range(100)]
        answers = await asyncio.gather(*searches, *writes)
        return [answer.hits[0].customer_id for answer in answers if answer is not None]

    assert asyncio.run(all_at_once()) == [ZHANG_SAN.id] * 100
    assert asyncio.run(engine.count()) == 21


def test_a_delete_that_comes_late_takes_nobody_away(engine: SearchEngine) -> None:
    asyncio.run(engine.apply([replace(ZHANG_SAN, revision=5)], {}))
    asyncio.run(engine.apply([], {ZHANG_SAN.id: 4, SHAN.id: 1}))
    assert ids(engine, "") == [ZHANG_SAN.id]
    asyncio.run(engine.apply([replace(ZHANG_SAN, revision=5, names=("张五",))], {}))
    assert ids(engine, "张五") == [ZHANG_SAN.id]


def test_a_full_generation_takes_the_place_of_the_serving_one(engine: SearchEngine) -> None:
    asyncio.run(engine.apply([ZHANG_SAN], {}))
    assert asyncio.run(engine.health()).needs_rebuild
    (first,) = asyncio.run(engine.generations())
    new = asyncio.run(engine.new_generation())
    asyncio.run(engine.apply([SHAN, ZENG], {}, generation=new))
    assert asyncio.run(engine.count(generation=new)) == 2
    assert [one.id for one in entries(engine, new)] == [SHAN.id, ZENG.id]
    assert ids(engine, "") == [ZHANG_SAN.id]
    asyncio.run(engine.serve_generation(new))
    assert ids(engine, "") == [SHAN.id, ZENG.id]
    assert asyncio.run(engine.generations()) == [new, first]
    asyncio.run(engine.apply([ZHANG_SAN], {}))
    health = asyncio.run(engine.health())
    assert (health.is_ready, health.needs_rebuild, health.customers) == (True, False, 3)


def test_parts_that_are_filled_side_by_side_are_one_generation(engine: SearchEngine) -> None:
    async def fill() -> tuple[str, list[Mark]]:
        new = await engine.new_generation()
        await engine.fill(CORPUS[::2], generation=new, part=0)
        await engine.fill(CORPUS[1::2], generation=new, part=1)
        for part in (0, 1):
            await engine.close_part(generation=new, part=part)
        await engine.join_parts(generation=new)
        await engine.apply([replace(ZHANG_SAN, revision=7)], {SHAN.id: 2}, generation=new)
        return new, await engine.marks(1000, 3, generation=new)

    new, marks = asyncio.run(fill())
    assert asyncio.run(engine.count(generation=new)) == len(CORPUS) - 1
    changed = replace(ZHANG_SAN, revision=7)
    wanted = (changed, ZHANG_SANFENG, ZHANG_SHAN)
    assert marks == [Mark(one.id, one.revision, content_mark(one, MARK_KEY)) for one in wanted]
    asyncio.run(engine.drop_generation(new))
    assert new not in asyncio.run(engine.generations())


def test_marks_are_of_the_present_moment(engine: SearchEngine) -> None:
    async def marked() -> list[list[Mark]]:
        await engine.apply([SHAN], {}, visible=False)
        before = await engine.marks(0, 10)
        await engine.apply([], {SHAN.id: 2}, visible=False)
        return [before, await engine.marks(0, 10)]

    assert asyncio.run(marked()) == [[Mark(SHAN.id, 1, content_mark(SHAN, MARK_KEY))], []]


def test_what_need_not_be_visible_can_be_made_so(engine: SearchEngine) -> None:
    asyncio.run(engine.apply([SHAN], {}, visible=False))
    asyncio.run(engine.make_visible())
    assert ids(engine, "") == [SHAN.id]


def test_the_generation_before_can_serve_again(engine: SearchEngine) -> None:
    asyncio.run(engine.apply([ZHANG_SAN], {}))
    (first,) = asyncio.run(engine.generations())
    new = asyncio.run(engine.new_generation())
    asyncio.run(engine.serve_generation(new))
    assert ids(engine, "") == []
    asyncio.run(engine.serve_generation(first))
    assert ids(engine, "") == [ZHANG_SAN.id]
    assert asyncio.run(engine.drop_old_generations()) == [new]
    assert asyncio.run(engine.generations()) == [first]


def test_what_is_no_generation_of_the_index_is_not_touched(engine: SearchEngine) -> None:
    asyncio.run(engine.apply([ZHANG_SAN], {}))
    (first,) = asyncio.run(engine.generations())
    for name in (first[:-1], "somebody-elses", "../generation-1"):
        with pytest.raises((SearchUnavailable, ValueError)):
            asyncio.run(engine.apply([SHAN], {}, generation=name))
        with pytest.raises((SearchUnavailable, ValueError)):
            asyncio.run(engine.serve_generation(name))
    assert asyncio.run(engine.generations()) == [first]


@pytest.mark.parametrize("leaf", [Prefix("lt", "zhan"), Fuzzy("lt", "zhan")], ids=["begun", "misspelt"])
def test_everybody_is_found_however_many_ways_a_name_goes_on(
    engine: SearchEngine, leaf: Prefix | Fuzzy
) -> None:
    """Engines stop at 50 or 1,024 different terms, unless they are told not to."""
    yi_syllables = map(chr, range(0xA000, 0xA000 + 1100))
    asyncio.run(engine.apply([customer(id, f"Zhan{one}") for id, one in enumerate(yi_syllables, 1)], {}))
    question = Question(((Unit((Tier(10, (leaf,)),)),),))
    answer = asyncio.run(engine.search(question, Extent(1, wants_total=True)))
    assert answer.total == 1100
