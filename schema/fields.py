"""How a field gets its value: from a row's column, a relation, a pure function, or a resolver."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from inspect import Parameter, Signature
from typing import Any

import strawberry

from loaders.look_ups import LookUp
from loaders.relations import Relation
from schema.arguments import Asked, refuse_mask
from schema.context import Context, Info
from schema.ids import global_id, row_id
from schema.look_ups import look_up, look_ups
from schema.pages import Page


@dataclass(frozen=True)
class Identified:
    """The global id of a row."""

    prefix: str


@dataclass(frozen=True)
class Argument:
    """A key that the caller gives; prefix: of the global ids that are meant, empty for a plain value."""

    name: str
    kind: Any = strawberry.ID
    prefix: str = ""

    def key(self, given: Mapping[str, Any]) -> Any:
        """Raises Invalid for a mask, which is nobody's key."""
        value = given[self.name]
        if self.prefix:
            return row_id(self.prefix, value)
        refuse_mask(value, [self.name])
        return value


@dataclass(frozen=True)
class Loaded:
    """The rows of a relation; key: the parent's column, the caller's argument, or None for a root list."""

    relation: Relation
    key: str | Argument | None
    asked: Asked


@dataclass(frozen=True)
class Computed:
    """A pure function of some columns."""

    function: Callable[..., Any]
    columns: Sequence[str]


@dataclass(frozen=True)
class Masked:
    """A column that roles may see masked, as fields of the class `of`; rule: of it and of columns beside it.

    whose: the column with the id of the customer of whom it tells: masked too where that one is not in sight,
    as loaders.relations.with_sight says of the row.
    """

    of: str
    rule: Callable[..., str]
    column: str
    beside: Sequence[str]
    whose: str | None


@dataclass(frozen=True)
class Answered:
    """A resolver: Python that no compiler looks into."""

    function: Callable[..., Any]


@dataclass(frozen=True)
class Commanded:
    """A resolver that changes something."""

    function: Callable[..., Any]


def named(name: str) -> Any:
    """A plain field whose GraphQL name is no name for a column."""
    return strawberry.field(name=name)


def identified(prefix: str) -> Any:
    """The row's global id."""

    def resolve(root: Any) -> strawberry.ID:
        return strawberry.ID(global_id(prefix, root.id))

    return strawberry.field(resolver=resolve, metadata={"how": Identified(prefix)})


def computed_by(function: Callable[..., Any], *columns: str) -> Any:
    """What a pure function makes of some of the row's columns."""

    def resolve(root: Any) -> Any:
        return function(*(getattr(root, column) for column in columns))

    return strawberry.field(resolver=resolve, metadata={"how": Computed(function, columns)})


def masked_by(of: str, rule: Callable[..., str], column: str, *beside: str, whose: str | None = None) -> Any:
    """A column's text, masked for viewers whose role masks fields of the class `of` (classes.toml)."""

    def resolve(root: Any, info: Info) -> Any:
        text, viewer = getattr(root, column), info.context.viewer
        if text is None:
            return None
        if viewer.masks(of):
            return rule(text, *(getattr(root, each) for each in beside))
        is_outside = whose is not None and viewer.sight is not None and getattr(root, whose) is not None
        return rule(text) if is_outside and not root.is_seen else text

    return strawberry.field(resolver=resolve, metadata={"how": Masked(of, rule, column, beside, whose)})


def argument(name: str, kind: Any = str) -> Argument:
    """A key that the caller gives as it is."""
    return Argument(name, kind)


def identity(name: str, prefix: str) -> Argument:
    """A key that the caller gives as a global id; that of another kind of thing finds nothing."""
    return Argument(name, strawberry.ID, prefix)


def loaded_by(
    relation: Relation,
    *,
    key: str | Argument | None = "id",
    filter: Any = None,
    order_by: Any = None,
    **single: Any,
) -> Any:
    """The rows of a relation. filter: an input whose fields are the relation's filters of the same names;
    order_by: an input with field and direction; single filters as arguments of their own."""
    asked = Asked(filter, order_by, single)
    parameters = list(asked.parameters(relation))

    def resolve(root: Any, info: Info, **given: Any) -> Any:
        context = info.context
        context.viewer.require(relation.rows.permission)
        parent = _parent(key, root, given)
        if parent is None and key is not None:
            return None
        arguments = asked.read(relation, parent, given, context)
        wanted = look_ups(relation, asked.filter_name, arguments.filters, context.viewer)
        if wanted:
            return _looked_up(context, wanted, Page(context, relation, parent, arguments))
        if relation.kind == "pages":
            return Page(context, relation, parent, arguments)
        return context.loaders.load(relation, parent, arguments)

    if isinstance(key, Argument):
        parameters.insert(0, Parameter(key.name, Parameter.KEYWORD_ONLY, annotation=key.kind))
    how = Loaded(relation, key, asked)
    return strawberry.field(resolver=with_arguments(resolve, parameters), metadata={"how": how})


def answered_by(function: Callable[..., Any]) -> Any:
    """What a resolver gives."""
    return strawberry.field(resolver=function, metadata={"how": Answered(function)})


def commanded_by(function: Callable[..., Any]) -> Any:
    """What a resolver tells that changes something; it runs once, whichever path asks for it."""

    @wraps(function)
    async def resolve(info: Info, **given: Any) -> Any:
        return await info.context.commanded(info.path.key, lambda: function(info, **given))

    return strawberry.mutation(resolver=resolve, metadata={"how": Commanded(resolve)})


async def _looked_up(context: Context, wanted: Sequence[tuple[str, LookUp]], page: Page) -> Page:
    """The page, when what is looked up may be. Raises LimitExceeded."""
    await look_up(context, wanted, "filter")
    return page


def _parent(key: str | Argument | None, root: Any, given: Mapping[str, Any]) -> Any:
    if isinstance(key, Argument):
        return key.key(given)
    return None if key is None else getattr(root, key)


def with_arguments(resolve: Callable[..., Any], parameters: Sequence[Parameter]) -> Callable[..., Any]:
    """The resolver, with a signature of its own for strawberry to read."""
    fixed = [
        Parameter("root", Parameter.POSITIONAL_OR_KEYWORD, annotation=Any),
        Parameter("info", Parameter.POSITIONAL_OR_KEYWORD, annotation=Info),
    ]
    signature = Signature([*fixed, *parameters], return_annotation=Any)
    resolve.__signature__ = signature  # type: ignore[attr-defined]  # what inspect.signature looks at first
    resolve.__annotations__ = {
        **{each.name: each.annotation for each in signature.parameters.values()},
        "return": Any,
    }
    return resolve
