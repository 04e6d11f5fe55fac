"""Tags, and which customers have them."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import strawberry
from strawberry.dataloader import DataLoader

from indexing.engines.port import SearchEngine
from indexing.errors import SearchUnavailable
from indexing.search import SearchFilter, SearchRequest, count_customers, search_customers
from loaders.tags import tags_by_id
from master.errors import Unavailable
from matching.masks import masked_text
from schema.codes import TagSource
from schema.context import Context, Info
from schema.described import described, described_from, described_input
from schema.fields import answered_by, identified, loaded_by, masked_by
from schema.ids import TAG
from schema.nodes import Node
from schema.pages import Connection, Edge, edges, nodes
from schema.permitted import within

FEW_TAGS = 8  # of a request: so many are counted one by one (0.1 to 0.9 ms of 200,000 customers), all in 10


async def customer_count(root: Any, info: Info) -> int | None:
    """Counted by the search engine, exactly, for all tags of the request at once."""
    context = info.context
    counts = await context.once("counts of tags", lambda: _counts(context))
    return await counts.load(root.code)


async def _counts(context: Context) -> DataLoader[str, int]:
    async def load(codes: list[str]) -> list[int]:
        if len(codes) <= FEW_TAGS:
            return await asyncio.gather(*(_counted_one(context, code) for code in codes))
        counts = await counted(context)
        return [counts.get(code, 0) for code in codes]

    return DataLoader(load)


async def counted(context: Context) -> dict[str, int]:
    """How many customers in sight have each tag, by its code; asked once a request. Raises Unavailable."""
    return await context.once("customers by tag", lambda: _counted(context))


async def _counted(context: Context) -> dict[str, int]:
    wanted = SearchRequest(filter=SearchFilter(within=within(context.viewer)), first=1, wants_facets=True)
    with _told_where_away():
        facets = (await search_customers(_engine(context), wanted)).facets
    return {facet.value: facet.count for facet in facets.tags} if facets else {}


async def _counted_one(context: Context, code: str) -> int:
    with _told_where_away():
        having = SearchFilter(within=within(context.viewer), tags_all=(code,))
        return await count_customers(_engine(context), having)


def _engine(context: Context) -> SearchEngine:
    if context.search is None:
        raise SearchUnavailable
    return context.search


@contextmanager
def _told_where_away() -> Iterator[None]:
    try:
        yield
    except SearchUnavailable as error:
        raise Unavailable("Search is away: customers can not be counted now.") from error


@described
class Tag(Node):
    """A mark that customers can have."""

    id: strawberry.ID = identified(TAG)
    """Opaque and globally unique."""
    code: str
    """The tag's own code."""
    name: str
    """The tag's name."""
    category: str
    """What kind of mark it is."""
    description: str | None
    """What it is to say."""
    customer_count: int | None = answered_by(customer_count)
    """Among the customers the viewer may see; null when search is away."""


@described
class CustomerTag:
    """A tag that a customer has."""

    tag: Tag = loaded_by(tags_by_id, key="tag_id")
    """Which one."""
    source: TagSource
    """Who gave it."""
    assigned_at: datetime
    """When it was given."""
    expires_at: datetime | None
    """When it ends by itself; null: never."""
    evidence: str | None = masked_by("notes", masked_text, "evidence")
    """Why the customer has it."""


@described_from(Edge)
class TagEdge:
    """A tag in a list."""

    cursor: str
    """Its place in the list."""
    node: Tag
    """The tag."""


@described
class TagConnection(Connection):
    """A page of tags."""

    edges: list[TagEdge] = edges()
    nodes: list[Tag] = nodes()


@described_input
class TagFilter:
    """By the codes of the tags that customers have."""

    all: list[str] | None = strawberry.UNSET
    """Every one of these."""
    any: list[str] | None = strawberry.UNSET
    """At least one of these."""
    none: list[str] | None = strawberry.UNSET
    """None of these."""
