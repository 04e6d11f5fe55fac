"""Call-centre search."""

from dataclasses import replace
from typing import Any

import strawberry

from indexing.errors import SearchBusy, SearchTooSlow, SearchUnavailable
from indexing.search import Position, SearchAnswer, SearchFilter, SearchRequest
from indexing.search import search_customers as searched
from loaders.cursors import Mark
from loaders.customers import all_customers
from master.errors import Forbidden, TimedOut, Unavailable
from master.roles import READ
from resolvers.parts import permitted_now
from resolvers.waiting import caught_up
from schema.arguments import cursor_given, filters_of, page_size
from schema.context import Context, Info
from schema.customer_keys import CustomerFilter
from schema.described import described
from schema.fields import answered_by
from schema.look_ups import look_up, look_ups
from schema.permitted import within
from schema.search import CustomerSearchConnection
from schema.search_pages import SearchPage
from schema.selected import selected_fields

# The names that the filters of the master's list have in a search.
SEARCHED = {"status": "statuses", "tags.all": "tags_all", "tags.any": "tags_any", "tags.none": "tags_none"}


async def search_customers(
    info: Info,
    *,
    query: str | None = "",
    filter: CustomerFilter | None = strawberry.UNSET,
    first: int | None = 10,
    after: str | None = strawberry.UNSET,
    consistent_with: str | None = strawberry.UNSET,
) -> SearchPage:
    context, words = info.context, query or ""
    context.viewer.require(READ)
    filters = tuple(filters_of(all_customers, filter, context.viewer)) if filter else ()
    _refuse_hidden(context, dict(filters))
    await look_up(context, look_ups(all_customers, "CustomerFilter", filters, context.viewer), "filter")
    asked: list[object] = ["searchCustomers", words, filters]
    cursor = cursor_given(after)
    mark = Mark((), 0) if cursor is None else context.cursors.read(asked, cursor)
    selected = selected_fields(info._raw_info)
    allowed, notices = await permitted_now(context, words)
    request = SearchRequest(
        words=words,
        filter=replace(_search_filter(dict(filters)), within=within(context.viewer)),
        first=context.viewer.read_on(mark.passed, page_size(first, 10, context.viewer.most_rows)),
        after=Position(*mark.place) if mark.place else None,  # type: ignore[arg-type]  # as SearchPage.cursor wrote it
        wants_total="totalCount" in selected,
        wants_facets="facets" in selected,
        permitted=allowed,
    )
    stale = bool(consistent_with) and not await caught_up(context, str(consistent_with))
    answer = await _answer(context, request)
    told = replace(answer, notices=[*answer.notices, *notices])
    context.shown.searched(len(answer.hits))
    return SearchPage(context, words, allowed, asked, told, mark.passed, stale)


def _refuse_hidden(context: Context, filters: dict[str, Any]) -> None:
    """Raises Forbidden for what the index knows of policies that the viewer does not see."""
    reach = context.viewer.reach
    if reach is not None and reach.own_rows_only and "product_line" in filters:
        message = f"The role {context.viewer.role.name} may not search by this: list customers by it."
        raise Forbidden(message, ["filter", "productLine"])


def _search_filter(filters: dict[str, Any]) -> SearchFilter:
    if "document" in filters:
        filters["document"] = " ".join(filters["document"])
    return SearchFilter(**{SEARCHED.get(name, name): value for name, value in filters.items()})


async def _answer(context: Context, request: SearchRequest) -> SearchAnswer:
    try:
        if context.search is None:
            raise SearchUnavailable
        return await searched(context.search, request)
    except SearchTooSlow as error:
        message = f"Search took longer than {error.seconds:g} seconds: give more of a name or a number."
        raise TimedOut(message) from error
    except SearchBusy as error:
        raise Unavailable("Search is busy: try again; everything else answers.") from error
    except SearchUnavailable as error:
        raise Unavailable("Search is away; everything else answers.") from error


@described
class SearchQuery:
    """Call-centre search."""

    search_customers: CustomerSearchConnection | None = answered_by(search_customers)
    """Call-centre search: part of a name (any script, pinyin or initials), of a document, mobile or policy
    number, in any order, typos forgiven, best first.

    An empty query lists by filter. consistentWith: a freshness value from a payload; waits for it up to two
    seconds, else says stale.
    """
