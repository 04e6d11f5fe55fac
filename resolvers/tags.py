"""Questions about tags and products: small lists, looked through in Python."""

from typing import Any

import strawberry
from sqlalchemy import Select

from indexing.tags import fits
from loaders.products import all_products, product_names
from loaders.relations import Arguments, Matching, Relation
from loaders.tags import all_tags, tag_names, tags_by_code
from master.spelling import numbers_of
from schema.arguments import paged, refuse_mask
from schema.context import Context, Info
from schema.described import described
from schema.fields import answered_by, argument, loaded_by
from schema.pages import Page
from schema.products import ProductConnection
from schema.tags import Tag, TagConnection


async def tags(
    info: Info,
    query: str | None = "",
    category: str | None = strawberry.UNSET,
    first: int | None = 50,
    after: str | None = strawberry.UNSET,
) -> Page:
    info.context.viewer.require(all_tags.rows.permission)
    filters = await _matching(info.context, query, tag_names)
    if category:
        refuse_mask(category, ["category"])
        filters = (*filters, ("category", category))
    return _page(info.context, all_tags, filters, first, after)


async def products(
    info: Info,
    query: str | None = "",
    first: int | None = 50,
    after: str | None = strawberry.UNSET,
) -> Page:
    info.context.viewer.require(all_products.rows.permission)
    filters = await _matching(info.context, query, product_names)
    return _page(info.context, all_products, filters, first, after)


async def _matching(context: Context, query: str | None, names: Select[Any]) -> tuple[tuple[str, Any], ...]:
    """The filter for what the words mean; none for no words."""
    if not query or not query.strip():
        return ()
    rows = await context.read(lambda connection: connection.execute(names).all())
    ids = numbers_of(row.id for row in rows if fits(query, row))
    return (("matching", Matching(query, ids)),)


def _page(
    context: Context, relation: Relation, filters: tuple[tuple[str, Any], ...], first: Any, after: Any
) -> Page:
    asked = paged(relation, None, Arguments(filters), {"first": first, "after": after}, context)
    return Page(context, relation, None, asked)


@described
class TagQuery:
    """Questions about tags and products."""

    tag: Tag | None = loaded_by(tags_by_code, key=argument("code"))
    """The tag with this code; null when there is none."""
    tags: TagConnection | None = answered_by(tags)
    """Tags by part of their name, pinyin or code; all of them when query is empty."""
    products: ProductConnection | None = answered_by(products)
    """Products by part of their name, pinyin or code; all of them when query is empty."""
