"""Every field has one class, and what can be masked is masked wherever it is told."""

import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLObjectType,
    get_named_type,
    get_nullable_type,
)

from app.graphql import schema
from master.roles import CLASSES, CONTACT, DOCUMENT, MASKABLE, NAME, OPEN, POLICY, shipped_roles
from schema.fields import Masked
from schema.permitted import FOUND
from tests.house.sources import ROOT

CLASSES_TOML = tomllib.loads((ROOT / "schema/classes.toml").read_text(encoding="utf-8"))
TYPES = {name: each for name, each in schema._schema.type_map.items() if not name.startswith("__")}
OBJECTS = {name: each for name, each in TYPES.items() if isinstance(each, GraphQLObjectType)}
# By what lists are asked for: input types of these names, and enums of these.
ASKED_BY, ORDERED_BY = ("Filter", "Key", "Order"), "OrderField"


def stated() -> list[tuple[str, str]]:
    """Each ("Type.field", class) of the file, in its order."""
    return [
        (f"{type_name}.{field}", name)
        for name, types in CLASSES_TOML.items()
        for type_name, fields in types.items()
        for field in fields
    ]


CLASS_OF = dict(stated())


def needed() -> Iterator[str]:
    """What must have a class: fields of objects, fields of inputs that lists are asked for by, orders."""
    for name, each in TYPES.items():
        is_asked_by = isinstance(each, GraphQLInputObjectType) and name.endswith(ASKED_BY)
        if isinstance(each, GraphQLObjectType) or is_asked_by:
            yield from (f"{name}.{field}" for field in each.fields)
        elif isinstance(each, GraphQLEnumType) and name.endswith(ORDERED_BY):
            yield from (f"{name}.{value}" for value in each.values)


def shown(of: tuple[str, ...]) -> list[str]:
    """The fields of objects that are of these classes."""
    return [field for field, name in stated() if name in of and field.partition(".")[0] in OBJECTS]


def field_of(name: str) -> Any:
    type_name, _, field = name.partition(".")
    return OBJECTS[type_name].fields[field]


def masked() -> dict[str, Masked]:
    """The fields that are declared with `masked_by`."""
    hows = {
        f"{name}.{field}": told.extensions["strawberry-definition"].metadata.get("how")
        for name, each in OBJECTS.items()
        for field, told in each.fields.items()
    }
    return {field: how for field, how in hows.items() if isinstance(how, Masked)}


def test_every_field_has_a_class() -> None:
    assert [field for field in needed() if field not in CLASS_OF] == [], "give it one in schema/classes.toml"


def test_no_class_is_given_to_what_the_schema_does_not_have() -> None:
    assert sorted(set(CLASS_OF) - set(needed())) == []


def test_no_field_has_two_classes() -> None:
    fields = [field for field, _ in stated()]
    assert sorted({field for field in fields if fields.count(field) > 1}) == []


def test_the_classes_of_roles_are_those_of_fields() -> None:
    assert {*CLASSES, OPEN} == set(CLASSES_TOML)
    assert set(MASKABLE) < set(CLASSES)
    assert OPEN not in CLASSES


def test_only_text_is_ever_masked() -> None:
    others = [name for name in shown(MASKABLE) if str(get_nullable_type(field_of(name).type)) != "String"]
    assert others == []


@pytest.mark.parametrize("name", MASKABLE)
def test_a_class_of_fields_is_masked_by_its_own_name_wherever_it_is_shown(name: str) -> None:
    assert sorted(field for field, how in masked().items() if how.of == name) == sorted(shown((name,)))


def test_what_is_masked_by_hand_is_of_the_class_of_the_field_that_it_shows() -> None:
    """Highlight.text, which is open, shows fields of other types."""
    fields = {
        "name": "Customer.name",
        "documents.number": "IdentityDocument.number",
        "contactPoints.value": "ContactPoint.value",
        "policies.number": "Policy.number",
    }
    assert {name: of for name, (of, _) in FOUND.items()} == {
        name: CLASS_OF[field] for name, field in fields.items()
    }
    assert {of for of, _ in FOUND.values()} == {NAME, DOCUMENT, CONTACT, POLICY}


def test_a_list_is_asked_for_by_whole_values_of_what_can_be_masked() -> None:
    """No operator looks into them: such a filter takes a text, or a key that holds whole texts."""
    wrong = [
        f"{field}: {kind}"
        for field, name in stated()
        if name in MASKABLE and isinstance(TYPES[field.partition(".")[0]], GraphQLInputObjectType)
        if (kind := str(get_nullable_type(field_of_input(field).type)))
        not in ("String", "DocumentKey", "SourceKey")
    ]
    assert wrong == []
    for key in ("DocumentKey", "SourceKey"):
        kinds = {get_named_type(each.type).name for each in TYPES[key].fields.values()}  # type: ignore[attr-defined]
        assert kinds <= {"String", "DocumentType"}


def field_of_input(name: str) -> Any:
    type_name, _, field = name.partition(".")
    return TYPES[type_name].fields[field]  # type: ignore[attr-defined]  # an input object


def test_a_class_that_lists_are_asked_for_by_is_that_of_a_field_that_is_shown() -> None:
    """A role that refuses what is shown refuses asking by it too."""
    asked = {name for field, name in stated() if field.partition(".")[0] not in OBJECTS}
    assert asked - {name for field, name in stated() if field.partition(".")[0] in OBJECTS} == set()


def test_shipped_roles_mask_only_what_can_be_masked() -> None:
    for role in shipped_roles().values():
        assert role.masked <= set(MASKABLE), role.name
        assert role.refused <= set(CLASSES), role.name
        assert not role.masked & role.refused, role.name
