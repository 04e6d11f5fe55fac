"""One thing found by what the caller knows of it: a global id, or one of several keys."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from inspect import Parameter
from typing import Any

import strawberry
from sqlalchemy import Row
from strawberry.types.base import get_object_definition

from loaders.batches import Slice
from loaders.relations import Arguments, Relation
from master.access import MOST_ROWS
from master.errors import Ambiguous, Merged
from master.tables.codes import Occasion
from schema.arguments import refuse_long, refuse_mask
from schema.classes import require_by
from schema.context import Context, Info
from schema.fields import with_arguments
from schema.ids import global_id, row_id
from schema.look_ups import look_up, look_ups
from schema.nodes import Typed

MOST_MEANT = 20  # of those that are meant by one key


@dataclass(frozen=True)
class Found:
    """One row by exactly one key: its id, or a filter of the list of all. told: what an AMBIGUOUS error says
    of those that fit, as (name in extensions, column); key: the input type that names them."""

    by_id: Relation
    prefix: str
    among: Relation
    told: tuple[str, str]
    key: str


@dataclass(frozen=True)
class AnyNode:
    """One row of several types, by its global id: type name and relation by prefix."""

    types: Mapping[str, tuple[str, Relation]]


def found_by(by_id: Relation, prefix: str, *, key: Any, among: Relation, told: tuple[str, str]) -> Any:
    """The one row that a @oneOf input means; its fields but `id` are filters of `among`."""
    how = Found(by_id, prefix, among, told, key.__name__)

    def resolve(root: Any, info: Info, by: Any) -> Any:
        info.context.viewer.require(by_id.rows.permission)
        name, value = the_given(by)
        if name != "id":
            return _only_one(info.context, how, name, value)
        return _by_id(info.context, by_id, prefix, value)

    parameter = Parameter("by", Parameter.KEYWORD_ONLY, annotation=key)
    return strawberry.field(resolver=with_arguments(resolve, [parameter]), metadata={"how": how})


def any_node(types: Mapping[str, tuple[str, Relation]]) -> Any:
    """The row that a global id means, of whatever type."""
    how = AnyNode(types)

    async def resolve(info: Info, id: strawberry.ID) -> Any:
        return await _node(info.context, how, id)

    return strawberry.field(resolver=resolve, metadata={"how": how})


def any_nodes(types: Mapping[str, tuple[str, Relation]]) -> Any:
    """The rows that global ids mean, each in its place."""
    how = AnyNode(types)

    async def resolve(info: Info, ids: list[strawberry.ID]) -> Any:
        refuse_long(ids, ["ids"])
        if len(ids) > MOST_ROWS:
            info.context.shown.occasion = Occasion.EXPORT
        return await asyncio.gather(*(_each(info.context, how, id) for id in ids))

    return strawberry.field(resolver=resolve, metadata={"how": how})


async def _node(context: Context, how: AnyNode, id: str) -> Typed | None:
    context.viewer.require("read")
    if id[:1] not in how.types:
        return None
    typename, relation = how.types[id[:1]]
    row = await _by_id(context, relation, id[:1], id)
    return None if row is None else Typed(row, typename)


async def _each(context: Context, how: AnyNode, id: str) -> Typed | Merged | None:
    """One of several: what is refused of it alone is an error in its place."""
    try:
        return await _node(context, how, id)
    except Merged as merged:
        return merged


async def _by_id(context: Context, relation: Relation, prefix: str, id: str) -> Row[Any] | None:
    """Raises Merged."""
    number = row_id(prefix, id)
    if number is None:
        return None
    row: Row[Any] | None = await context.loaders.load(relation, number)
    if row is None and relation.merged is not None:
        now = await context.loaders.load(relation.merged, number)
        if now is not None:
            survivor = {"survivor": global_id(prefix, now.survivor_id)}
            raise Merged("This was merged: extensions.survivor is the id of what it is now.", [], survivor)
    return row


def the_given(by: Any) -> tuple[str, Any]:
    """The one field of a @oneOf input that is given."""
    for field in get_object_definition(by, strict=True).fields:
        value = getattr(by, field.python_name)
        if value is not strawberry.UNSET and value is not None:
            return field.python_name, value
    raise ValueError("a @oneOf input without a field passed validation")


async def _only_one(context: Context, how: Found, name: str, value: Any) -> Row[Any] | None:
    require_by(context.viewer, how.key, name, ["by", name])
    refuse_mask(value, ["by", name])
    filters = ((name, how.among.filters[name].read(value)),)
    await look_up(context, look_ups(how.among, how.key, filters, context.viewer), "by")
    found: Slice = await context.loaders.load(how.among, None, Arguments(filters, first=MOST_MEANT))
    if len(found.rows) > 1:
        label, column = how.told
        raise Ambiguous("Several answer to this.", ["by", name], {label: _told(found.rows, column)})
    return found.rows[0] if found.rows else None


def _told(rows: Sequence[Row[Any]], column: str) -> list[Any]:
    return [getattr(row, column) for row in rows]
