"""Fields with arguments: read anew for each request as the ordinary path reads them, and bound by name."""

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any, TypeAlias

import strawberry
from graphql import ListValueNode, ObjectValueNode, ValueNode, VariableNode
from graphql.execution.values import get_argument_values
from sqlalchemy import BigInteger, bindparam
from strawberry.types.arguments import convert_arguments

from execution.document import Asked
from execution.reasons import NotCompiled, Reason
from execution.shapes import room_for
from execution.steps import Run
from loaders.relations import Arguments, Matching, Relation
from schema.arguments import Asked as ListAsked
from schema.look_ups import look_up, look_ups

Parent: TypeAlias = Callable[[Run], Hashable]
Binds: TypeAlias = Iterator[tuple[str, Any]]


def given_to(schema: strawberry.Schema, asked: Asked, run: Run) -> dict[str, Any]:
    """A field's arguments as its resolver would get them."""
    values = get_argument_values(asked.field, asked.details[0].node, run.variables)
    converter = schema.schema_converter
    return convert_arguments(
        values, asked.declared.arguments, scalar_registry=converter.scalar_registry, config=schema.config
    )


def mirrored(name: str, value: Any) -> Any:
    """A filter's value with binds in the place of all that may be another one in the next request."""
    if isinstance(value, tuple):
        return tuple(mirrored(f"{name}_{place}", each) for place, each in enumerate(value))
    if isinstance(value, Matching):
        return replace(value, listed=bindparam(name))  # type: ignore[arg-type]  # stands for the text
    return bindparam(name)


def leaves(name: str, value: Any) -> Binds:
    """What `mirrored` binds for this value."""
    if isinstance(value, tuple):
        for place, each in enumerate(value):
            yield from leaves(f"{name}_{place}", each)
    elif isinstance(value, Matching):
        yield name, value.listed
    else:
        yield name, value.value if isinstance(value, Enum) else value


def room_of(schema: strawberry.Schema, asked: Asked, relation: Relation, run: Run) -> int:
    """How large a page the field asks for, about; behind a cursor it may get less."""
    if relation.kind != "pages":
        return 0
    first = given_to(schema, asked, run).get("first")
    return room_for(relation.first if first in (None, strawberry.UNSET) else first)


def has_variable(asked: Asked) -> bool:
    """Whether one stands in a field's arguments."""
    return any(_holds_variable(each.value) for each in asked.details[0].node.arguments or ())


def _holds_variable(value: ValueNode) -> bool:
    if isinstance(value, ListValueNode):
        return any(_holds_variable(each) for each in value.values)
    if isinstance(value, ObjectValueNode):
        return any(_holds_variable(each.value) for each in value.fields)
    return isinstance(value, VariableNode)


@dataclass(frozen=True)
class Site:
    """A list with arguments. parent: its key in a run, where that is known before the statement runs; room:
    the most rows that any run asks for; kept: the name of a page whose arguments its resolver has read."""

    number: int
    schema: strawberry.Schema
    asked: Asked
    relation: Relation
    reads: ListAsked
    parent: Parent | None
    room: int
    kept: str | None = None

    @property
    def is_fixed(self) -> bool:
        """Whether every run reads the same: no variable stands in it, and no cursor, which is sealed."""
        given = self.asked.details[0].node.arguments or ()
        is_read_on = any(each.name.value == "after" for each in given)
        return self.kept is None and not is_read_on and not has_variable(self.asked)

    def read(self, run: Run) -> Arguments:
        """What is asked. Raises Refusal, and NotCompiled for a cursor below a parent that is not known."""
        arguments = run.asked[self.number] = self._read(run)
        if arguments.first > self.room:
            raise NotCompiled(Reason.FAILED, f"a page larger than its plan is for: {self.asked.path}")
        return arguments

    def _read(self, run: Run) -> Arguments:
        if self.kept is not None:
            kept: Arguments = run.kept[self.kept].arguments
            return kept
        given = given_to(self.schema, self.asked, run)
        if self.parent is None and given.get("after") not in (None, strawberry.UNSET):
            raise NotCompiled(Reason.CURSOR, self.asked.path)
        parent = self.parent(run) if self.parent else None
        return self.reads.read(self.relation, parent, given, run.context)

    async def look_up(self, run: Run) -> None:
        """Notes and counts what is looked up by whole masked values. Raises LimitExceeded."""
        filters = run.asked[self.number].filters
        wanted = look_ups(self.relation, self.reads.filter_name, filters, run.context.viewer)
        if wanted:
            await look_up(run.context, wanted, "filter")

    def binds(self, arguments: Arguments) -> Binds:
        """By name, what the statement is to be given."""
        for name, value in arguments.filters:
            yield from leaves(self._named(name), value)
        for place, value in enumerate(arguments.after or ()):
            yield self._named(f"after_{place}"), value
        if self.relation.kind == "pages":
            yield self._named("first"), arguments.first
            yield self._named("more"), arguments.first + 1

    def stand_in(self, arguments: Arguments) -> Arguments:
        """The same arguments with binds for their values."""
        columns, after = self.relation.columns(), arguments.after
        filters = tuple((name, mirrored(self._named(name), value)) for name, value in arguments.filters)
        if after is None:
            return replace(arguments, filters=filters)
        names = self.relation.ordered(arguments.order, arguments.reverse).columns
        place = tuple(
            bindparam(self._named(f"after_{at}"), type_=columns[name].type) for at, name in enumerate(names)
        )
        return replace(arguments, filters=filters, after=place)

    def count(self, name: str) -> Any:
        """The bind of how many rows are wanted: first, or one more."""
        return bindparam(self._named(name), type_=BigInteger())

    def _named(self, what: str) -> str:
        return f"s{self.number}_{what.replace('.', '_')}"
