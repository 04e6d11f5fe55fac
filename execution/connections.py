"""Connections as JSON text: a page's rows gathered, its cursors, and how many there are in all."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, String, case, func, literal_column, select

from execution.document import Asked
from execution.lists import NOTHING, NULL, shown_id, shown_marks
from execution.places import Place
from execution.reasons import NotCompiled, Reason
from execution.sites import Parent, Site
from execution.steps import Run, as_json, marked
from execution.values import form_of
from execution.work import Among, Work
from loaders.batches import after_place, filtered, in_order
from loaders.cursors import Mark
from loaders.relations import Arguments, Order, Relation
from master.json_text import gathered, joined, number_text, said
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
    site, arguments = work.site(asked, how.relation, how.asked, parent.key)
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


@dataclass
class _Page:
    work: Work
    parent: Parented
    site: Site
    arguments: Arguments
    wanted: frozenset[str]
    columns: list[Any] = field(default_factory=list)
    reads_rows: bool = False

    @cached_property
    def place(self) -> Place:
        return self.work.place(self.relation, self.parent.among)

    @cached_property
    def name(self) -> str:
        return self.work.name("l")

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
        if asked.how == "nodes":
            return self._listed(self.work.object_text(self.work, fields, self.place))
        if asked.how == "edges":
            return self._listed(self.work.object_text(self.work, fields, self._as_edge()))
        if asked.how == "page_info":
            return self._page_info(fields)
        raise NotCompiled(Reason.RESOLVER, asked.path)

    def whole(self, text: ColumnElement[str]) -> ColumnElement[str]:
        """The connection's text, with the page's rows where it reads them."""
        if not self.reads_rows:
            return text
        shown = shown_id(self.work, self.place)
        if shown is not None:
            self.columns.append(shown.label("shown"))
            ids, rows = self._column("shown", BigInteger()), func.count()
            if self.reads_more:
                ids, rows = case((self._is_within(), ids)), func.count(case((self._is_within(), 1)))
            text = joined(shown_marks(self.work, ids, rows), text)
        return select(text).select_from(self._rows().subquery(self.name)).scalar_subquery()

    def _rows(self) -> Select[Any]:
        source = self.place.source
        if self.numbers_rows:
            self.columns.append(self._number().label("place"))
        # A column of its own where none is read: the rows are counted all the same.
        found = select(*(self.columns or [NULL.label("j")])).select_from(source)
        ask = self.work.ask(self.relation, self.arguments)
        found = after_place(filtered(found, source, ask), source, ask)
        limit = self.site.count("more" if self.reads_more else "first")
        return found.order_by(*in_order(source.c, self.order)).limit(limit)

    def _number(self) -> ColumnElement[int]:
        return func.row_number().over(order_by=in_order(self.place.columns, self.order))

    def _column(self, name: str, kind: Any = None) -> ColumnElement[Any]:
        return literal_column(f"{self.name}.{name}", kind or String())

    def _place(self) -> ColumnElement[int]:
        return self._column("place", BigInteger())

    def _is_within(self) -> ColumnElement[bool]:
        within: ColumnElement[bool] = self._place() <= self.site.count("first")
        return within

    def _listed(self, text: ColumnElement[str]) -> ColumnElement[str]:
        name = self._add(func.coalesce(text, NOTHING))
        rows: Any = gathered(self._column(name))
        within = rows.filter(self._is_within()) if self.reads_more else rows
        return joined(said("["), func.coalesce(within, said("")), said("]"))

    def _add(self, column: ColumnElement[Any]) -> str:
        name = f"j{len(self.columns)}"
        self.columns.append(column.label(name))
        return name

    def _as_edge(self) -> Place:
        return EdgePlace(
            self.place.source, self.relation, self.place.is_outer, cursor=self._cursor(), row=self.place
        )

    def _cursor(self) -> ColumnElement[str]:
        columns = [self.place.columns[name] for name in self.order.columns]
        values = (form_of(column, self.work.dialect).json(column) for column in columns)
        return marked(self.cursor_step, self.parent.json, number_text(self._number()), *values)

    def _write_cursor(self, run: Run, values: Sequence[Any]) -> str:
        parent, place, *order = values
        arguments = run.asked[self.site.number]
        forms = (form_of(self.relation.columns()[name], self.work.dialect) for name in self.order.columns)
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
        return tell[asked.name]()

    def _has_next(self) -> ColumnElement[str]:
        return case((func.count() > self.site.count("first"), said("true")), else_=said("false"))

    def _start(self) -> ColumnElement[str]:
        cursor = self._column(self._add(self._cursor()))
        return func.coalesce(func.max(case((self._place() == 1, cursor))), NULL)

    def _end(self) -> ColumnElement[str]:
        """That of the highest place; cursors themselves do not sort as their rows do."""
        cursor = self._column(self._add(self._cursor()))
        placed: Any = joined(number_text(LEADING + self._place()), cursor)
        if self.reads_more:
            placed = case((self._is_within(), placed))
        return func.coalesce(func.substr(func.max(placed), len(str(LEADING)) + 1), NULL)

    def _total(self) -> ColumnElement[str]:
        place = self.work.place(self.relation, self.parent.among)
        alike = Arguments(filters=self.arguments.filters)
        ask = self.work.ask(self.relation, alike, counted=True)
        found = filtered(select(func.count()).select_from(place.source), place.source, ask)
        return number_text(found.scalar_subquery())


@dataclass(frozen=True)
class EdgePlace(Place):
    """The place of an edge: that of its row, which is its node, with a cursor."""

    cursor: Any = None
    row: Any = None
