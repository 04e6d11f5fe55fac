"""Tags, and which customers have them."""

from typing import Any

from sqlalchemy import ColumnElement, Select, exists, select, tuple_

from loaders.relations import NOW, Columns, Order, Relation, Rows, Tied, equal, matching
from master.spelling import or_far_future
from master.tables.base import table
from master.tables.tags import CustomerTagRow, TagCategoryRow, TagRow

tag = table(TagRow)
category = table(TagCategoryRow)
customer_tag = table(CustomerTagRow)

tag_rows = Rows("Tag")
customer_tag_rows = Rows("CustomerTag")

_tags = select(tag, category.c.name.label("category")).join(category, category.c.id == tag.c.category_id)

tags_by_id = Relation("tags_by_id", "one", _tags, key="id", rows=tag_rows)
tags_by_code = Relation("tags_by_code", "one", _tags, key="code", rows=tag_rows)

all_tags = Relation(
    "all_tags",
    "pages",
    _tags,
    key=None,
    rows=tag_rows,
    order=Order(("code",)),
    filters={"category": equal("category"), "matching": matching("id")},
    first=50,
)
tag_names = select(tag.c.id, tag.c.code, tag.c.name)


def _holds(its: Columns) -> tuple[ColumnElement[bool], ...]:
    """Whether a customer's tag holds at the request's time."""
    return its["ended_at"].is_(None), its["expires_at"].is_(None) | (its["expires_at"] > NOW)


def _held(tied: Tied) -> Select[Any]:
    """Tags that hold at the request's time, one row for each: where several sources gave it, the one that
    lasts longest."""
    other = customer_tag.alias("other")
    longer = exists().where(
        other.c.customer_id == customer_tag.c.customer_id,
        other.c.tag_id == customer_tag.c.tag_id,
        *_holds(other.c),
        tuple_(or_far_future("other.expires_at"), other.c.assigned_at, other.c.id)
        > tuple_(or_far_future("customer_tags.expires_at"), customer_tag.c.assigned_at, customer_tag.c.id),
    )
    return (
        select(customer_tag, tag.c.code)
        .join(tag, tag.c.id == customer_tag.c.tag_id)
        .where(tied(customer_tag.c.customer_id), *_holds(customer_tag.c), ~longer)
    )


tags_by_customer = Relation(
    "tags_by_customer", "many", _held, key="customer_id", rows=customer_tag_rows, order=Order(("code",))
)
