"""Random documents over the whole printed schema: valid by construction, with variables of every kind."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    build_schema,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)

from tests.execution.scopes import Scope
from tests.execution.variables import Arguments, Pools, Variable, likely

SCHEMA = build_schema(Path("schema/schema.graphql").read_text(encoding="utf-8"))
Composite = GraphQLObjectType | GraphQLInterfaceType

DEEPEST = 9
MOST_ROWS = 150  # that a field is read for, about, so that an answer stays small
ROWS = {"nodes": 4, "edges": 4}
ROOT_ROWS = 8
CURSORS = (("pageInfo", "endCursor"), ("edges", "cursor"))
PAGE = "page_"  # begins the names of pages whose cursors a later run is given


@dataclass(frozen=True)
class Document:
    """A document that is valid, and the variables of its operation."""

    text: str
    variables: tuple[Variable, ...]
    operation_name: str | None = None


@dataclass(frozen=True)
class Fragment:
    name: str
    on: Composite
    text: str
    scope: Scope
    rows: int
    depth: int

    def may_stand(self, kind: Composite, scope: Scope, depth: int, rows: int) -> bool:
        """Also as to the rows that an answer will have."""
        is_of_kind = self.on.name in _names_of(kind)
        return is_of_kind and rows <= self.rows and depth <= self.depth and scope.fits(self.scope)


def document(
    chance: Random, pools: Pools, leave_out: frozenset[str] = frozenset(), most: int = 25
) -> Document:
    """leave_out: fields ("Type.field") that the document does not ask for; most: fields it has, about."""
    writing = _Writing(chance, Arguments(chance, pools), leave_out, most)
    query = SCHEMA.query_type
    assert query is not None
    body = writing.selection(query, Scope(), depth=0, rows=1)
    name = chance.choice(["", "Asked"])
    variables = tuple(writing.arguments.variables)
    declared = f"({', '.join(map(str, variables))})" if variables else ""
    parts = [f"query {name}{declared} {{ {body} }}", *(each.text for each in writing.fragments)]
    if name and likely(chance, 0.3):
        parts.insert(0, "query Another { viewer { name } }")
    return Document("\n".join(parts), variables, name or None)


@dataclass
class _Writing:
    chance: Random
    arguments: Arguments
    leave_out: frozenset[str]
    budget: int
    fragments: list[Fragment] = field(default_factory=list)

    def selection(self, kind: Composite, scope: Scope, depth: int, rows: int) -> str:
        """What stands between the braces; never nothing."""
        many = range(self.chance.randint(1, 3 if depth == 0 else 6))
        parts = [self._part(kind, scope, depth, rows) for _ in many if self.budget > 0]
        return " ".join(parts) or "__typename"

    def _part(self, kind: Composite, scope: Scope, depth: int, rows: int) -> str:
        roll = self.chance.random()
        if isinstance(kind, GraphQLInterfaceType):  # more fragments: all but the id lies in them
            roll = 0.7 + 0.3 * roll
        if roll < 0.82:
            return self._field(kind, scope, depth, rows)
        self.budget -= 1
        if roll < 0.86:
            return "__typename"
        if roll < 0.92:
            return self._inline(kind, scope, depth, rows)
        return self._spread(kind, scope, depth, rows)

    def _field(self, kind: Composite, scope: Scope, depth: int, rows: int) -> str:
        choice = self._chosen(kind, depth, rows)
        if choice is None:
            return "__typename"
        self.budget -= 1
        definition = kind.fields[choice]
        cursor = self._cursor(f"{kind.name}.{choice}", definition)
        written = self._arguments(kind, choice, definition, cursor)
        placed = scope.placed(f"{choice}{written}: {definition.type}", self._alias(choice, cursor))
        name, inside = placed
        label = choice if name == choice else f"{name}: {choice}"
        target = get_named_type(definition.type)
        if is_leaf_type(target):
            return f"{label}{written}{self._directives()}"
        assert isinstance(target, GraphQLObjectType | GraphQLInterfaceType)
        directives = "" if cursor else self._directives()
        first = self._cursors_told(target, inside) if cursor else ""
        below = self.selection(target, inside, depth + 1, self._rows(kind, choice, rows))
        return f"{label}{written}{directives} {{ {first}{below} }}"

    def _chosen(self, kind: Composite, depth: int, rows: int) -> str | None:
        def may(name: str) -> bool:
            if f"{kind.name}.{name}" in self.leave_out:
                return False
            is_leaf = is_leaf_type(get_named_type(kind.fields[name].type))
            deepest = (
                DEEPEST - 4 if kind.name == "Branch" else DEEPEST
            )  # which otherwise goes round and round
            return is_leaf or (depth < deepest and self._rows(kind, name, rows) <= MOST_ROWS)

        names = [name for name in kind.fields if may(name)]
        deeper = [name for name in names if not is_leaf_type(get_named_type(kind.fields[name].type))]
        if deeper and likely(self.chance, 0.35):
            return self.chance.choice(deeper)
        return self.chance.choice(names) if names else None

    def _rows(self, kind: Composite, name: str, rows: int) -> int:
        if kind is SCHEMA.query_type:
            return ROOT_ROWS if "first" in kind.fields[name].args else 1
        is_list = "[" in str(kind.fields[name].type) and not kind.name.endswith("SearchConnection")
        return rows * (ROWS.get(name, 3) if is_list else 1)

    def _alias(self, name: str, cursor: Variable | None) -> str:
        if cursor is not None:
            return f"{PAGE}{cursor.name}"
        if not likely(self.chance, 0.25):
            return name
        # Names of other fields too: an answer must not mistake one for the other.
        return self.chance.choice([f"a{self.chance.randint(1, 9)}", "id", "name", "nodes"])

    def _cursor(self, place: str, definition: GraphQLField) -> Variable | None:
        """For some pages, the variable of their cursor: a later run is given what an earlier one told."""
        if "after" not in definition.args or not likely(self.chance, 0.4):
            return None
        kind = definition.args["after"].type
        return self.arguments.variable(kind, f"{place}.after", is_new=True)

    def _cursors_told(self, page: Composite, inside: Scope) -> str:
        """Without an alias or a directive, so that `cursors_in` finds them."""
        outer, inner = self.chance.choice(CURSORS)
        kind = page.fields[outer].type
        below = get_named_type(kind)
        assert isinstance(below, GraphQLObjectType)
        inside.placed(f"{outer}: {kind}", outer)[1].placed(f"{inner}: {below.fields[inner].type}", inner)
        return f"{outer} {{ {inner} }} "

    def _arguments(
        self, kind: Composite, name: str, definition: GraphQLField, cursor: Variable | None
    ) -> str:
        given = []
        for argument, each in definition.args.items():
            if argument == "after" and cursor is not None:
                given.append(f"after: ${cursor.name}")
            elif is_required_argument(each) or likely(self.chance, 0.03 if argument == "after" else 0.35):
                place = f"{kind.name}.{name}.{argument}"
                given.append(f"{argument}: {self.arguments.written(each.type, place)}")
        return f"({', '.join(given)})" if given else ""

    def _directives(self) -> str:
        if not likely(self.chance, 0.12):
            return ""
        names = self.chance.choice([("skip",), ("include",), ("skip", "include"), ("include", "skip")])
        return "".join(f" {self._directive(name)}" for name in names)

    def _directive(self, name: str) -> str:
        if likely(self.chance, 0.3):
            return f"@{name}(if: {self.chance.choice(['true', 'false'])})"
        kind = SCHEMA.get_directive(name).args["if"].type  # type: ignore[union-attr]  # both are there
        return f"@{name}(if: ${self.arguments.variable(kind, 'directive.if').name})"

    def _inline(self, kind: Composite, scope: Scope, depth: int, rows: int) -> str:
        on = self._narrowed(kind)
        condition = f" on {on.name}" if on is not kind or likely(self.chance, 0.7) else ""
        return f"...{condition}{self._directives()} {{ {self.selection(on, scope, depth, rows)} }}"

    def _narrowed(self, kind: Composite) -> Composite:
        """The type itself, one that it can be, or an interface that it has."""
        if isinstance(kind, GraphQLInterfaceType):
            return self.chance.choice(list(SCHEMA.get_possible_types(kind)))
        return self.chance.choice([kind, kind, *kind.interfaces])

    def _spread(self, kind: Composite, scope: Scope, depth: int, rows: int) -> str:
        fitting = [each for each in self.fragments if each.may_stand(kind, scope, depth, rows)]
        if fitting and likely(self.chance, 0.6):
            found = self.chance.choice(fitting)
            scope.take(found.scope)
        else:
            found = self._fragment(kind, scope, depth, rows)
        return f"...{found.name}{self._directives()}"

    def _fragment(self, kind: Composite, scope: Scope, depth: int, rows: int) -> Fragment:
        """A new one, which others written from now on may use too."""
        on, inside = self._narrowed(kind), Scope(scope)
        body = self.selection(on, inside, depth, rows)
        name = f"F{len(self.fragments) + 1}"
        found = Fragment(name, on, f"fragment {name} on {on.name} {{ {body} }}", inside, rows, depth)
        self.fragments.append(found)
        return found


def _names_of(kind: Composite) -> set[str]:
    """Of the types on which a fragment may stand in this one."""
    if isinstance(kind, GraphQLInterfaceType):
        return {kind.name, *(each.name for each in SCHEMA.get_possible_types(kind))}
    return {kind.name, *(each.name for each in kind.interfaces)}


def cursors_in(answer: Any) -> Iterator[tuple[str, str]]:
    """Of each page that was asked for by a cursor's variable, the cursors that it told."""
    if isinstance(answer, list):
        for each in answer:
            yield from cursors_in(each)
    elif isinstance(answer, dict):
        for name, value in answer.items():
            if name.startswith(PAGE) and isinstance(value, dict):
                yield from ((name.removeprefix(PAGE), cursor) for cursor in _told(value))
            yield from cursors_in(value)


def _told(page: dict[str, Any]) -> Iterator[str]:
    end = page.get("pageInfo") or {}
    edges = page.get("edges") or []
    found = [end.get("endCursor"), *(edge.get("cursor") for edge in edges)]
    yield from (each for each in found if isinstance(each, str))
