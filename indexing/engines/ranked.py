"""Hits of tantivy in exact order: by score, then by sort key, from any place on.

tantivy itself orders equal scores by where they happen to lie. With one typed part the order is made
tier by tier, each sorted by its integer key, which costs the same at any depth. With several parts, or
several ways to understand them, hits are taken by score until the last one wanted can not be outdone.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from tantivy import DocAddress, Order, Query, Searcher

from indexing.documents.terms import storable
from indexing.engines.port import Place
from indexing.engines.tantivy_queries import QueryMaker
from indexing.questions import Question, Term, Unit

# Taken at first where ties must be sorted here; 2 ms.
FIRST_TAKEN = 2_000
GROWTH = 10
COMMON = 2_000  # customers with a term


@dataclass(frozen=True, slots=True)
class Hit:
    score: int
    sort_key: int
    address: DocAddress


Ranked = tuple[int, int, DocAddress]  # score and sort key, both negative so that the best is least


def ranked(
    searcher: Searcher, maker: QueryMaker, question: Question, limit: int, after: Place | None
) -> list[Hit]:
    """The first hits behind the place."""
    if not limit:
        return []
    if not question.alternatives:
        below = None if after is None else after.sort_key
        return list(_by_key(searcher, maker.listed(question, below), 0, limit))
    whole = maker.whole(question)
    if len(question.alternatives) > 1 or len(question.alternatives[0]) > 1:
        return _widening(searcher, whole, limit, after)
    if after is None and not _fits_many(searcher, question.alternatives[0][0]):
        hits = _by_score(searcher, whole, limit + 1)
        if len(hits) <= limit:
            return _told(hits)
    return _by_tier(searcher, maker, question, limit, after)


def _fits_many(searcher: Searcher, unit: Unit) -> bool:
    """Whether so many fit that to take the best by score would only show that there are ties."""
    terms = (leaf for tier in unit.tiers for leaf in tier.any if isinstance(leaf, Term))
    return any(searcher.doc_freq(term.field, storable(term.text)) > COMMON for term in terms)


def _by_key(searcher: Searcher, query: Query, score: int, limit: int) -> Iterator[Hit]:
    found = searcher.search(query, limit=limit, count=False, order_by_field="sort_key", order=Order.Desc)
    return (Hit(score, key, address) for key, address in found.hits)


def _by_score(searcher: Searcher, query: Query, limit: int) -> list[Ranked]:
    """Best first, ties by sort key."""
    found = searcher.search(query, limit=limit, count=False).hits
    keys = searcher.fast_field_values("sort_key", [address for _, address in found])
    ranks = [(-round(score), -int(key or 0)) for (score, _), key in zip(found, keys, strict=True)]
    order = sorted(range(len(ranks)), key=ranks.__getitem__)
    return [(*ranks[at], found[at][1]) for at in order]


def _told(hits: list[Ranked]) -> list[Hit]:
    return [Hit(-score, -key, address) for score, key, address in hits]


def _by_tier(
    searcher: Searcher, maker: QueryMaker, question: Question, limit: int, after: Place | None
) -> list[Hit]:
    unit: Unit = question.alternatives[0][0]
    found: list[Hit] = []
    for rank, tier in enumerate(unit.tiers):
        if after is not None and tier.score > after.score:
            continue
        below = after.sort_key if after is not None and tier.score == after.score else None
        query = maker.tier(question, unit, rank, below)
        found.extend(_by_key(searcher, query, tier.score, limit - len(found)))
        if len(found) >= limit:
            break
    return found


def _widening(searcher: Searcher, whole: Query, limit: int, after: Place | None) -> list[Hit]:
    size = max(FIRST_TAKEN, 2 * limit)
    behind = None if after is None else (-after.score, -after.sort_key)
    while True:
        hits = _by_score(searcher, whole, size)
        kept = hits if behind is None else [hit for hit in hits if hit[:2] > behind]
        is_all = len(hits) < size
        # Hits are in order: the last one has the lowest score that was taken, whose ties may be missing.
        if is_all or (len(kept) >= limit and kept[limit - 1][0] < hits[-1][0]):
            return _told(kept[:limit])
        size *= GROWTH
