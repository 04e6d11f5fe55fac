"""What a field weighs, and how often: a scalar 1, an object 2, a count 50; lists by their length."""

from graphql import (
    FieldNode,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    ListValueNode,
    ObjectValueNode,
    ValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_list_type,
)

from app.http.limiter.amounts import Asked, Size, size_written

SCALAR, OBJECT, COUNT = 1, 2, 50
COUNTS = frozenset({"totalCount", "customerCount"})
UNPAGED = 10  # a list that has no pages counts as so many
SIZED_BY = ("first", "ids")  # arguments that say how long a list is
# Lists of things each of which a command changes by itself.
MANY = frozenset({"tasks", "suggestions", "records"})
REHEARSED = frozenset({"previewMerge"})  # questions that take the turn of those who write

_ROWS = frozenset({"edges", "nodes"})


def weight(node: FieldNode) -> int:
    """Without what is below."""
    if node.selection_set is not None:
        return OBJECT
    return COUNT if node.name.value in COUNTS else SCALAR


def is_connection(kind: GraphQLNamedType | None) -> bool:
    return kind is not None and kind.name.endswith("Connection")


def is_introspective(kind: GraphQLNamedType | None) -> bool:
    return kind is not None and kind.name.startswith("__")


def is_change(parent: GraphQLNamedType | None, node: FieldNode, schema: GraphQLSchema) -> bool:
    """Whether the field changes something, or does it and takes it back."""
    if parent is None or parent is not schema.query_type:
        return parent is not None and parent is schema.mutation_type
    return node.name.value in REHEARSED


def changed_by(node: FieldNode, definition: GraphQLField | None) -> Size:
    """How many things a field changes, each in a transaction of its own: by the list that names them."""
    for argument in node.arguments or ():
        name, value = argument.name.value, argument.value
        if name in MANY:
            return _listed(value)
        if isinstance(value, ObjectValueNode):
            named = [each.value for each in value.fields if each.name.value in MANY]
            return _listed(named[0]) if named else 1
        if isinstance(value, VariableNode) and (field := _list_in(definition, name)):
            return Asked(f"{value.name.value}.{field}", 1)
    return 1


def _listed(value: ValueNode) -> Size:
    if isinstance(value, VariableNode):
        return Asked(value.name.value, 1)
    return len(value.values) if isinstance(value, ListValueNode) else 1


def _list_in(definition: GraphQLField | None, argument: str) -> str | None:
    """The field of an argument's input that names what is changed."""
    kind = (
        get_named_type(definition.args[argument].type) if definition and argument in definition.args else None
    )
    its = kind.fields if isinstance(kind, GraphQLInputObjectType) else {}
    return next((name for name in its if name in MANY), None)


def are_rows(parent: GraphQLNamedType | None, node: FieldNode) -> bool:
    """Whether the field stands once for each row of the page that its connection is."""
    return is_connection(parent) and node.name.value in _ROWS


def rows_of(node: FieldNode, definition: GraphQLField | None) -> Size:
    """How many there may be of what the field gives."""
    if definition is None or not _is_many(definition):  # validation refuses one that is not known
        return 1
    for name in SIZED_BY:
        if name in definition.args:
            return _asked(node, name, definition.args[name].default_value)
    return UNPAGED


def _is_many(definition: GraphQLField) -> bool:
    is_list = is_list_type(get_nullable_type(definition.type))
    return is_list or is_connection(get_named_type(definition.type))


def _asked(node: FieldNode, name: str, given: object) -> Size:
    default = given if isinstance(given, int) else UNPAGED
    value = next((each.value for each in node.arguments or () if each.name.value == name), None)
    if isinstance(value, VariableNode):
        return Asked(value.name.value, default)
    written = size_written(value)
    return default if written is None else written


def introspected_lists(schema: GraphQLSchema) -> dict[str, int]:
    """How long the lists of __schema and __type are in this schema, in the mean; by their fields' names."""
    types = list(schema.type_map.values())
    fielded = [each for each in types if isinstance(each, GraphQLObjectType | GraphQLInterfaceType)]
    fields = [field for each in fielded for field in each.fields.values()]
    return {
        "types": len(types),
        "directives": len(schema.directives),
        "locations": _mean([len(each.locations) for each in schema.directives], len(schema.directives)),
        "fields": _mean([len(each.fields) for each in fielded], len(types)),
        "args": _mean([len(each.args) for each in fields], len(fields)),
        "inputFields": _mean(
            [len(each.fields) for each in types if isinstance(each, GraphQLInputObjectType)], len(types)
        ),
        "enumValues": _mean(
            [len(each.values) for each in types if isinstance(each, GraphQLEnumType)], len(types)
        ),
    }


def _mean(lengths: list[int], among: int) -> int:
    """Rounded up; at least 1."""
    return max(1, -(-sum(lengths) // max(1, among)))
