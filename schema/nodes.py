"""What can be fetched again by its id."""

from typing import Any

import strawberry
from graphql import GraphQLAbstractType, GraphQLResolveInfo

from schema.described import described_interface


class Typed:
    """A row together with its type's name, for fields that answer with an interface."""

    __slots__ = ("row", "typename")

    def __init__(self, row: Any, typename: str) -> None:
        self.row = row
        self.typename = typename

    def __getattr__(self, name: str) -> Any:
        return getattr(self.row, name)


@described_interface
class Node:
    """A thing that can be fetched again by its opaque, globally unique id."""

    id: strawberry.ID
    """Opaque and globally unique: good for `node` and wherever an id is asked for."""

    @classmethod
    def resolve_type(cls, obj: Any, info: GraphQLResolveInfo[Any], type: GraphQLAbstractType) -> str:
        return str(obj.typename)

    @classmethod
    def is_type_of(cls, obj: Any, info: GraphQLResolveInfo[Any]) -> bool:
        """Rows are not told apart by themselves: a field gives rows of its own type."""
        return not isinstance(obj, Typed) or obj.typename == cls.__name__
