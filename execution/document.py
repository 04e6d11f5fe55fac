"""What an operation selects, with fragments, aliases and directives resolved as graphql-core does it."""

from dataclasses import dataclass
from typing import Any

from graphql import (
    ArgumentNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    NullValueNode,
    OperationDefinitionNode,
    OperationType,
    VariableNode,
    get_named_type,
)
from graphql.execution.collect_fields import (
    FieldDetailsList,
    FragmentDetails,
    GroupedFieldSet,
    collect_fields,
    collect_subfields,
)
from graphql.execution.values import VariableValues

from execution.reasons import NotCompiled, Reason


@dataclass(frozen=True)
class Asked:
    """A field of an object as a query asks for it; key: its name in the answer."""

    key: str
    parent: GraphQLObjectType
    definition: GraphQLField | None  # None: __typename
    details: FieldDetailsList

    @property
    def name(self) -> str:
        return self.details[0].node.name.value

    @property
    def path(self) -> str:
        return f"{self.parent.name}.{self.name}"

    @property
    def kind(self) -> Any:
        """The named type of its values."""
        return get_named_type(self.field.type)

    @property
    def field(self) -> GraphQLField:
        if self.definition is None:
            raise NotCompiled(Reason.INTROSPECTION, self.path)
        return self.definition

    @property
    def declared(self) -> Any:
        """The strawberry field that declares it."""
        return self.field.extensions["strawberry-definition"]

    @property
    def how(self) -> Any:
        """How it gets its value: the data of schema/fields.py; None for a plain column or attribute."""
        return self.declared.metadata.get("how")


class Selections:
    """One operation's, for one set of variables."""

    def __init__(
        self,
        schema: GraphQLSchema,
        tree: DocumentNode,
        operation: OperationDefinitionNode,
        variables: VariableValues,
    ) -> None:
        self.schema = schema
        self.variables = variables
        self.operation = operation
        self._root: GraphQLObjectType = schema.get_root_type(operation.operation)  # type: ignore[assignment]  # it is valid
        self.fragments = {
            each.name.value: each for each in tree.definitions if isinstance(each, FragmentDefinitionNode)
        }
        self._fragments = {name: FragmentDetails(each) for name, each in self.fragments.items()}

    @property
    def is_change(self) -> bool:
        return self.operation.operation is OperationType.MUTATION

    def roots(self) -> list[Asked]:
        """The fields of the query, or of the mutation, itself."""
        collected = collect_fields(self.schema, self._fragments, self.variables, self._root, self.operation)
        return self._asked(self._root, collected.grouped_field_set)

    def below(self, asked: Asked, kind: GraphQLObjectType) -> list[Asked]:
        """The fields of a value of this type."""
        collected = collect_subfields(
            self.schema, self._fragments, self.variables, self.operation, kind, asked.details
        )
        return self._asked(kind, collected.grouped_field_set)

    def reads_on(self, asked: Asked) -> bool:
        """Whether a list somewhere below is read on from a cursor."""
        waiting = [each.node.selection_set for each in asked.details]
        spread: set[str] = set()
        while waiting:
            selected = waiting.pop()
            for node in selected.selections if selected is not None else ():
                if isinstance(node, FragmentSpreadNode):
                    if node.name.value not in spread:
                        spread.add(node.name.value)
                        waiting.append(self.fragments[node.name.value].selection_set)
                    continue
                if isinstance(node, FieldNode) and any(
                    self._is_cursor(each) for each in node.arguments or ()
                ):
                    return True
                waiting.append(node.selection_set)  # type: ignore[attr-defined]  # of a field or a fragment
        return False

    def _is_cursor(self, argument: ArgumentNode) -> bool:
        if argument.name.value != "after" or isinstance(argument.value, NullValueNode):
            return False
        name = argument.value.name.value if isinstance(argument.value, VariableNode) else None
        return name is None or self.variables.coerced.get(name) is not None

    def _asked(self, parent: GraphQLObjectType, grouped: GroupedFieldSet) -> list[Asked]:
        found = []
        for key, details in grouped.items():
            name = details[0].node.name.value
            if name in ("__schema", "__type"):
                raise NotCompiled(Reason.INTROSPECTION, name)
            definition = None if name == "__typename" else parent.fields[name]
            found.append(Asked(key, parent, definition, details))
        return found
