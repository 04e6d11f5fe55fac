"""Call-centre search: hits, what matched, facets and notices."""

from enum import StrEnum
from typing import Any

import strawberry

from indexing import highlights as found
from indexing.notices import Notice
from schema.customers import Customer
from schema.described import described, described_from
from schema.fields import answered_by
from schema.pages import PageInfo
from schema.readings import SearchReading, readings_of
from schema.search_pages import LabelledFacet, LabelledFacets, SearchEdge, SearchPage


@strawberry.enum(description="How a typed part fits a field's text.")
class MatchKind(StrEnum):
    EXACT = "EXACT"
    PREFIX = "PREFIX"
    INSIDE = "INSIDE"
    PINYIN = "PINYIN"
    INITIALS = "INITIALS"
    TYPO = "TYPO"


@described
class Span:
    """A stretch of text, in Unicode code points."""

    start: int
    """Its first code point."""
    end: int
    """The code point behind its last."""


def _match(root: found.Highlight) -> Any:
    return MatchKind(root.match)


def _spans(root: found.Highlight) -> Any:
    return [Span(start=start, end=end) for start, end in root.spans]


@described_from(found.Highlight)
class Highlight:
    """Which field matched and how.

    text is plain, masked as the field itself is; spans are [start, end) in Unicode code points of text.
    """

    field: str
    """As name, documents.number, contactPoints.value, policies.number, number or birthDate."""
    match: MatchKind = answered_by(_match)
    """How it fits."""
    text: str
    """The field's value."""
    spans: list[Span] = answered_by(_spans)
    """Where in text."""


@described_from(Notice)
class SearchNotice:
    """What the searcher should know of the words."""

    code: str
    """Stable: TOO_SHORT, CHECK_DIGIT, MASKED, DID_YOU_MEAN …"""
    message: str
    """In words for people."""
    part: str | None
    """The typed part it is about."""
    query: str | None
    """With DID_YOU_MEAN: the query to search for instead."""


@described_from(LabelledFacet)
class Facet:
    """How many of all that fit have a value."""

    value: str
    """The code."""
    label: str
    """As people call it."""
    count: int
    """Exact."""


@described_from(LabelledFacets)
class SearchFacets:
    """Exact counts over all that fit, most first."""

    tags: list[Facet]
    """By tag."""
    branches: list[Facet]
    """By home branch."""
    statuses: list[Facet]
    """By status."""


def _edge_highlights(root: SearchEdge) -> Any:
    return root.highlights()


@described_from(SearchEdge)
class CustomerSearchEdge:
    """A hit."""

    cursor: str
    """Its place in the answer."""
    node: Customer
    """The customer."""
    score: float
    """How well it fits; the higher, the better."""
    highlights: list[Highlight] = answered_by(_edge_highlights)
    """What matched."""


def _edges(root: SearchPage) -> Any:
    return root.edges()


def _nodes(root: SearchPage) -> Any:
    return root.nodes()


def _page_info(root: SearchPage) -> Any:
    return root.page_info()


def _total_count(root: SearchPage) -> Any:
    return root.answer.total


def _facets(root: SearchPage) -> Any:
    return root.facets()


def _notices(root: SearchPage) -> Any:
    return root.answer.notices


def _index_age_seconds(root: SearchPage) -> Any:
    return root.index_age_seconds()


@described_from(SearchPage)
class CustomerSearchConnection:
    """A page of hits, best first."""

    edges: list[CustomerSearchEdge] = answered_by(_edges)
    """The hits with what is known of their fit."""
    nodes: list[Customer] = answered_by(_nodes)
    """The customers alone."""
    page_info: PageInfo = answered_by(_page_info)
    """Where this page lies in the answer."""
    total_count: int = answered_by(_total_count)
    """How many fit, exactly; counted only when asked for."""
    facets: SearchFacets | None = answered_by(_facets)
    """How those that fit are spread over tags, branches and statuses."""
    notices: list[SearchNotice] = answered_by(_notices)
    """What the searcher should know: TOO_SHORT, CHECK_DIGIT, DID_YOU_MEAN …"""
    readings: list[SearchReading] = answered_by(readings_of)
    """What each typed part was taken for, in order."""
    index_age_seconds: float = answered_by(_index_age_seconds)
    """Age of the oldest change that this answer may not hold yet, in seconds."""
    stale: bool
    """consistentWith was not reached in time."""
