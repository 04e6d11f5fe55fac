"""A question in OpenSearch's query language: constant scores only, and no text that it would interpret."""

from collections.abc import Sequence
from typing import Any

from indexing.documents.terms import storable
from indexing.engines.opensearch_documents import SHIFT
from indexing.engines.port import Extent, Place
from indexing.questions import (
    AllOf,
    AnyTerm,
    Between,
    Fuzzy,
    Leaf,
    Phrase,
    Prefix,
    Question,
    Term,
    Tier,
    Unit,
)

# Codes counted at most: above the number of tags, branches and statuses, so exact whatever the shards.
MOST_FACETS = 10_000
FACETS = {"tags": "tags", "branches": "branch", "statuses": "status"}
# OpenSearch refuses more than 1,024 (indices.query.bool.max_clause_count).
MOST_CLAUSES = 1_000

Query = dict[str, Any]

LIVING: Query = {"bool": {"must_not": [{"term": {"gone": True}}]}}
_NOBODY: Query = {"match_none": {}}


def search_body(question: Question, extent: Extent, seconds: float | None) -> Query:
    """One request for hits, total and facets.

    Never with terminate_after: the best hit may be the last one looked at, and counts are exact.
    """
    is_scored = bool(question.alternatives)
    by_key = {"sort_key": "desc"}
    body: Query = {
        "size": extent.limit,
        "query": query_of(question),
        "sort": [{"_score": "desc"}, by_key] if is_scored else [by_key],
        "_source": ["name"],
        "track_total_hits": extent.wants_total,
    }
    if extent.after is not None:
        body["search_after"] = _behind(extent.after, is_scored)
    if extent.wants_facets:
        body["aggs"] = {
            name: {"terms": {"field": field, "size": MOST_FACETS}} for name, field in FACETS.items()
        }
    if seconds is not None:
        body["timeout"] = f"{max(1, round(seconds * 1000))}ms"
    return body


def marks_body(low: int, most: int) -> Query:
    """What checks compare, from this key on."""
    wanted = {"bool": {**LIVING["bool"], "filter": [{"range": {"key": {"gte": low}}}]}}
    fields = ["revision", "content"]
    return {
        "size": most,
        "query": wanted,
        "sort": [{"key": "asc"}],
        "_source": False,
        "docvalue_fields": fields,
    }


def entries_body(after: int | None, limit: int) -> Query:
    """Everybody by key, from behind one on."""
    behind = {} if after is None else {"search_after": [after]}
    fields = ["number", "revision", "name"]
    return {"size": limit, "query": LIVING, "sort": [{"key": "asc"}], "_source": fields, **behind}


def query_of(question: Question) -> Query:
    """Everything that fits, scored; with no alternative all within the conditions, with score 0."""
    none = [*LIVING["bool"]["must_not"], *(_leaf(leaf) for leaf in question.none)]
    clauses: Query = {"must_not": none, "filter": [_leaf(leaf) for leaf in question.must]}
    if question.alternatives:
        ways = [_way(units) for units in _bounded(question.alternatives)]
        clauses["must"] = [_best(ways)]
    return {"bool": clauses}


def _behind(place: Place, is_scored: bool) -> list[int]:
    key = place.sort_key - SHIFT
    return [place.score, key] if is_scored else [key]


def _way(units: tuple[Unit, ...]) -> Query:
    if len(units) == 1:
        return _unit(units[0])
    return {"bool": {"must": [_unit(unit) for unit in units]}}


def _unit(unit: Unit) -> Query:
    return _best([_tier(tier) for tier in unit.tiers])


def _best(queries: list[Query]) -> Query:
    return queries[0] if len(queries) == 1 else {"dis_max": {"queries": queries}}


def _tier(tier: Tier) -> Query:
    return {"constant_score": {"filter": _any(tier.any), "boost": tier.score}}


def _any(leaves: Sequence[Leaf]) -> Query:
    if len(leaves) == 1:
        return _leaf(leaves[0])
    return {"bool": {"should": [_leaf(leaf) for leaf in leaves]}}


def _leaf(leaf: Leaf) -> Query:  # noqa: PLR0911  one line a kind
    match leaf:
        case Term(field, text):
            return {"term": {field: storable(text)}}
        case AnyTerm(field, texts):
            return {"terms": {field: [storable(text) for text in texts]}} if texts else _NOBODY
        case Prefix(field, text):
            return {"prefix": {field: {"value": storable(text), "rewrite": "constant_score"}}}
        case Fuzzy(field, text):
            # Rewritten to a constant score all terms count; otherwise only the nearest 50.
            near = {"value": storable(text), "fuzziness": "1", "transpositions": True, "prefix_length": 0}
            return {"fuzzy": {field: {**near, "rewrite": "constant_score"}}}
        case Phrase(field, texts):
            return {"match_phrase": {field: storable(" ".join(texts))}}
        case Between(field, low, high):
            bounds = {name: bound for name, bound in (("gte", low), ("lte", high)) if bound is not None}
            return {"range": {field: bounds}}
        case AllOf(parts):
            return {"bool": {"filter": [_leaf(part) for part in parts]}}


def _bounded(ways: tuple[tuple[Unit, ...], ...]) -> tuple[tuple[Unit, ...], ...]:
    """The ways to understand the words, without the least tiers where there would be too many clauses.

    Some twenty numbers in one search come here; what people type does not.
    """
    if _clauses(ways) <= MOST_CLAUSES:
        return ways
    (first, *_) = ways
    deepest = max(len(unit.tiers) for unit in first)
    for depth in range(deepest, 0, -1):
        kept = (tuple(Unit(unit.tiers[:depth]) for unit in first),)
        if _clauses(kept) <= MOST_CLAUSES:
            break
    return kept


def _clauses(ways: tuple[tuple[Unit, ...], ...]) -> int:
    return sum(
        _size(leaf) + 1 for units in ways for unit in units for tier in unit.tiers for leaf in tier.any
    )


def _size(leaf: Leaf) -> int:
    if isinstance(leaf, AllOf):
        return sum(_size(part) for part in leaf.parts)
    return len(leaf.texts) if isinstance(leaf, Phrase) else 1
