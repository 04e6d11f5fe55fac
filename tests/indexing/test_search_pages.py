"""Pages, filters, facets and counts over each engine."""

import asyncio
from collections import Counter
from datetime import UTC, date, datetime
from typing import Any

import pytest

from indexing.documents.customers import CustomerDocument
from indexing.engines.port import FacetCount, SearchEngine
from indexing.search import Hit, Position, SearchAnswer, SearchFilter, SearchRequest, search_customers
from tests.indexing.corpus import CORPUS, GENERATED, ZHANG_SAN


def ask(engine: SearchEngine, words: str = "", **rest: Any) -> SearchAnswer:
    return asyncio.run(search_customers(engine, SearchRequest(words=words, **rest)))


def all_pages(engine: SearchEngine, words: str, size: int, wanted: SearchFilter) -> list[Hit]:
    hits: list[Hit] = []
    after: Position | None = None
    while True:
        page = ask(engine, words, filter=wanted, first=size, after=after)
        hits += page.hits
        assert page.has_next is (len(page.hits) == size and page.has_next)
        if not page.has_next:
            return hits
        assert len(page.hits) == size
        after = page.hits[-1].position


# One part, several parts, several ways to understand them, typos, and none at all.
@pytest.mark.parametrize(
    "words", ["", "w", "l m", "zhang", "li m", "王", "139", "1399", "王 13", "james 9", "20"]
)
@pytest.mark.parametrize("size", [1, 7, 60, 61])
def test_pages_never_repeat_or_lose_a_customer(corpus_engine: SearchEngine, words: str, size: int) -> None:
    if size == 1 and words == "":
        size = 3
    total = ask(corpus_engine, words, wants_total=True).total
    hits = all_pages(corpus_engine, words, size, SearchFilter())
    ids = [hit.customer_id for hit in hits]
    assert len(set(ids)) == len(ids) == total
    assert ids == [hit.customer_id for hit in ask(corpus_engine, words, first=1000).hits]
    scores = [(hit.score, hit.sort_key) for hit in hits]
    assert scores == sorted(scores, reverse=True)


def test_pages_hold_under_a_filter(corpus_engine: SearchEngine) -> None:
    wanted = SearchFilter(tags_any=("vip", "risk"), statuses=("ACTIVE", "LOST"))
    fitting = [d.id for d in GENERATED if {"vip", "risk"} & {*d.tags} and d.status != "PROSPECT"]
    hits = all_pages(corpus_engine, "", 9, wanted)
    assert sorted(hit.customer_id for hit in hits) == fitting


BORN = date(1980, 1, 1)
SINCE = datetime(2026, 9, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("wanted", "fits"),
    [
        (SearchFilter(kind="ORGANIZATION"), lambda d: d.kind == "ORGANIZATION"),
        (SearchFilter(statuses=("LOST", "PROSPECT")), lambda d: d.status in ("LOST", "PROSPECT")),
        (SearchFilter(branch="BJ01"), lambda d: d.branch == "BJ01"),
        (SearchFilter(branch="BJ"), lambda d: d.branch == "BJ01"),
        (SearchFilter(branch="HQ"), lambda d: d.branch is not None),
        (SearchFilter(tags_all=("vip", "gold")), lambda d: {"vip", "gold"} <= {*d.tags}),
        (SearchFilter(tags_any=("vip", "gold")), lambda d: bool({"vip", "gold"} & {*d.tags})),
        (SearchFilter(tags_none=("vip", "gold")), lambda d: not {"vip", "gold"} & {*d.tags}),
        (
            SearchFilter(tags_all=("life",), tags_any=("vip", "gold"), tags_none=("risk",)),
            lambda d: "life" in d.tags and bool({"vip", "gold"} & {*d.tags}) and "risk" not in d.tags,
        ),
        (SearchFilter(product_line="MOTOR"), lambda d: "MOTOR" in d.product_lines),
        (SearchFilter(born_from=BORN), lambda d: d.birth_date is not None and d.birth_date >= BORN),
        (SearchFilter(born_to=BORN), lambda d: d.birth_date is not None and d.birth_date <= BORN),
        (SearchFilter(born_from=date(1949, 12, 31), born_to=date(1949, 12, 31)), lambda d: d == ZHANG_SAN),
        (SearchFilter(document="RESIDENT_ID 11010519491231002x"), lambda d: d == ZHANG_SAN),
        (SearchFilter(document="PASSPORT 11010519491231002X"), lambda d: False),
        (SearchFilter(mobile="13800138000"), lambda d: d == ZHANG_SAN),
        (SearchFilter(mobile="+86 138-0013-8000"), lambda d: d == ZHANG_SAN),
        (SearchFilter(mobile="3800138000"), lambda d: False),
        (SearchFilter(mobile="01066554321"), lambda d: False),  # a landline
        (SearchFilter(updated_since=SINCE), lambda d: d.updated_at >= SINCE),
        (SearchFilter(within=("SH", "SZ01")), lambda d: d.branch in ("SH01", "SZ01")),
        (SearchFilter(within=()), lambda d: False),
        (SearchFilter(branch="no\ud800such\0code"), lambda d: False),
    ],
)
def test_filters_hold_exactly(corpus_engine: SearchEngine, wanted: SearchFilter, fits: Any) -> None:
    fitting = {document.id for document in CORPUS if fits(document)}
    answer = ask(corpus_engine, filter=wanted, first=1000, wants_total=True)
    assert {hit.customer_id for hit in answer.hits} == fitting
    assert answer.total == len(fitting)


def _counts(values: list[str]) -> tuple[FacetCount, ...]:
    counted = sorted(Counter(values).items(), key=lambda one: (-one[1], one[0]))
    return tuple(FacetCount(value, count) for value, count in counted)


@pytest.mark.parametrize("words", ["", "1399", "w"])
def test_facets_count_exactly_what_fits(corpus_engine: SearchEngine, words: str) -> None:
    wanted = SearchFilter(statuses=("ACTIVE", "LOST"))
    by_id = {document.id: document for document in CORPUS}
    answer = ask(corpus_engine, words, filter=wanted, first=1000, wants_facets=True)
    fitting: list[CustomerDocument] = [by_id[hit.customer_id] for hit in answer.hits]
    assert answer.facets is not None
    assert answer.facets.tags == _counts([tag for one in fitting for tag in one.tags])
    assert answer.facets.branches == _counts([one.branch for one in fitting if one.branch])
    assert answer.facets.statuses == _counts([one.status for one in fitting])
    assert {facet.value for facet in answer.facets.statuses} == {"ACTIVE", "LOST"}


def test_counts_are_made_only_when_asked_for(corpus_engine: SearchEngine) -> None:
    answer = ask(corpus_engine, "zhang")
    assert (answer.total, answer.facets) == (None, None)
