"""What may be meant by a text that is still being typed: customers by name and by number, and tags."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row

from indexing.tags import TagFit
from schema.customers import Customer
from schema.described import described_from
from schema.fields import answered_by
from schema.search import Highlight, MatchKind, Span
from schema.search_pages import SearchEdge, SearchPage
from schema.tags import Tag


@dataclass(frozen=True)
class FittingTag:
    """A tag, and how the text fits it."""

    row: Row[Any]
    fit: TagFit


@dataclass
class Suggesting:
    """What fits a text; customers are searched for once, when one of their groups is asked for.

    search: None where nothing was typed; only_names: nothing that was typed is looked for in numbers.
    """

    tags: Sequence[FittingTag]
    first: int
    only_names: bool
    search: Callable[[], Awaitable[SearchPage]] | None
    _groups: "asyncio.Task[tuple[list[SearchEdge], list[SearchEdge]]] | None" = field(
        default=None, init=False
    )

    async def names(self) -> list[SearchEdge]:
        return (await self._grouped())[0][: self.first]

    async def numbers(self) -> list[SearchEdge]:
        return (await self._grouped())[1][: self.first]

    async def _grouped(self) -> tuple[list[SearchEdge], list[SearchEdge]]:
        if self._groups is None:
            self._groups = asyncio.create_task(self._group())
        return await asyncio.shield(self._groups)

    async def _group(self) -> tuple[list[SearchEdge], list[SearchEdge]]:
        """The hits of which only the name fits, and those of which a number does."""
        names: list[SearchEdge] = []
        numbers: list[SearchEdge] = []
        edges = await (await self.search()).edges() if self.search else []
        if self.only_names:
            return edges, []
        for edge in edges:
            fields = {light.field for light in await edge.highlights()}
            (numbers if fields - {"name"} else names).append(edge)
        return names, numbers


def _customer(root: SearchEdge) -> Any:
    return root.node


def _highlights(root: SearchEdge) -> Any:
    return root.highlights()


@described_from(SearchEdge)
class CustomerSuggestion:
    """A customer that may be meant."""

    customer: Customer = answered_by(_customer)
    """Who it may be."""
    highlights: list[Highlight] = answered_by(_highlights)
    """What fits, masked as the fields themselves are."""


def _tag(root: FittingTag) -> Any:
    return root.row


def _match(root: FittingTag) -> Any:
    return MatchKind(root.fit.match)


def _spans(root: FittingTag) -> Any:
    return [Span(start=start, end=end) for start, end in root.fit.spans]


@described_from(FittingTag)
class TagSuggestion:
    """A tag that may be meant."""

    tag: Tag = answered_by(_tag)
    """Which one."""
    match: MatchKind = answered_by(_match)
    """How it fits."""
    spans: list[Span] = answered_by(_spans)
    """Where in its name; empty where its code fits."""


def _names(root: Suggesting) -> Any:
    return root.names()


def _numbers(root: Suggesting) -> Any:
    return root.numbers()


@described_from(Suggesting)
class Suggestions:
    """What may be meant, in groups, best first."""

    names: list[CustomerSuggestion] | None = answered_by(_names)
    """Customers whose name fits; null when search is away."""
    numbers: list[CustomerSuggestion] | None = answered_by(_numbers)
    """Customers one of whose numbers fits, with their name where one was typed too; null when search is
    away."""
    tags: list[TagSuggestion]
    """Tags whose name, pinyin, initials or code fits."""
