"""One search of customers, as every field that searches makes it."""

import time
from collections.abc import Hashable, Set
from dataclasses import dataclass, replace
from typing import Any

from indexing.errors import SearchBusy, SearchTooSlow, SearchUnavailable
from indexing.search import Position, SearchAnswer, SearchFilter, SearchRequest, search_customers
from indexing.shapes import SearchDone, shape_of
from loaders.cursors import Mark
from master.errors import TimedOut, Unavailable
from resolvers.did_you_mean import did_you_mean
from resolvers.parts import permitted_now
from resolvers.waiting import caught_up
from schema.context import Context
from schema.permitted import within
from schema.search_pages import SearchPage

# The names that the filters of the master's list have in a search.
SEARCHED = {"status": "statuses", "tags.all": "tags_all", "tags.any": "tags_any", "tags.none": "tags_none"}

BEGINNING = Mark((), 0)


@dataclass(frozen=True)
class Wanted:
    """What is searched for: words and filters by name; first: so many; mark: behind these.
    asked_by: the field of the API.

    selected: the names of the answer's fields that are asked for.
    """

    words: str
    filters: tuple[tuple[str, Hashable], ...] = ()
    first: int = 10
    mark: Mark = BEGINNING
    selected: Set[str] = frozenset()
    fresh: str | None = None
    asked_by: str = "searchCustomers"

    @property
    def asked(self) -> list[object]:
        """What tells one search from another: a cursor is good for this one only."""
        return ["searchCustomers", self.words, self.filters]


async def searched(context: Context, wanted: Wanted) -> SearchPage:
    """The page, of customers in sight; parts of masked values are counted.

    Raises TimedOut and Unavailable.
    """
    allowed, notices = await permitted_now(context, wanted.words)
    request = SearchRequest(
        words=wanted.words,
        filter=replace(_search_filter(dict(wanted.filters)), within=within(context.viewer)),
        first=context.viewer.read_on(wanted.mark.passed, wanted.first),
        after=Position(*wanted.mark.place) if wanted.mark.place else None,  # type: ignore[arg-type]  # as SearchPage.cursor wrote it
        wants_total="totalCount" in wanted.selected,
        wants_facets="facets" in wanted.selected,
        permitted=allowed,
    )
    stale = bool(wanted.fresh) and not await caught_up(context, str(wanted.fresh))
    answer = await _noted(context, wanted, request)
    told = replace(answer, notices=[*answer.notices, *notices])
    context.shown.searched(len(answer.hits))
    return SearchPage(context, wanted.words, allowed, wanted.asked, told, wanted.mark.passed, stale)


def _search_filter(filters: dict[str, Any]) -> SearchFilter:
    if "document" in filters:
        filters["document"] = " ".join(filters["document"])
    return SearchFilter(**{SEARCHED.get(name, name): value for name, value in filters.items()})


async def _noted(context: Context, wanted: Wanted, request: SearchRequest) -> SearchAnswer:
    """The answer; what came of it is told, but not what was typed."""
    started, found, is_meant = time.perf_counter(), None, False
    try:
        answer = await _answer(context, request, corrects="notices" in wanted.selected)
        found, is_meant = len(answer.hits), any(each.code == "DID_YOU_MEAN" for each in answer.notices)
        return answer
    finally:
        seconds, filters = time.perf_counter() - started, tuple(name for name, _ in wanted.filters)
        first = request.after is None
        context.tell_search(
            SearchDone(wanted.asked_by, shape_of(wanted.words), filters, found, seconds, first, is_meant)
        )


async def _answer(context: Context, request: SearchRequest, *, corrects: bool) -> SearchAnswer:
    """corrects: says what may have been meant where nothing fits."""
    try:
        if context.search is None:
            raise SearchUnavailable
        answer = await search_customers(context.search, request)
        if answer.hits or not corrects or request.after is not None:
            return answer
        meant = await did_you_mean(context, context.search, request)
        return replace(answer, notices=[*answer.notices, *meant])
    except SearchTooSlow as error:
        message = f"Search took longer than {error.seconds:g} seconds: give more of a name or a number."
        raise TimedOut(message) from error
    except SearchBusy as error:
        raise Unavailable("Search is busy: try again; everything else answers.") from error
    except SearchUnavailable as error:
        raise Unavailable("Search is away; everything else answers.") from error
