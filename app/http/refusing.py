"""Fields that a caller may not ask for: found in a valid document before it runs, each with its path."""

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field

from graphql import (
    BooleanValueNode,
    DirectiveNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
)

from app.http.documents import Document

MOST_PATHS = 20  # told of one document
Path = tuple[str, ...]


def refused_paths(
    schema: GraphQLSchema, document: Document, name: str | None, variables: Mapping[str, object], of: Set[str]
) -> list[str]:
    """The response paths ("node.notes") of the fields that stand in `of` ("Contact.notes").

    A field that @skip or @include leaves out is not asked for. Linear in the document's size but for the
    paths themselves: a fragment without such a field is looked at once.
    """
    if not of:
        return []
    operation = document.operation(name)
    fragments = {
        each.name.value: each
        for each in document.tree.definitions
        if isinstance(each, FragmentDefinitionNode)
    }
    walk = _Walk(schema, fragments, _given(operation, variables), of)
    root = schema.get_root_type(operation.operation)
    found: list[str] = []
    for path in walk.paths(operation.selection_set, root, ()) if root else ():
        found.append(".".join(path))
        if len(found) == MOST_PATHS:
            break
    return list(dict.fromkeys(found))


@dataclass
class _Walk:
    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Mapping[str, object]
    of: Set[str]
    clean: set[str] = field(default_factory=set)  # fragments without a refused field

    def paths(self, selections: SelectionSetNode, on: GraphQLNamedType, at: Path) -> Iterator[Path]:
        for each in selections.selections:
            if self._is_asked_for(each):
                yield from self._of(each, on, at)

    def _of(self, each: SelectionNode, on: GraphQLNamedType, at: Path) -> Iterator[Path]:
        if isinstance(each, FieldNode):
            yield from self._of_field(each, on, at)
        elif isinstance(each, InlineFragmentNode):
            named = each.type_condition
            yield from self.paths(
                each.selection_set, self.schema.type_map[named.name.value] if named else on, at
            )
        elif isinstance(each, FragmentSpreadNode) and each.name.value not in self.clean:
            fragment, is_clean = self.fragments[each.name.value], True
            for path in self.paths(
                fragment.selection_set, self.schema.type_map[fragment.type_condition.name.value], at
            ):
                is_clean = False
                yield path
            if is_clean:
                self.clean.add(each.name.value)

    def _of_field(self, each: FieldNode, on: GraphQLNamedType, at: Path) -> Iterator[Path]:
        name = each.name.value
        here = (*at, each.alias.value if each.alias else name)
        if f"{on.name}.{name}" in self.of:
            yield here
        found = getattr(on, "fields", {}).get(name)  # none for __typename, __schema and __type
        if each.selection_set is not None and found is not None:
            yield from self.paths(each.selection_set, get_named_type(found.type), here)

    def _is_asked_for(self, each: SelectionNode) -> bool:
        return not any(self._leaves_out(directive) for directive in each.directives or ())

    def _leaves_out(self, directive: DirectiveNode) -> bool:
        name = directive.name.value
        if name not in ("skip", "include"):
            return False
        value = self._truth(next(iter(directive.arguments or ())).value)
        return value is (name == "skip")

    def _truth(self, value: ValueNode) -> object:
        if isinstance(value, VariableNode):
            return self.variables.get(value.name.value)
        return value.value if isinstance(value, BooleanValueNode) else None


def _given(operation: OperationDefinitionNode, variables: Mapping[str, object]) -> Mapping[str, object]:
    """The variables, with the defaults of those that are not given."""
    defaults = {
        each.variable.name.value: each.default_value.value
        for each in operation.variable_definitions or ()
        if isinstance(each.default_value, BooleanValueNode)
    }
    return {**defaults, **variables}
