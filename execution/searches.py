"""Searches as JSON text: the customers of all hits in one statement, in the order of the hits."""

from inspect import isawaitable
from typing import Any

import orjson
from sqlalchemy import BigInteger, ColumnElement, func, literal_column, select
from sqlalchemy.sql.selectable import Subquery

from execution.connections import EdgePlace
from execution.document import Asked
from execution.lists import listed_text, shown_id, shown_marks
from execution.places import Place
from execution.reasons import NotCompiled, Reason
from execution.steps import Make, Ready, Run, as_json, marked
from execution.told import writer
from execution.work import ALL, Work
from indexing.highlights import Highlight
from loaders.batches import filtered
from loaders.customers import customers_by_id
from loaders.relations import PLAIN
from master.json_text import joined, listed, number_text, said
from schema.ids import CUSTOMER
from schema.search_pages import SearchEdge, SearchPage


def search_text(work: Work, asked: Asked) -> ColumnElement[str]:
    """The page of hits that the resolver has found."""
    search = _Search(work, asked.key)
    parts: list[ColumnElement[Any]] = [said("{")]
    for number, each in enumerate(work.selections.below(asked, asked.kind)):
        parts += [said(f'{"," if number else ""}"{each.key}":'), search.member(each)]
    return search.whole(joined(*parts, said("}")))


class _Search:
    """key: under which the page is kept in a run."""

    def __init__(self, work: Work, key: str) -> None:
        self._work = work
        self._key = key
        self._place: Place | None = None

    def member(self, asked: Asked) -> ColumnElement[str]:
        if asked.definition is None:
            return said(f'"{asked.parent.name}"')
        if asked.name in ("edges", "nodes"):
            return self._rows(asked)
        return self._known(asked)

    def whole(self, text: ColumnElement[str]) -> ColumnElement[str]:
        """The search's text, with the customers of its hits where it tells of them."""
        if self._place is None:
            return text
        ids = shown_id(self._work, self._place)
        if ids is not None:
            text = joined(shown_marks(self._work, ids, func.count()), text)
        return select(text).select_from(self._hits(self._place)).scalar_subquery()

    def _rows(self, asked: Asked) -> ColumnElement[str]:
        """Customers whom only the index still knows are left out."""
        place = self._customers()
        if asked.name == "edges":
            place = EdgePlace(
                place.name, place.tied, place.relation, place.is_outer, None, place.used, self, place
            )
        fields = self._work.selections.below(asked, asked.kind)
        return listed_text(self._work.object_text(self._work, fields, place))

    def _customers(self) -> Place:
        if self._place is None:
            self._place = self._work.listing(customers_by_id, ALL)
        return self._place

    def _hits(self, place: Place) -> Subquery:
        work, bound = self._work, self._work.name("k")

        def bring(run: Run) -> dict[str, Any]:
            ids = [[CUSTOMER, hit.customer_id] for hit in self._page(run).answer.hits]
            return {bound: orjson.dumps(ids).decode()}

        work.brings.append(bring)
        hits = listed(work.dialect.name, bound).subquery(work.name("n"))
        found = select(*place.used_columns(), hits.c.place).select_from(
            hits.join(place.tied, place.tied.c.id == hits.c.number)
        )
        rows = filtered(found, place.tied, work.ask(customers_by_id, PLAIN))
        return rows.order_by(hits.c.place).subquery(place.name)

    def _page(self, run: Run) -> SearchPage:
        page: SearchPage = run.kept[self._key]
        return page

    def _known(self, asked: Asked) -> ColumnElement[str]:
        """What the page knows by itself, or finds out before the answer is written."""
        how, name = asked.how, f"{self._key}.{asked.key}"
        read = how.function if how is not None else lambda page: getattr(page, asked.declared.python_name)
        write = writer(self._work.selections, asked)

        async def ready(run: Run) -> None:
            found = read(self._page(run))
            run.kept[name] = await found if isawaitable(found) else found

        return marked(self._work.steps.add(lambda run, values: as_json(write(run.kept[name])), ready))

    def edge_member(self, asked: Asked) -> ColumnElement[str]:
        """What an edge tells of its hit."""
        write = writer(self._work.selections, asked)
        if asked.name == "highlights":
            return self._of_hit(
                lambda run, values: as_json(write(self._highlights(run, *values))), self._values
            )
        if asked.name in ("cursor", "score"):
            return self._of_hit(
                lambda run, values: as_json(write(getattr(self._edge(run, *values), asked.name)))
            )
        raise NotCompiled(Reason.RESOLVER, asked.path)

    def _of_hit(self, make: Make, ready: Ready | None = None) -> ColumnElement[str]:
        place = literal_column(f"{self._customers().name}.place", BigInteger())
        return marked(self._work.steps.add(make, ready), number_text(place))

    def _edge(self, run: Run, place: int) -> SearchEdge:
        page = self._page(run)
        return SearchEdge(page, page.answer.hits[place], None, place)  # type: ignore[arg-type]  # no row is read

    async def _values(self, run: Run) -> None:
        run.kept[f"{self._key} values"] = await self._page(run).values()

    def _highlights(self, run: Run, place: int) -> list[Highlight]:
        edge = self._edge(run, place)
        return edge.highlights_in(run.kept[f"{self._key} values"])
