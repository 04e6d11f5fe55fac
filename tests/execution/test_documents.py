"""The generated documents are valid, and leave out nothing that a query may hold."""

from collections.abc import Iterator
from random import Random

import pytest
from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentSpreadNode,
    GraphQLInputObjectType,
    InlineFragmentNode,
    ObjectFieldNode,
    OperationDefinitionNode,
    TypeInfo,
    TypeInfoVisitor,
    VariableDefinitionNode,
    Visitor,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    parse,
    validate,
    visit,
)

from app.graphql import schema
from app.http.documents import _rules
from tests.execution.documents import SCHEMA, Document, document
from tests.execution.test_fallbacks import FALL_BACKS
from tests.execution.town import POOLS
from tests.execution.variables import Arguments, pools_for
from tests.leaks.paths import readable_fields

LEAFLESS = ("Int", "Boolean")
MOST_COMPARISONS = 50_000


def documents(count: int) -> Iterator[tuple[Document, DocumentNode]]:
    for seed in range(count):
        made = document(Random(seed), POOLS)
        yield made, parse(made.text)


def test_every_document_is_valid() -> None:
    rules = _rules(MOST_COMPARISONS)
    for made, tree in documents(500):
        errors = validate(schema._schema, tree, rules)
        assert errors == [], f"{made.text}\n{errors[0]}"


class _Seen(Visitor):
    """What stands in documents: "Type.field", "Type.field.argument", "InputType.field", kinds of nodes."""

    def __init__(self, types: TypeInfo) -> None:
        super().__init__()
        self._types = types
        self.found: set[str] = set()

    def enter_field(self, node: FieldNode, *_: object) -> None:
        parent = self._types.get_parent_type()
        assert parent is not None
        name = f"{parent.name}.{node.name.value}"
        self.found |= {name, *(f"{name}.{each.name.value}" for each in node.arguments or ())}
        self.found |= {"an alias"} if node.alias else set()

    def enter_object_field(self, node: ObjectFieldNode, *_: object) -> None:
        kind = get_nullable_type(self._types.get_parent_input_type())
        if isinstance(kind, GraphQLInputObjectType):
            self.found.add(f"{kind.name}.{node.name.value}")

    def enter_directive(self, node: DirectiveNode, *ancestors: object) -> None:
        self.found.add(f"@{node.name.value}")

    def enter_inline_fragment(self, node: InlineFragmentNode, *_: object) -> None:
        on = node.type_condition
        self.found.add(f"... on {on.name.value}" if on else "... without a type")

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_: object) -> None:
        self.found.add("a spread")

    def enter_operation_definition(self, node: OperationDefinitionNode, *_: object) -> None:
        self.found.add("a named operation" if node.name else "an operation without a name")

    def enter_variable_definition(self, node: VariableDefinitionNode, *_: object) -> None:
        has = " with a default" if node.default_value else ""
        self.found.add(f"a variable of {node.type.kind}{has}")


def expected() -> set[str]:
    inputs = [each for each in SCHEMA.type_map.values() if isinstance(each, GraphQLInputObjectType)]
    asked = [each for each in inputs if each.name.endswith(("Key", "Filter", "Order"))]
    query = SCHEMA.query_type
    assert query is not None
    nodes = SCHEMA.get_possible_types(SCHEMA.type_map["Node"])  # type: ignore[arg-type]  # the interface
    return {
        *readable_fields(),
        *(f"Query.{name}" for name in query.fields),
        *(f"Query.{name}.{argument}" for name, each in query.fields.items() for argument in each.args),
        *(
            f"Customer.{name}.{a}"
            for name, each in SCHEMA.type_map["Customer"].fields.items()
            for a in each.args
        ),  # type: ignore[attr-defined]
        *(f"{each.name}.{name}" for each in asked for name in each.fields),
        *(f"... on {each.name}" for each in (*nodes, SCHEMA.type_map["Node"])),
        *("@skip", "@include", "an alias", "a spread", "... without a type", "Customer.__typename"),
        *("a named operation", "an operation without a name"),
        *(
            f"a variable of {kind}{has}"
            for kind in ("named_type", "list_type", "non_null_type")
            for has in ("", " with a default")
        ),
    }


def test_nothing_that_a_query_may_hold_is_left_out() -> None:
    types = TypeInfo(SCHEMA)
    seen = _Seen(types)
    visitor, missing = TypeInfoVisitor(types, seen), expected()
    for _, tree in documents(5000):  # as many as it takes: some 1,000
        visit(tree, visitor)
        if not (missing := missing - seen.found):
            return
    assert missing == set()


@pytest.mark.parametrize("runs", [300])
def test_variables_are_given_left_out_and_null(runs: int) -> None:
    seen = set()
    for seed in range(runs):
        chance = Random(seed)
        made = document(chance, POOLS)
        values = Arguments(chance, POOLS).given(made.variables, {})
        for each in made.variables:
            told = values.get(each.name, "left out")
            seen.add("left out" if told == "left out" else type(told).__name__)
    assert seen == {"left out", "NoneType", "str", "int", "bool", "list", "dict"}


def places() -> Iterator[tuple[str, str]]:
    """Every argument of a query that has plans, and field of its inputs, that takes a text or an id."""
    waiting = [
        (f"{kind.name}.{name}.{argument}", each.type)
        for kind in map(SCHEMA.type_map.get, ("Query", "Customer"))
        for name, field in kind.fields.items()  # type: ignore[union-attr]
        for argument, each in field.args.items()
        if f"{kind.name}.{name}" not in FALL_BACKS  # type: ignore[union-attr]
    ]
    while waiting:
        place, kind = waiting.pop()
        named = get_named_type(kind)
        if isinstance(named, GraphQLInputObjectType):
            waiting += [(f"{named.name}.{name}", each.type) for name, each in named.fields.items()]
        elif is_leaf_type(named) and named.name in ("String", "ID"):
            yield place, named.name


def test_every_argument_has_values_of_its_own() -> None:
    """Without them a filter finds nothing, whatever it does: give it some in tests/execution/town.py."""
    without = [place for place, name in places() if not set(pools_for(place, name)[:2]) & set(POOLS)]
    assert without == []
