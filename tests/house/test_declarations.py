"""What the declarations name is there: columns, filters, orders and texts."""

from collections.abc import Iterator
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    get_named_type,
)
from sqlalchemy import Column

from app.graphql import schema
from loaders.relations import Relation
from schema.described import SOURCES
from schema.fields import Commanded, Computed, Loaded, Masked
from schema.finding import AnyNode, Found
from schema.pages import Connection, Linked

TYPES = {name: each for name, each in schema._schema.type_map.items() if not name.startswith("__")}
OBJECTS = {name: each for name, each in TYPES.items() if isinstance(each, GraphQLObjectType)}


def field_of(field: Any) -> Any:
    return field.extensions["strawberry-definition"]


def how_of(field: Any) -> Any:
    return field_of(field).metadata.get("how")


def relations_into() -> dict[str, set[Relation]]:
    """By type name: the relations whose rows are told as this type."""
    found: dict[str, set[Relation]] = {name: set() for name in OBJECTS}
    for each in OBJECTS.values():
        for field in each.fields.values():
            how, name = how_of(field), get_named_type(field.type).name
            relations = {Loaded: lambda h: [h.relation], Found: lambda h: [h.by_id, h.among]}.get(type(how))
            for relation in relations(how) if relations else []:
                found[name.removesuffix("Connection")].add(relation)
            if isinstance(how, AnyNode):
                for typename, relation in how.types.values():
                    found[typename].add(relation)
    return found


RELATIONS = relations_into()


def needed_columns(each: GraphQLObjectType) -> Iterator[str]:
    """The attributes that a type's fields read from what they stand on."""
    for field in each.fields.values():
        definition, how = field_of(field), how_of(field)
        if isinstance(how, Loaded) and isinstance(how.key, str):
            yield how.key
        elif isinstance(how, Computed):
            yield from how.columns
        elif isinstance(how, Masked):
            yield from (how.column, *how.beside, *([how.whose] if how.whose else []))
        elif definition.base_resolver is None:
            yield definition.python_name


def test_every_field_that_is_read_from_a_row_is_a_column_of_each_relation_that_ends_there() -> None:
    missing = [
        f"{name}.{column} of {relation.name}"
        for name, relations in RELATIONS.items()
        for relation in relations
        if name not in SOURCES
        for column in needed_columns(OBJECTS[name])
        if column not in relation.columns()
    ]
    assert missing == []


def test_every_field_that_is_read_from_another_object_is_an_attribute_of_it() -> None:
    missing = [
        f"{name}.{attribute}"
        for name, source in SOURCES.items()
        for attribute in needed_columns(OBJECTS[name])
        if not hasattr(source, attribute) and attribute not in source.__annotations__
    ]
    assert missing == []


def test_every_type_has_rows_or_objects() -> None:
    """Those without either are made by resolvers, and hold what they tell themselves."""
    roots = {"Query", "Mutation"}
    own = {name for name in OBJECTS if not RELATIONS[name] and name not in SOURCES and name not in roots}
    pages = {name for name in own if issubclass(origin(OBJECTS[name]), Connection)}
    assert own - pages == {
        "BatchFinding",
        "ContactPayload",
        "CustomerMatch",
        "CustomerPayload",
        "CustomerRelationPayload",
        "HouseholdPayload",
        "LeadPayload",
        "MatchReason",
        "MergeDifference",
        "MergeMove",
        "MergePayload",
        "MergePreview",
        "PageInfo",
        "RelativesPayload",
        "RevealPayload",
        "ReviewPayload",
        "SavedSearchPayload",
        "Span",
        "SubmitRecordsPayload",
        "SubmittedRecord",
        "TakeBackBatchPayload",
        "Undecided",
        "UserError",
    }


def origin(each: GraphQLObjectType) -> type:
    found: type = each.extensions["strawberry-definition"].origin
    return found


def test_every_linked_column_is_one_of_the_link_of_a_relation_that_ends_there() -> None:
    linked = {
        (name.removesuffix("Edge"), how.column)
        for name, each in OBJECTS.items()
        for field in each.fields.values()
        if isinstance(how := how_of(field), Linked)
    }
    known = {(name, column) for name, ones in RELATIONS.items() for each in ones for column in each.link}
    assert linked == known == {("Policy", "roles")}


def all_relations() -> set[Relation]:
    return {relation for relations in RELATIONS.values() for relation in relations}


def test_orders_links_and_keys_are_columns_that_are_never_null() -> None:
    wrong = []
    for relation in all_relations():
        columns = relation.columns()
        orders = [*relation.orders.values(), *([relation.order] if relation.order else [])]
        for name in {name for order in orders for name in order.columns}:
            column = columns[name]
            if relation.kind == "pages" and not (isinstance(column, Column) and not column.nullable):
                wrong.append(f"{relation.name} is ordered by {name}")
        wrong += [f"{relation.name} has no {name}" for name in relation.link if name not in columns]
        if relation.key is not None and relation.key not in columns:
            wrong.append(f"{relation.name} has no key {relation.key}")
        if relation.kind == "pages" and not orders:
            wrong.append(f"{relation.name} has no order")
    assert wrong == []


def inputs_of(how: Loaded) -> Iterator[str]:
    yield from how.asked.single
    if how.asked.filter is not None:
        yield from filter_names(how.asked.filter, how.relation)


def filter_names(given: Any, relation: Relation, inside: str = "") -> Iterator[str]:
    for field in given.__strawberry_definition__.fields:
        name = f"{inside}{field.python_name}"
        kind = getattr(field.type, "of_type", field.type)
        if name not in relation.filters and hasattr(kind, "__strawberry_definition__"):
            yield from filter_names(kind, relation, f"{name}.")
        else:
            yield name


def test_every_field_of_a_filter_is_a_filter_of_its_relation() -> None:
    asked = [
        how
        for each in OBJECTS.values()
        for field in each.fields.values()
        if isinstance(how := how_of(field), Loaded)
    ]
    missing = [
        f"{how.relation.name}: {name}"
        for how in asked
        for name in inputs_of(how)
        if name not in how.relation.filters
    ]
    assert missing == []
    assert {name for how in asked if how.relation.name == "all_customers" for name in inputs_of(how)} >= {
        "tags.all",
        "document",
    }


def test_every_field_with_a_resolver_says_how_it_is_answered() -> None:
    silent = [
        f"{each.name}.{name}"
        for each in OBJECTS.values()
        for name, field in each.fields.items()
        if field_of(field).base_resolver is not None and how_of(field) is None
    ]
    assert silent == []


def test_only_mutations_change_anything() -> None:
    commanding = {
        name
        for name, each in OBJECTS.items()
        for field in each.fields.values()
        if isinstance(how_of(field), Commanded)
    }
    assert commanding == {"Mutation"}
    assert all(isinstance(how_of(field), Commanded) for field in OBJECTS["Mutation"].fields.values())


@pytest.mark.parametrize("name", sorted(TYPES))
def test_everything_is_described(name: str) -> None:
    each: GraphQLNamedType = TYPES[name]
    if name in ("Boolean", "Float", "ID", "Int", "String"):
        return
    fields: dict[str, Any] = {}
    if isinstance(each, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
        fields = each.fields
    assert each.description
    assert [field for field, told in fields.items() if not told.description] == []
    assert not isinstance(each, GraphQLEnumType) or each.values
