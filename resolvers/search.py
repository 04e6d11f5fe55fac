"""Call-centre search, and what may be meant while its words are typed."""

from typing import Any

import strawberry

from indexing.tags import fit, nearness
from indexing.words import Kind, read_words
from loaders.customers import all_customers
from loaders.tags import all_tags, tag_names, tags_by_id
from master.errors import Forbidden, Invalid
from master.roles import READ
from resolvers.saved_searches import kept_search
from resolvers.searching import BEGINNING, Wanted, searched
from schema.arguments import cursor_given, filters_of, page_size
from schema.context import Context, Info
from schema.customer_keys import CustomerFilter
from schema.described import described
from schema.fields import answered_by
from schema.look_ups import look_up, look_ups
from schema.search import CustomerSearchConnection
from schema.search_pages import SearchPage
from schema.selected import selected_fields
from schema.suggestions import FittingTag, Suggesting, Suggestions

SUGGESTED, MOST_SUGGESTED = 5, 20
# Hits that are dealt into two groups, for so many in each: few texts are both a name and a number.
GROUPED = 2


async def search_customers(
    info: Info,
    *,
    query: str | None = "",
    filter: CustomerFilter | None = strawberry.UNSET,
    first: int | None = 10,
    after: str | None = strawberry.UNSET,
    consistent_with: str | None = strawberry.UNSET,
    saved: strawberry.ID | None = strawberry.UNSET,
) -> SearchPage:
    context = info.context
    context.viewer.require(READ)
    if saved:
        if query or filter:
            raise Invalid("A saved search brings its own words and filter: leave them out.", ["saved"])
        query, filter = await kept_search(info, saved)
    filters = tuple(filters_of(all_customers, filter, context.viewer)) if filter else ()
    _refuse_hidden(context, dict(filters))
    await look_up(context, look_ups(all_customers, "CustomerFilter", filters, context.viewer), "filter")
    cursor = cursor_given(after)
    mark = BEGINNING if cursor is None else context.cursors.read(Wanted(query or "", filters).asked, cursor)
    wanted = Wanted(
        query or "",
        filters,
        page_size(first, 10, context.viewer.most_rows),
        mark,
        selected_fields(info._raw_info),
        consistent_with or None,
    )
    # A plan that gives up after its search leaves what it found to the ordinary path.
    return await context.once(wanted, lambda: searched(context, wanted))


def _refuse_hidden(context: Context, filters: dict[str, Any]) -> None:
    """Raises Forbidden for what the index knows of policies that the viewer does not see."""
    reach = context.viewer.reach
    if reach is not None and reach.own_rows_only and "product_line" in filters:
        message = f"The role {context.viewer.role.name} may not search by this: list customers by it."
        raise Forbidden(message, ["filter", "productLine"])


async def suggest(info: Info, *, text: str, first: int | None = SUGGESTED) -> Suggesting:
    context = info.context
    context.viewer.require(READ)
    most = page_size(first, SUGGESTED, MOST_SUGGESTED)
    if not text.strip():
        return Suggesting([], most, True, None)
    tags = await _fitting_tags(context, text, most) if "tags" in selected_fields(info._raw_info) else []
    only_names = not any(token.is_number or token.kind is Kind.EMAIL for token in read_words(text).tokens)
    wanted = Wanted(text, first=most if only_names else GROUPED * most, asked_by="suggest")
    return Suggesting(tags, most, only_names, lambda: searched(context, wanted))


async def _fitting_tags(context: Context, text: str, most: int) -> list[FittingTag]:
    """Best first, equal ones by code."""
    context.viewer.require(all_tags.rows.permission)
    rows = await context.read(lambda connection: connection.execute(tag_names).all())
    found = [(nearness(how), row.code, row.id, how) for row in rows if (how := fit(text, row))]
    return [
        FittingTag(await context.loaders.load(tags_by_id, id), how) for _, _, id, how in sorted(found)[:most]
    ]


@described
class SearchQuery:
    """Call-centre search."""

    search_customers: CustomerSearchConnection | None = answered_by(search_customers)
    """Call-centre search: part of a name (any script, pinyin or initials), of a document, mobile or policy
    number, in any order, typos forgiven, best first.

    An empty query lists by filter. consistentWith: a freshness value from a payload; waits for it up to two
    seconds, else says stale. saved: the id of a saved search, in the place of query and filter.
    """
    suggest: Suggestions | None = answered_by(suggest)
    """What may be meant by a text while it is typed: up to `first` (at most 20) of each group."""
