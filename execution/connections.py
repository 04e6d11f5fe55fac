"""Connections as JSON text: a page's rows gathered, its cursors, and how many there are in all."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, case, func, literal_column, select
from sqlalchemy.sql.selectable import Subquery

from execution.document import Asked
from execution.lists import NULL, listed_text, shown_id, shown_marks
from execution.places import Place
from execution.reasons import NotCompiled, Reason
from execution.sites import Parent, Site
from execution.steps import Run, as_json, marked
from execution.work import MANY, Among, Work
from loaders.batches import after_place, filtered, in_order
from loaders.cursors import Mark
from loaders.relations import Arguments, Order, Relation
from master.json_text import joined, number_text, said
from master.planning import cut_to
from schema.arguments import list_asked
from schema.fields import Loaded

LEADING = 1_000_000  # gives all places of a page the same number of digits


@dataclass(frozen=True)
class Parented:
    """What a list hangs on. among: the condition that ties rows to it; json: its key as JSON text; key: the
    same in a run, where it is known before the statement runs."""

    among: Among
    json: ColumnElement[str]
    key: Parent | None


def connection(work: Work, asked: Asked, how: Loaded, parent: Parented) -> ColumnElement[str]:
    """The page that a field asks for."""
    work.viewer.require(how.relation.rows.permission)
    return connection_of(work, asked, work.site(asked, how.relation, how.asked, parent.key), parent)


def connection_of(
    work: Work, asked: Asked, read: tuple[Site, Arguments], parent: Parented
) -> ColumnElement[str]:
    """The page at a site."""
    site, arguments = read
    fields = work.selections.below(asked, asked.kind)
    below = {each.key: work.selections.below(each, each.kind) for each in fields if each.definition}
    page = _Page(work, parent, site, arguments, _wanted(fields, below))
    parts: list[ColumnElement[Any]] = [said("{")]
    for place, each in enumerate(fields):
        parts += [said(f'{"," if place else ""}"{each.key}":'), page.member(each, below.get(each.key, []))]
    return page.whole(joined(*parts, said("}")))


def _wanted(fields: list[Asked], below: dict[str, list[Asked]]) -> frozenset[str]:
    """The names of all fields of pages' infos and edges."""
    return frozenset(
        f"{field.name}.{each.name}"
        for field in fields
        if field.definition is not None and field.how in ("page_info", "edges")
        for each in below[field.key]
    )


OF_ALL_ROWS = frozenset({"hasNextPage", "startCursor", "endCursor"})  # what a page tells by an aggregate


