"""What an operation selects, with fragments, aliases and directives resolved as graphql-core does it."""

from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
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
from schema.fields import Answered


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
    def is_answered(self) -> bool:
        """Whether a resolver gives its value."""
        return self.definition is not None and isinstance(self.how, Answered)

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
        self._query: GraphQLObjectType = schema.query_type  # type: ignore[assignment]  # strawberry sees to it
        self.fragments = {
            each.name.value: each for each in tree.definitions if isinstance(each, FragmentDefinitionNode)
        }
        self._fragments = {name: FragmentDetails(each) for name, each in self.fragments.items()}

    def roots(self) -> list[Asked]:
        """The fields of the query itself."""
        collected = collect_fields(self.schema, self._fragments, self.variables, self._query, self.operation)
        return self._asked(self._query, collected.grouped_field_set)

    def below(self, asked: Asked, kind: GraphQLObjectType) -> list[Asked]:
        """The fields of a value of this type."""
        collected = collect_subfields(
            self.schema, self._fragments, self.variables, self.operation, kind, asked.details
        )
        return self._asked(kind, collected.grouped_field_set)

    def _asked(self, parent: GraphQLObjectType, grouped: GroupedFieldSet) -> list[Asked]:
        found = []
        for key, details in grouped.items():
            name = details[0].node.name.value
            if name in ("__schema", "__type"):
                raise NotCompiled(Reason.INTROSPECTION, name)
            definition = None if name == "__typename" else parent.fields[name]
            found.append(Asked(key, parent, definition, details))
        return found
