"""What a customer search answers: hits, and what else a query asks to know of them."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sqlalchemy import Row, Table

from indexing.documents.values import CustomerValues, read_values
from indexing.engines.port import FacetCount
from indexing.highlights import Highlight, asks_numbers, highlights
from indexing.permitted import Permitted
from indexing.search import Hit, SearchAnswer
from loaders.cursors import Mark
from loaders.customers import customers_by_id
from master.reads.freshness import oldest_pending
from master.reads.names import branches, names_by_code, tags
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
        return self.highlights_in(await self.page.values())

    def highlights_in(self, values: Mapping[int, CustomerValues]) -> list[Highlight]:
        """What fits of the customer's own values, of these."""
        own = values.get(self.hit.customer_id)
        if own is None:
            return []
        found = highlights(self.page.words, own, self.page.permitted)
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
    _values: "asyncio.Task[dict[int, CustomerValues]] | None" = field(default=None, init=False)

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
            await self._named(counts.tags, tags),
            await self._named(counts.branches, branches),
            [LabelledFacet(each.value, each.value.capitalize(), each.count) for each in counts.statuses],
        )

    async def _named(self, counts: Sequence[FacetCount], of: Table) -> list[LabelledFacet]:
        """With the names that the master has for the codes, read at once: loads of each took half of it."""
        codes = [each.value for each in counts]
        names = await self.context.read(partial(names_by_code, of=of, codes=codes)) if codes else {}
        return [LabelledFacet(each.value, names.get(each.value, each.value), each.count) for each in counts]

    async def index_age_seconds(self) -> float:
        oldest = await self.context.read(oldest_pending)
        return 0.0 if oldest is None else max(0.0, (self.context.now - oldest).total_seconds())

    async def values(self) -> dict[int, CustomerValues]:
        """What the words may lie on, of each hit; read once, when a highlight asks for it."""
        if self._values is None:
            self._values = asyncio.create_task(self._read_values())
        return await asyncio.shield(self._values)

    async def _read_values(self) -> dict[int, CustomerValues]:
        ids = [hit.customer_id for hit in self.answer.hits]
        if not ids or not self.words.strip():
            return {}
        numbers = asks_numbers(self.words, self.permitted)
        return await self.context.read(lambda connection: read_values(connection, ids, with_numbers=numbers))
