"""Arguments read ahead of everything else: what is refused is never looked up, searched for or compiled."""

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import strawberry
from graphql import GraphQLObjectType

from execution.document import Asked, Selections
from execution.keys import KeyOf
from execution.sites import given_to, has_variable
from execution.steps import Run
from resolvers.branches import branches
from schema.arguments import refuse_long, refuse_mask
from schema.fields import Answered, Argument, Loaded
from schema.finding import AnyNode, Found, the_given

Read: TypeAlias = Callable[[Run], object]
Reading: TypeAlias = tuple[bool, Read]  # whether a variable stands in it: else every run reads the same


def readings(schema: strawberry.Schema, selections: Selections, run: Run) -> list[Reading]:
    """Of all fields with arguments but cursors, which only some lists can read before they know their parent,
    and but those that resolvers read. Each raises Refusal."""
    found: list[Reading] = []
    waiting = selections.roots()
    while waiting:
        asked = waiting.pop()
        if asked.definition is not None:
            found += ((has_variable(asked), read) for read in _of_field(schema, asked, run))
            waiting += [each for kind in _kinds(selections, asked) for each in selections.below(asked, kind)]
    return found


def _of_field(schema: strawberry.Schema, asked: Asked, run: Run) -> Iterator[Read]:
    how = asked.how
    if isinstance(how, Loaded) and isinstance(how.key, Argument):
        key = how.key.key
        yield lambda run: key(given_to(schema, asked, run))
    elif isinstance(how, Loaded) and asked.field.args:
        yield lambda run: _read_list(schema, asked, how, run)
    elif isinstance(how, Found):
        name, _ = the_given(given_to(schema, asked, run)["by"])
        if name != "id":
            yield KeyOf(schema, asked, how, name).read
    elif isinstance(how, AnyNode) and "ids" in asked.field.args:
        yield lambda run: refuse_long(given_to(schema, asked, run)["ids"], ["ids"])
    elif isinstance(how, Answered) and how.function is branches:
        yield lambda run: refuse_mask(given_to(schema, asked, run).get("under"), ["under"])


def _read_list(schema: strawberry.Schema, asked: Asked, how: Loaded, run: Run) -> None:
    given = {name: value for name, value in given_to(schema, asked, run).items() if name != "after"}
    how.asked.read(how.relation, None, given, run.context)


def _kinds(selections: Selections, asked: Asked) -> list[Any]:
    """The types of objects that a field's values may be of."""
    if isinstance(asked.how, AnyNode):
        return [selections.schema.type_map[name] for name, _ in asked.how.types.values()]
    return [asked.kind] if isinstance(asked.kind, GraphQLObjectType) else []
