"""GraphQL documents, read once: parsed within limits, validated, and kept for the next request."""

import re
from collections import OrderedDict
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass

import strawberry
from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    OperationType,
    StringValueNode,
    Visitor,
    parse,
    specified_rules,
    validate,
    visit,
)
from strawberry.extensions import SchemaExtension
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from app.limits import Limits
from master.errors import Invalid, LimitExceeded

KEPT_DOCUMENTS = 256  # with 2,000 tokens at most, some 50 MiB at the very worst
KEPT_CHARACTERS = 16 * 1024

# Strings and comments of a document, which brackets inside them do not nest.
_TEXT = re.compile(r'"""(?:[^"\\]++|\\"""|\\|"(?!""))*+(?:""")?+|"(?:[^"\\\n\r]++|\\.?+)*+"?+|#[^\n\r]*+')
_BRACKETS = re.compile(r"[\[{(]|[\]})]")
_ESCAPED_NUL = re.compile(r"\\u(?:0000|\{0+\})")


@dataclass(frozen=True, slots=True)
class Document:
    """A document that is valid for the schema, and its operations by name (None: the nameless one)."""

    text: str
    tree: DocumentNode
    operations: tuple[OperationDefinitionNode, ...]

    def operation(self, name: str | None) -> OperationDefinitionNode:
        """The operation to run. Raises Invalid when the name does not say which."""
        if name is None and len(self.operations) == 1:
            return self.operations[0]
        if name is None:
            raise Invalid("The document holds several operations: say which one by operationName.")
        for operation in self.operations:
            if operation.name is not None and operation.name.value == name:
                return operation
        raise Invalid("The document holds no operation of this operationName.")


class DocumentRefused(Exception):
    """The document is not valid: what is wrong with it, in its own order."""

    def __init__(self, errors: list[GraphQLError]) -> None:
        super().__init__("The document is not valid.")
        self.errors = errors


class Documents:
    """Documents of one schema, those asked for last kept ready."""

    def __init__(self, schema: strawberry.Schema, limits: Limits) -> None:
        self._schema = schema._schema  # strawberry's only way to the graphql-core schema
        self._limits = limits
        self._kept: OrderedDict[str, Document] = OrderedDict()

    def read(self, text: str) -> Document:
        """The valid document. Raises DocumentRefused, Invalid and LimitExceeded."""
        if (kept := self._kept.get(text)) is not None:
            self._kept.move_to_end(text)
            return kept
        document = self._checked(text)
        if len(text) <= KEPT_CHARACTERS:
            self._kept[text] = document
            if len(self._kept) > KEPT_DOCUMENTS:
                self._kept.popitem(last=False)
        return document

    def _checked(self, text: str) -> Document:
        tree = self._parsed(text)
        operations = tuple(
            definition for definition in tree.definitions if isinstance(definition, OperationDefinitionNode)
        )
        if not operations:
            raise Invalid("The document holds no operation.")
        rules = (*specified_rules, MaybeNullValidationRule, OneOfInputValidationRule)
        errors = validate(
            self._schema, tree, rules, max_errors=self._limits.errors_told, hide_suggestions=True
        )
        if errors:
            raise DocumentRefused(errors)
        return Document(text, tree, operations)

    def _parsed(self, text: str) -> DocumentNode:
        limits = self._limits
        if _nesting(text) > limits.document_nesting:
            raise LimitExceeded(
                f"The document is nested deeper than {limits.document_nesting} levels.",
                limits.document_nesting,
            )
        try:
            tree = parse(text, max_tokens=limits.document_tokens)
        except GraphQLSyntaxError as error:
            if error.message.endswith(f"more than {limits.document_tokens} tokens. Parsing aborted."):
                raise LimitExceeded(
                    f"The document holds more than {limits.document_tokens} tokens.", limits.document_tokens
                ) from None
            raise DocumentRefused([error]) from None
        if _ESCAPED_NUL.search(text) and _holds_nul(tree):
            raise Invalid("The request holds a NUL character.")
        return tree


def _nesting(text: str) -> int:
    depth = deepest = 0
    for bracket in _BRACKETS.findall(_TEXT.sub(" ", text)):
        depth += 1 if bracket in "[{(" else -1
        deepest = max(deepest, depth)
    return deepest


def _holds_nul(tree: DocumentNode) -> bool:
    search = _NulSearch()
    visit(tree, search)
    return search.found


class _NulSearch(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.found = False

    def enter_string_value(self, node: StringValueNode, *_: object) -> None:
        self.found = self.found or "\0" in node.value


running: ContextVar[Document | None] = ContextVar("running", default=None)


class KnownDocument(SchemaExtension):
    """Gives `schema.execute` the document that the front has read already, so that it is not read twice."""

    def on_parse(self) -> Iterator[None]:
        if (document := self._known()) is not None:
            self.execution_context.graphql_document = document.tree
        yield

    def on_validate(self) -> Iterator[None]:
        if self._known() is not None:
            self.execution_context.pre_execution_errors = []
        yield

    def _known(self) -> Document | None:
        document = running.get()
        is_this = document is not None and document.text == self.execution_context.query
        return document if is_this else None


def is_query(operation: OperationDefinitionNode) -> bool:
    return operation.operation is OperationType.QUERY
