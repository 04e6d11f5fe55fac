"""Connections: one shape for all lists. A page is read when one of its fields asks for it."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import strawberry
from sqlalchemy import Row

from loaders.batches import Slice
from loaders.cursors import Mark
from loaders.relations import Arguments, Relation
from schema.arguments import list_asked
from schema.context import Context
from schema.described import described


@dataclass(frozen=True, slots=True)
class Edge:
    """A row in a page, its cursor, and what belongs to the link between it and its parent."""

    page: "Page"
    node: Row[Any]
    place: int

    @property
    def cursor(self) -> str:
        return self.page.cursor(self.node, self.place)

    def link(self, column: str) -> Any:
        """A column of the link; None in lists that have no such link."""
        return getattr(self.node, column) if column in self.page.relation.link else None


@described
class PageInfo:
    """Where a page lies in its list."""

    has_next_page: bool
    """Whether more follows."""
    has_previous_page: bool
    """Whether something precedes."""
    start_cursor: str | None
    """The cursor of the first edge; null in an empty page."""
    end_cursor: str | None
    """The cursor of the last edge: pass it as `after` for the next page."""


@dataclass(frozen=True, slots=True)
class Page:
    """What a connection stands for: a relation, a parent and what is asked of it."""

    context: Context
    relation: Relation
    parent: Hashable
    arguments: Arguments

    async def slice(self) -> Slice:
        found: Slice = await self.context.loaders.load(self.relation, self.parent, self.arguments)
        return found

    async def rows(self) -> Sequence[Row[Any]]:
        return (await self.slice()).rows

    async def edges(self) -> list[Edge]:
        return [Edge(self, row, place) for place, row in enumerate(await self.rows())]

    async def page_info(self) -> PageInfo:
        found = await self.slice()
        ends = sorted({0, len(found.rows) - 1}) if found.rows else []
        cursors = [self.cursor(found.rows[place], place) for place in ends]
        return PageInfo(
            has_next_page=found.has_next,
            has_previous_page=self.arguments.after is not None,
            start_cursor=cursors[0] if cursors else None,
            end_cursor=cursors[-1] if cursors else None,
        )

    async def total_count(self) -> int:
        alike = Arguments(filters=self.arguments.filters)
        total: int = await self.context.loaders.load(self.relation, self.parent, alike, counted=True)
        return total

    def cursor(self, row: Row[Any], place: int) -> str:
        """The cursor of a row, and its place in this page."""
        order = self.relation.ordered(self.arguments.order)
        query = list_asked(self.relation, self.parent, self.arguments)
        mark = Mark(tuple(getattr(row, name) for name in order.columns), self.arguments.passed + place + 1)
        return self.context.cursors.write(query, mark)


def _edges(root: Page) -> Any:
    return root.edges()


def _nodes(root: Page) -> Any:
    return root.rows()


def _page_info(root: Page) -> Any:
    return root.page_info()


def _total_count(root: Page) -> Any:
    return root.total_count()


def edges() -> Any:
    """The edges of a connection."""
    return strawberry.field(
        resolver=_edges,
        description="The rows with what belongs to their place here.",
        metadata={"how": "edges"},
    )


def nodes() -> Any:
    """The nodes of a connection."""
    return strawberry.field(resolver=_nodes, description="The rows alone.", metadata={"how": "nodes"})


@dataclass(frozen=True)
class Linked:
    """A column of the link between a row and its parent."""

    column: str


def linked(column: str) -> Any:
    """A column of the link; null in lists without a parent."""

    def resolve(root: Edge) -> Any:
        return root.link(column)

    return strawberry.field(resolver=resolve, metadata={"how": Linked(column)})


@described
class Connection:
    """One page of a list."""

    page_info: PageInfo = strawberry.field(resolver=_page_info, metadata={"how": "page_info"})
    """Where this page lies in the list."""
    total_count: int = strawberry.field(resolver=_total_count, metadata={"how": "total_count"})
    """How many there are in the whole list; counted only when asked for."""
