"""Objects that Python made, written as a query asks for them: what needs no statement."""

from collections.abc import Callable
from inspect import iscoroutinefunction
from typing import Any, TypeAlias

from graphql import GraphQLEnumType, GraphQLList, GraphQLNonNull, GraphQLObjectType, GraphQLScalarType

from execution.document import Asked, Selections
from execution.reasons import NotCompiled, Reason
from schema.fields import Answered, Computed

Writer: TypeAlias = Callable[[Any], Any]


def writer(selections: Selections, asked: Asked) -> Writer:
    """From a field's Python value to what JSON is made of. Raises NotCompiled for what needs a resolver."""
    return _of_type(selections, asked, asked.field.type)


def _of_type(selections: Selections, asked: Asked, kind: Any) -> Writer:
    if isinstance(kind, GraphQLNonNull):
        return _never_null(_of_type(selections, asked, kind.of_type), asked)
    write = _of_nullable(selections, asked, kind)
    return lambda value: None if value is None else write(value)


def _of_nullable(selections: Selections, asked: Asked, kind: Any) -> Writer:
    if isinstance(kind, GraphQLList):
        each = _of_type(selections, asked, kind.of_type)
        return lambda values: [each(value) for value in values]
    if isinstance(kind, GraphQLScalarType | GraphQLEnumType):
        tell: Writer = kind.coerce_output_value
        return tell
    if isinstance(kind, GraphQLObjectType):
        return _object(selections, selections.below(asked, kind))
    raise NotCompiled(Reason.RESOLVER, asked.path)


def _never_null(write: Writer, asked: Asked) -> Writer:
    def written(value: Any) -> Any:
        told = write(value)
        if told is None:
            raise NotCompiled(Reason.NULL, asked.path)
        return told

    return written


def _object(selections: Selections, fields: list[Asked]) -> Writer:
    members = [(field.key, value_of(field), _member(selections, field)) for field in fields]

    def written(value: Any) -> dict[str, Any]:
        return {key: write(read(value)) for key, read, write in members}

    return written


def _member(selections: Selections, field: Asked) -> Writer:
    return (lambda value: value) if field.definition is None else writer(selections, field)


def value_of(field: Asked) -> Callable[[Any], Any]:
    """From an object to its field's value. Raises NotCompiled."""
    if field.definition is None:
        name = field.parent.name
        return lambda value: name
    how, attribute = field.how, field.declared.python_name
    if how is None:
        return lambda value: getattr(value, attribute)
    if isinstance(how, Computed):
        return lambda value: how.function(*(getattr(value, column) for column in how.columns))
    if isinstance(how, Answered) and is_pure(how):
        function: Callable[[Any], Any] = how.function
        return function
    raise NotCompiled(Reason.RESOLVER, field.path)


def is_pure(how: Answered) -> bool:
    """Whether it is a plain function of what it stands on, and of nothing else."""
    code = how.function.__code__
    return (
        not iscoroutinefunction(how.function)
        and code.co_varnames[: code.co_argcount] == ("root",)
        and not code.co_kwonlyargcount
    )
