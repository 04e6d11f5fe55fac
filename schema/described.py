"""Types whose GraphQL descriptions are their docstrings, and a string below each field."""

import ast
import inspect
import textwrap
from collections.abc import Callable
from itertools import pairwise
from typing import TypeVar, dataclass_transform

import strawberry
from strawberry.types.base import get_object_definition

T = TypeVar("T")

SOURCES: dict[str, type] = {}  # by type name: what its objects are, where they are neither rows nor its own


@dataclass_transform(kw_only_default=True, field_specifiers=(strawberry.field,))
def described(cls: type[T]) -> type[T]:
    """A type whose objects are rows, or made by resolvers."""
    return _told(strawberry.type(cls, description=_text(cls)))


@dataclass_transform(kw_only_default=True, field_specifiers=(strawberry.field,))
def described_from(source: type) -> Callable[[type[T]], type[T]]:
    """A type whose objects are of the class `source`."""

    def described_so(cls: type[T]) -> type[T]:
        SOURCES[cls.__name__] = source
        return described(cls)

    return described_so


@dataclass_transform(kw_only_default=True, field_specifiers=(strawberry.field,))
def described_interface(cls: type[T]) -> type[T]:
    return _told(strawberry.interface(cls, description=_text(cls)))


@dataclass_transform(kw_only_default=True, field_specifiers=(strawberry.field,))
def described_input(cls: type[T]) -> type[T]:
    return _told(strawberry.input(cls, description=_text(cls)))


@dataclass_transform(kw_only_default=True, field_specifiers=(strawberry.field,))
def described_choice(cls: type[T]) -> type[T]:
    """An input of which exactly one field is given."""
    return _told(strawberry.input(cls, description=_text(cls), one_of=True))


def _text(cls: type) -> str | None:
    return inspect.cleandoc(cls.__doc__) if cls.__doc__ else None


def _told(cls: type[T]) -> type[T]:
    texts = {name: text for each in reversed(cls.__mro__) for name, text in _field_texts(each).items()}
    definition = get_object_definition(cls, strict=True)
    for field in definition.fields:
        field.description = field.description or texts.get(field.python_name)
    return cls


def _field_texts(cls: type) -> dict[str, str]:
    """The strings that stand below the fields of a class of ours."""
    if cls.__module__ in ("builtins", "typing"):
        return {}
    (tree,) = ast.parse(textwrap.dedent(inspect.getsource(cls))).body
    texts = {}
    for field, below in pairwise(tree.body if isinstance(tree, ast.ClassDef) else []):
        if (
            isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(below, ast.Expr)
            and isinstance(below.value, ast.Constant)
        ):
            texts[field.target.id] = inspect.cleandoc(str(below.value.value))
    return texts
