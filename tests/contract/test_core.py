"""The served schema holds the whole contract, but for what is listed here as still missing."""

from collections.abc import Iterator
from pathlib import Path

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    lexicographic_sort_schema,
    print_ast,
)

from app.graphql import schema

CONTRACT = Path(__file__).with_name("core.graphql")

# Come with later issues.
MISSING = {
    "type Change",
    "type ChangeConnection",
    "type ChangeEdge",
    "field Customer.history",
    "argument Query.customer(asOf)",
}


def sorted_schema(text: str) -> GraphQLSchema:
    return lexicographic_sort_schema(build_schema(text))


def default_of(value: GraphQLArgument | GraphQLInputField) -> str | None:
    node = value.ast_node
    return print_ast(node.default_value) if node is not None and node.default_value is not None else None


def input_differences(
    where: str, wanted: dict[str, object], served: dict[str, object], what: str
) -> Iterator[str]:
    for name, value in wanted.items():
        label = where.format(name)
        if name not in served:
            yield f"{what} {label}"
            continue
        if str(value.type) != str(served[name].type):
            yield f"{label}: {served[name].type} instead of {value.type}"
        if default_of(value) != default_of(served[name]):
            yield f"{label} = {default_of(served[name])} instead of {default_of(value)}"
    for name, value in served.items():
        required = str(value.type).endswith("!") and default_of(value) is None
        if name not in wanted and required:
            yield f"{where.format(name)} is required, which the contract does not have"


def field_differences(wanted: GraphQLNamedType, served: GraphQLNamedType) -> Iterator[str]:
    assert isinstance(wanted, GraphQLObjectType | GraphQLInterfaceType)
    assert isinstance(served, GraphQLObjectType | GraphQLInterfaceType)
    for name, field in wanted.fields.items():
        label = f"{wanted.name}.{name}"
        if name not in served.fields:
            yield f"field {label}"
            continue
        if str(field.type) != str(served.fields[name].type):
            yield f"{label}: {served.fields[name].type} instead of {field.type}"
        yield from input_differences(f"{label}({{}})", field.args, served.fields[name].args, "argument")
    for interface in wanted.interfaces:
        if interface.name not in {each.name for each in served.interfaces}:
            yield f"{wanted.name} does not implement {interface.name}"


def differences(contract: GraphQLSchema, printed: GraphQLSchema) -> Iterator[str]:
    """What the contract has and the printed schema has not, or has otherwise."""
    for name, wanted in contract.type_map.items():
        served = printed.type_map.get(name)
        if served is None:
            yield f"type {name}"
        elif type(served) is not type(wanted):
            yield f"{name} is of another kind"
        elif isinstance(wanted, GraphQLEnumType):
            yield from (f"value {name}.{each}" for each in wanted.values if each not in served.values)
        elif isinstance(wanted, GraphQLInputObjectType):
            if wanted.is_one_of != served.is_one_of:
                yield f"{name}: @oneOf"
            yield from input_differences(f"{name}.{{}}", wanted.fields, served.fields, "field")
        elif isinstance(wanted, GraphQLObjectType | GraphQLInterfaceType):
            yield from field_differences(wanted, served)


def test_the_served_schema_is_the_contract_but_for_what_is_still_missing() -> None:
    contract = sorted_schema(CONTRACT.read_text(encoding="utf-8"))
    served = sorted_schema(schema.as_str())
    assert set(differences(contract, served)) == MISSING


def test_a_schema_that_breaks_the_contract_is_seen() -> None:
    text = CONTRACT.read_text(encoding="utf-8")
    contract = sorted_schema(text)
    broken = {
        "policies(filter: PolicyFilter, first: Int = 25": "policies(filter: PolicyFilter, first: Int = 24",
        "  number: String!\n  kind": "  number: String\n  kind",
        "input CustomerKey @oneOf": "input CustomerKey",
        "enum Gender { MALE FEMALE": "enum Gender { MALE",
        "type Customer implements Node": "type Customer",
        'query: String = "", category: String': 'query: String = "", category: String!',
    }
    for right, wrong in broken.items():
        assert right in text
        found = list(differences(contract, sorted_schema(text.replace(right, wrong))))
        assert found, wrong
