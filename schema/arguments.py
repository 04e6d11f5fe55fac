"""From a field's arguments to what a relation is asked."""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from inspect import Parameter
from typing import Any

import strawberry
from strawberry.types.base import get_object_definition, has_object_definition
from strawberry.utils.str_converters import to_camel_case

from loaders.relations import BY_ID, Arguments, Relation
from master.access import Viewer
from master.errors import Invalid, LimitExceeded
from matching.numbers import MASK
from schema.classes import require_by, require_clear, require_order
from schema.context import Context

MOST_IN_LIST = 200


@dataclass(frozen=True)
class Asked:
    """The arguments of a field that is answered by a relation: a filter input, an order, single filters."""

    filter: Any = None
    order_by: Any = None
    single: Mapping[str, Any] = field(default_factory=dict)

    @property
    def filter_name(self) -> str:
        """The filter's type; empty for none."""
        return "" if self.filter is None else get_object_definition(self.filter, strict=True).name

    def parameters(self, relation: Relation) -> Iterator[Parameter]:
        """The GraphQL arguments, as parameters of a resolver."""
        if self.filter is not None:
            yield _optional("filter", self.filter)
        if self.order_by is not None:
            yield _optional("order_by", self.order_by)
        for name, kind in self.single.items():
            yield _optional(name, kind)
        if relation.kind == "pages":
            yield Parameter("first", Parameter.KEYWORD_ONLY, default=relation.first, annotation=int | None)
            yield _optional("after", str)

    def read(
        self, relation: Relation, parent: Hashable, given: dict[str, Any], context: Context
    ) -> Arguments:
        """What is asked. Raises Refusal."""
        filters = tuple(self._filters(relation, given, context.viewer))
        may_order = all(map(context.viewer.finds_parts, relation.order_of))
        asked = Arguments(filters, "" if may_order else BY_ID)
        if order := given.get("order_by"):
            require_order(context.viewer, "CustomerOrderField", order.field.name)
            asked = Arguments(filters, order.field.value, order.direction.value == "DESC")
        return paged(relation, parent, asked, given, context) if relation.kind == "pages" else asked

    def _filters(
        self, relation: Relation, given: dict[str, Any], viewer: Viewer
    ) -> Iterator[tuple[str, Hashable]]:
        for name in self.single:
            if given.get(name) is not None and given[name] is not strawberry.UNSET:
                refuse_mask(given[name], [to_camel_case(name)])
                yield name, relation.filters[name].read(given[name])
        if self.filter is not None and given.get("filter"):
            yield from filters_of(relation, given["filter"], viewer)


def paged(
    relation: Relation, parent: Hashable, asked: Arguments, given: Mapping[str, Any], context: Context
) -> Arguments:
    """With the page that `first` and `after` mean. Raises Refusal."""
    after = cursor_given(given.get("after"))
    mark = None if after is None else context.cursors.read(list_asked(relation, parent, asked), after)
    size = page_size(given.get("first"), relation.first, context.viewer.most_rows)
    if mark is None:
        return replace(asked, first=size)
    first = context.viewer.read_on(mark.passed, size)
    return replace(asked, first=first, after=mark.place, passed=mark.passed)


def filters_of(
    relation: Relation, given: Any, viewer: Viewer, inside: str = ""
) -> Iterator[tuple[str, Hashable]]:
    """The relation's filters that an input object sets, by name. Raises Refusal."""
    definition = get_object_definition(given, strict=True)
    for each in definition.fields:
        name, value = f"{inside}{each.python_name}", getattr(given, each.python_name)
        if value is None or value is strawberry.UNSET or value == []:
            continue
        if name not in relation.filters and has_object_definition(type(value)):
            yield from filters_of(relation, value, viewer, f"{name}.")
            continue
        path = ["filter", *(to_camel_case(part) for part in name.split("."))]
        require_by(viewer, definition.name, path[-1], path)
        require_clear(viewer, relation.filters[name].tells_of, path)
        refuse_mask(value, path)
        if isinstance(value, list):
            refuse_long(value, path)
        yield name, relation.filters[name].read(value)


def refuse_long(values: Sequence[object], path: list[str], most: int = MOST_IN_LIST) -> None:
    """Raises LimitExceeded."""
    if len(values) > most:
        raise LimitExceeded(f"At most {most} values here.", most, path)


def refuse_mask(value: Any, path: list[str]) -> None:
    """Raises Invalid for text, alone or in a list or key, that holds a mask."""
    inside = vars(value).values() if has_object_definition(type(value)) else value
    texts = inside if not isinstance(inside, str) and isinstance(inside, Iterable) else [inside]
    if any(isinstance(text, str) and MASK in text for text in texts):
        raise Invalid("This holds a mask (*): give the whole value.", path)


def cursor_given(after: Any) -> str | None:
    """None for none; blank text is a cursor too, one that nobody gave."""
    return None if after is strawberry.UNSET else after


def page_size(first: int | None, default: int, most: int) -> int:
    """Raises Invalid or LimitExceeded."""
    if first is None or first is strawberry.UNSET:
        return default
    if first < 1:
        raise Invalid("first must be at least 1.", ["first"])
    if first > most:
        raise LimitExceeded(f"first may be at most {most}.", most, ["first"], what="first", value=first)
    return first


def list_asked(relation: Relation, parent: Hashable, asked: Arguments) -> list[object]:
    """What tells one list from all others: a cursor is good for this one only."""
    return [relation.name, parent, asked.order, asked.reverse, asked.filters]


def _optional(name: str, kind: Any) -> Parameter:
    """A nullable argument without default."""
    return Parameter(name, Parameter.KEYWORD_ONLY, default=strawberry.UNSET, annotation=kind | None)
