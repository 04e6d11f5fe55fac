"""Tags, and which customers have them."""

from datetime import datetime
from typing import Any

import strawberry

from indexing.errors import SearchUnavailable
from indexing.search import SearchFilter, SearchRequest, search_customers
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


async def customer_count(root: Any, info: Info) -> int | None:
    """Counted by the search engine, exactly, for all tags of the request at once."""
    counts = await counted(info.context)
    return counts.get(root.code, 0)


async def counted(context: Context) -> dict[str, int]:
    """How many customers in sight have each tag, by its code; asked once a request. Raises Unavailable."""
    return await context.once("customers by tag", lambda: _counted(context))


async def _counted(context: Context) -> dict[str, int]:
    engine, seen = context.search, within(context.viewer)
    try:
        if engine is None:
            raise SearchUnavailable
        answer = await search_customers(
            engine, SearchRequest(filter=SearchFilter(within=seen), first=1, wants_facets=True)
        )
    except SearchUnavailable as error:
        raise Unavailable("Search is away: customers can not be counted now.") from error
    return {facet.value: facet.count for facet in answer.facets.tags} if answer.facets else {}


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
