"""What a customer search answers: hits, and what else a query asks to know of them."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row

from indexing.documents.customers import CustomerDocument
from indexing.documents.reading import read_documents
from indexing.engines.port import FacetCount
from indexing.highlights import Highlight, highlights
from indexing.permitted import Permitted
from indexing.search import Hit, SearchAnswer
from loaders.branches import branches_by_code
from loaders.cursors import Mark
from loaders.customers import customers_by_id
from loaders.relations import Relation
from loaders.tags import tags_by_code
from master.reads.freshness import oldest_pending
from schema.context import Context
from schema.pages import PageInfo
from schema.permitted import shown


@dataclass(frozen=True)
class SearchEdge:
    """A hit and its customer."""

    page: "SearchPage"
    hit: Hit
    node: Row[Any]
    place: int

    @property
    def cursor(self) -> str:
        return self.page.cursor(self.hit, self.place)

    @property
    def score(self) -> float:
        return self.hit.score

    async def highlights(self) -> list[Highlight]:
        return self.highlights_in(await self.page.documents())

    def highlights_in(self, documents: Mapping[int, CustomerDocument]) -> list[Highlight]:
        """What fits of the customer's own document, of these."""
        document = documents.get(self.hit.customer_id)
        if document is None:
            return []
        found = highlights(self.page.words, document, self.page.permitted)
        return [shown(each, self.page.context.viewer) for each in found]


@dataclass(frozen=True)
class LabelledFacet:
    """A value, as people call it, and how many have it."""

    value: str
    label: str
    count: int


@dataclass(frozen=True)
class LabelledFacets:
    """Counts over the whole answer, most first."""

    tags: list[LabelledFacet]
    branches: list[LabelledFacet]
    statuses: list[LabelledFacet]


@dataclass
class SearchPage:
    """One page of a search; `query` tells it from all other searches."""

    context: Context
    words: str
    permitted: Permitted
    query: object
    answer: SearchAnswer
    passed: int
    stale: bool
    _documents: "asyncio.Task[dict[int, CustomerDocument]] | None" = field(default=None, init=False)

    async def edges(self) -> list[SearchEdge]:
        """In the order of the hits; without customers whom only the index still knows."""
        loads = (self.context.loaders.load(customers_by_id, hit.customer_id) for hit in self.answer.hits)
        rows = await asyncio.gather(*loads)
        return [
            SearchEdge(self, hit, row, place)
            for place, (hit, row) in enumerate(zip(self.answer.hits, rows, strict=True))
            if row
        ]

    async def nodes(self) -> list[Row[Any]]:
        return [edge.node for edge in await self.edges()]

    def page_info(self) -> PageInfo:
        hits = self.answer.hits
        return PageInfo(
            has_next_page=self.answer.has_next,
            has_previous_page=self.passed > 0,
            start_cursor=self.cursor(hits[0], 0) if hits else None,
            end_cursor=self.cursor(hits[-1], len(hits) - 1) if hits else None,
        )

    def cursor(self, hit: Hit, place: int) -> str:
        position = (hit.position.score, hit.position.sort_key, hit.position.reranked)
        return self.context.cursors.write(self.query, Mark(position, self.passed + place + 1))

    async def facets(self) -> "LabelledFacets | None":
        counts = self.answer.facets
        if counts is None:
            return None
        return LabelledFacets(
            await self._named(counts.tags, tags_by_code),
            await self._named(counts.branches, branches_by_code),
            [LabelledFacet(each.value, each.value.capitalize(), each.count) for each in counts.statuses],
        )

    async def _named(self, counts: Sequence[FacetCount], relation: Relation) -> list[LabelledFacet]:
        """With the names that the master has for the codes."""
        rows = await asyncio.gather(*(self.context.loaders.load(relation, each.value) for each in counts))
        return [
            LabelledFacet(each.value, row.name if row else each.value, each.count)
            for each, row in zip(counts, rows, strict=True)
        ]

    async def index_age_seconds(self) -> float:
        oldest = await self.context.read(oldest_pending)
        return 0.0 if oldest is None else max(0.0, (self.context.now - oldest).total_seconds())

    async def documents(self) -> dict[int, CustomerDocument]:
        """The search documents of the hits, read once, when a highlight asks for them."""
        if self._documents is None:
            self._documents = asyncio.create_task(self._read_documents())
        return await asyncio.shield(self._documents)

    async def _read_documents(self) -> dict[int, CustomerDocument]:
        ids = [hit.customer_id for hit in self.answer.hits]
        clock = self.context.master.clock
        found = await self.context.read(lambda connection: read_documents(connection, ids, clock))
        return {each.document.id: each.document for each in found}