@dataclass
class _Page:
    work: Work
    parent: Parented
    site: Site
    arguments: Arguments
    wanted: frozenset[str]
    reads_rows: bool = False
    is_of_all_rows: bool = False  # an aggregate, which makes one text of them

    @cached_property
    def place(self) -> Place:
        return self.work.listing(self.relation, self.parent.among)

    @cached_property
    def cursor_step(self) -> int:
        return self.work.steps.add(self._write_cursor)

    @property
    def relation(self) -> Relation:
        return self.site.relation

    @property
    def order(self) -> Order:
        return self.relation.ordered(self.arguments.order, self.arguments.reverse)

    @property
    def reads_more(self) -> bool:
        return "pageInfo.hasNextPage" in self.wanted

    @property
    def numbers_rows(self) -> bool:
        return self.reads_more or any(each.endswith("ursor") for each in self.wanted)

    def member(self, asked: Asked, fields: list[Asked]) -> ColumnElement[str]:
        if asked.definition is None:
            return said(f'"{asked.parent.name}"')
        if asked.how == "total_count":
            return self._total()
        self.reads_rows = True
        if asked.how == "page_info":
            return self._page_info(fields)
        self.is_of_all_rows = True
        if asked.how == "nodes":
            return listed_text(self.work.object_text(self.work, fields, self.place), self._within())
        if asked.how == "edges":
            return listed_text(self.work.object_text(self.work, fields, self._as_edge()), self._within())
        raise NotCompiled(Reason.RESOLVER, asked.path)

    def whole(self, text: ColumnElement[str]) -> ColumnElement[str]:
        """The connection's text, with the page's rows where it reads them."""
        if not self.reads_rows:
            return text
        ids, rows, within = shown_id(self.work, self.place), func.count(), self._within()
        if ids is None and not self.is_of_all_rows:
            return text  # of each row there would be one
        if ids is not None:
            if within is not None:
                ids, rows = case((within, ids)), func.count(case((within, 1)))
            text = joined(shown_marks(self.work, ids, rows), text)
        return select(text).select_from(self._rows()).scalar_subquery()

    def _rows(self) -> Subquery:
        """In order, with the columns that are used, and one row more where that tells something."""
        source = self.place.tied
        columns = [*self.place.used_columns()]
        if self.numbers_rows:
            number = func.row_number().over(order_by=in_order(source.c, self.order))
            columns.append(number.label("place"))
        ask = self.work.ask(self.relation, self.arguments)
        found = select(*columns).select_from(source)
        rows = after_place(filtered(found, source, ask), source, ask)
        ordered = rows.order_by(*in_order(source.c, self.order))
        # How best to go from some customers to a list depends on how many: there PostgreSQL is told nothing.
        sees_most = ask.reach is None or ask.reach.sees_unassigned or self.relation.key is not None
        if self.work.few == MANY and sees_most:
            ordered = cut_to(ordered, self.site.room + 1, self.work.dialect)
        limit = self.site.count("more" if self.reads_more else "first")
        return ordered.limit(limit).subquery(self.place.name)

    def _number(self) -> ColumnElement[int]:
        return literal_column(f"{self.place.name}.place", BigInteger())

    def _within(self) -> ColumnElement[bool] | None:
        """Whether a row is of the page, where one more is read; else all are."""
        return self._number() <= self.site.count("first") if self.reads_more else None

    def _as_edge(self) -> Place:
        place = self.place
        return EdgePlace(
            place.name, place.tied, self.relation, place.is_outer, used=place.used, page=self, row=place
        )

    def edge_member(self, asked: Asked) -> ColumnElement[str]:
        """What an edge tells beside its node."""
        if asked.name == "cursor":
            return self.cursor()
        raise NotCompiled(Reason.RESOLVER, asked.path)

    def cursor(self) -> ColumnElement[str]:
        """Of the row."""
        names, dialect = self.order.columns, self.work.dialect
        values = (self.place.form(name, dialect).json(self.place.column(name)) for name in names)
        return marked(self.cursor_step, self.parent.json, number_text(self._number()), *values)

    def _write_cursor(self, run: Run, values: Sequence[Any]) -> bytes:
        parent, place, *order = values
        arguments, dialect = run.asked[self.site.number], self.work.dialect
        forms = (self.place.form(name, dialect) for name in self.order.columns)
        at = tuple(form.read(value) for form, value in zip(forms, order, strict=True))
        query = list_asked(self.relation, parent, arguments)
        return as_json(run.context.cursors.write(query, Mark(at, arguments.passed + place)))

    def _page_info(self, fields: list[Asked]) -> ColumnElement[str]:
        parts: list[ColumnElement[Any]] = [said("{")]
        for place, each in enumerate(fields):
            parts += [said(f'{"," if place else ""}"{each.key}":'), self._info(each)]
        return joined(*parts, said("}"))

    def _info(self, asked: Asked) -> ColumnElement[str]:
        tell: dict[str, Callable[[], ColumnElement[str]]] = {
            "hasNextPage": self._has_next,
            "hasPreviousPage": lambda: said("false" if self.arguments.after is None else "true"),
            "startCursor": self._start,
            "endCursor": self._end,
            "__typename": lambda: said(f'"{asked.parent.name}"'),
        }
        self.is_of_all_rows |= asked.name in OF_ALL_ROWS
        return tell[asked.name]()

    def _has_next(self) -> ColumnElement[str]:
        return case((func.count() > self.site.count("first"), said("true")), else_=said("false"))

    def _start(self) -> ColumnElement[str]:
        return func.coalesce(func.max(case((self._number() == 1, self.cursor()))), NULL)

    def _end(self) -> ColumnElement[str]:
        """That of the highest place; cursors themselves do not sort as their rows do."""
        placed: Any = joined(number_text(LEADING + self._number()), self.cursor())
        within = self._within()
        last = func.max(placed if within is None else case((within, placed)))
        return func.coalesce(func.substr(last, len(str(LEADING)) + 1), NULL)

    def _total(self) -> ColumnElement[str]:
        place = self.work.place(self.relation, self.parent.among)
        alike = Arguments(filters=self.arguments.filters)
        ask = self.work.ask(self.relation, alike, counted=True)
        found = filtered(select(func.count()).select_from(place.tied), place.tied, ask)
        return number_text(found.scalar_subquery())


@dataclass(frozen=True)
class EdgePlace(Place):
    """The place of an edge: that of its row, which is its node. page: has text for its other members."""

    page: Any = None
    row: Any = None
