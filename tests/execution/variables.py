"""Arguments of generated documents: literals, variables and both mixed, and the values of the variables."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    get_nullable_type,
    is_non_null_type,
    is_required_input_field,
)

# Values by the place that they are for, "Type.field" or "Type.field.argument", or by their type's name.
Pools = Mapping[str, Sequence[Any]]

MOST_IN_LIST = 4
ONE_OF = ("CustomerKey.", "PolicyKey.")  # whose fields take no variable that may be null


@dataclass(frozen=True)
class Variable:
    """place: of its first use, which says what its values may be; default: a literal, or empty."""

    name: str
    type: GraphQLInputType
    place: str
    default: str

    def __str__(self) -> str:
        return f"${self.name}: {self.type}" + (f" = {self.default}" if self.default else "")

    @property
    def is_cursor(self) -> bool:
        return self.place.endswith(".after")


def likely(chance: Random, share: float) -> bool:
    """True in this share of the cases; False where hypothesis looks for something simpler."""
    return chance.random() >= 1 - share


def literal(kind: GraphQLInputType, value: Any) -> str:
    """The value as it stands in a document."""
    bare = get_nullable_type(kind)
    if value is None:
        return "null"
    if isinstance(bare, GraphQLList) and isinstance(value, list):
        return f"[{', '.join(literal(bare.of_type, each) for each in value)}]"
    if isinstance(bare, GraphQLList):
        return literal(bare.of_type, value)
    if isinstance(bare, GraphQLInputObjectType):
        inside = (f"{name}: {literal(bare.fields[name].type, each)}" for name, each in value.items())
        return f"{{{', '.join(inside)}}}"
    return str(value) if isinstance(bare, GraphQLEnumType) else json.dumps(value, ensure_ascii=False)


@dataclass
class Arguments:
    """Writes arguments, and keeps the variables that they use."""

    chance: Random
    pools: Pools
    variables: list[Variable] = field(default_factory=list)

    def value(self, kind: GraphQLInputType, place: str) -> Any:
        """A value, as JSON has it."""
        if is_non_null_type(kind):
            return self._value(get_nullable_type(kind), place)
        return None if likely(self.chance, 0.08) else self._value(kind, place)

    def _value(self, kind: Any, place: str) -> Any:
        chance = self.chance
        if isinstance(kind, GraphQLList):
            if likely(chance, 0.15):  # one value stands for a list of one
                return self._value(get_nullable_type(kind.of_type), place)
            return [self.value(kind.of_type, place) for _ in range(chance.randint(0, MOST_IN_LIST))]
        if isinstance(kind, GraphQLInputObjectType):
            chosen = self._chosen(kind)
            return {name: self.value(each.type, f"{kind.name}.{name}") for name, each in chosen.items()}
        if isinstance(kind, GraphQLEnumType):
            return chance.choice(list(kind.values))
        return chance.choice(self._pool(place, kind.name))

    def written(self, kind: GraphQLInputType, place: str) -> str:
        """The argument: a variable, a literal, or a literal with variables in it."""
        chance, bare = self.chance, get_nullable_type(kind)
        if likely(chance, 0.45):
            return f"${self.variable(kind, place).name}"
        if not is_non_null_type(kind) and likely(chance, 0.08):
            return "null"
        if isinstance(bare, GraphQLInputObjectType):
            inside = (
                f"{name}: {self.written(each.type, f'{bare.name}.{name}')}"
                for name, each in self._chosen(bare).items()
            )
            return f"{{{', '.join(inside)}}}"
        if isinstance(bare, GraphQLList) and likely(chance, 0.7):
            items = (self.written(bare.of_type, place) for _ in range(chance.randint(0, MOST_IN_LIST)))
            return f"[{', '.join(items)}]"
        return literal(kind, self._value(bare, place))

    def variable(self, kind: GraphQLInputType, place: str, *, is_new: bool = False) -> Variable:
        """A variable that may stand there: one that is there already, or a new one."""
        alike = [each for each in self.variables if each.place == place and str(each.type) == str(kind)]
        if alike and not is_new and likely(self.chance, 0.4):
            return self.chance.choice(alike)
        declared, default = self._declared(kind, place)
        made = Variable(f"v{len(self.variables) + 1}", declared, place, default)
        self.variables.append(made)
        return made

    def _declared(self, kind: GraphQLInputType, place: str) -> tuple[GraphQLInputType, str]:
        """A type that may stand where `kind` is asked for, and a default."""
        bare = get_nullable_type(kind)
        default = literal(bare, self._value(bare, place)) if likely(self.chance, 0.3) else ""
        if is_non_null_type(kind):
            # One that may be null can stand here when it has a default.
            is_optional = default and not place.startswith(ONE_OF) and likely(self.chance, 0.3)
            return (bare if is_optional else kind), default
        is_needed = not place.endswith(".after") and likely(self.chance, 0.15)
        return (GraphQLNonNull(bare) if is_needed else kind), default

    def given(self, variables: Sequence[Variable], cursors: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        """Values for one run: some variables are left out, or null. cursors: what an earlier run gave."""
        told: dict[str, Any] = {}
        for each in variables:
            is_optional = bool(each.default) or not is_non_null_type(each.type)
            if cursors.get(each.name) and not likely(self.chance, 0.1):
                told[each.name] = self.chance.choice(cursors[each.name])
            elif each.is_cursor and is_optional and not likely(self.chance, 0.1):
                told[each.name] = None  # any other one than those of an answer is refused
            elif not is_optional or not likely(self.chance, 0.25):
                told[each.name] = self.value(each.type, each.place)
        return told

    def _chosen(self, kind: GraphQLInputObjectType) -> dict[str, GraphQLInputField]:
        """Some fields of an input object, with all that it needs; of a @oneOf exactly one, never null."""
        if kind.is_one_of:
            name = self.chance.choice(list(kind.fields))
            return {name: GraphQLInputField(GraphQLNonNull(get_nullable_type(kind.fields[name].type)))}
        most = self.chance.choice((0.0, 0.25, 0.5))
        return {
            name: each
            for name, each in kind.fields.items()
            if is_required_input_field(each) or likely(self.chance, most)
        }

    def _pool(self, place: str, type_name: str) -> Sequence[Any]:
        return next(self.pools[name] for name in pools_for(place, type_name) if name in self.pools)


def pools_for(place: str, type_name: str) -> tuple[str, ...]:
    """The pools that may hold values for a place, the most special one first."""
    return (place, place.rpartition(".")[2], type_name)
