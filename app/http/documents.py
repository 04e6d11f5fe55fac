"""GraphQL documents, read once: parsed within limits, measured, validated, and kept for the next request."""

import re
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from itertools import accumulate

import strawberry
from graphql import (
    ASTValidationRule,
    DocumentNode,
    GraphQLError,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    OperationType,
    OverlappingFieldsCanBeMergedRule,
    StringValueNode,
    ValidationContext,
    Visitor,
    parse,
    specified_rules,
    validate,
    visit,
)
from strawberry.extensions import SchemaExtension
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from app.http.limiter.measure import Measure
from app.http.limiter.ruler import Ruler
from app.limits import Limits
from master.errors import Invalid, LimitExceeded

KEPT_DOCUMENTS = 256  # with 2,000 tokens at most, some 50 MiB at the very worst
KEPT_CHARACTERS = 16 * 1024

# Strings and comments of a document, which brackets inside them do not nest.
_TEXT = re.compile(r'"""(?:[^"\\]++|\\"""|\\|"(?!""))*+(?:""")?+|"(?:[^"\\\n\r]++|\\.?+)*+"?+|#[^\n\r]*+')
_TOKEN = re.compile(_TEXT.pattern + r"|[_A-Za-z0-9.+-]++|[!$&():=@\[\]{}|]")
_BRACKETS = re.compile(r"[\[{(]|[\]})]")
_LONG_NUMBER = re.compile(r"(?<![A-Za-z0-9_])-?[0-9][0-9.eE+-]*+")
_ESCAPED_NUL = re.compile(r"\\u(?:0000|\{0+\})")


def _rules(most_comparisons: int) -> tuple[type[ASTValidationRule], ...]:
    class BoundedOverlaps(OverlappingFieldsCanBeMergedRule):
        """The one rule whose work is not linear gives up after so many comparisons."""

        def __init__(self, context: ValidationContext) -> None:
            super().__init__(context)
            self.rule_context.remaining_complexity_budget = most_comparisons

    ours: dict[type[ASTValidationRule], type[ASTValidationRule]] = {
        OverlappingFieldsCanBeMergedRule: BoundedOverlaps
    }
    rules = [ours.get(rule, rule) for rule in specified_rules]
    return (*rules, MaybeNullValidationRule, OneOfInputValidationRule)


@dataclass(frozen=True, slots=True)
class Document:
    """A document as it was parsed, its operations, and what it comes to.

    What else is made of a document once and serves every request (a compiled plan) belongs here too.
    """

    text: str
    tree: DocumentNode
    operations: tuple[OperationDefinitionNode, ...]
    measure: Measure

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

    def changes(self, name: str | None, variables: Mapping[str, object]) -> int:
        """How many things the operation of this name changes, or changes and takes back again."""
        measured = self.measure.operation(name)
        if measured is None:
            return 0
        return self.measure.changes(measured, self.measure.sizes(measured, variables))


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
        self._ruler = Ruler(self._schema)
        self._rules = _rules(limits.comparisons)
        self._kept: OrderedDict[str, Document] = OrderedDict()

    def read(self, text: str) -> Document:
        """The document, measured; it need not be valid. Raises DocumentRefused, Invalid and LimitExceeded."""
        if (kept := self._kept.get(text)) is not None:
            self._kept.move_to_end(text)
            return kept
        try:
            tree = self._parsed(text)
            measure = self._ruler.measured(tree)
        except RecursionError:  # only where a hub allows more nesting than Python does
            raise _too_nested(self._limits.document_nesting) from None
        operations = tuple(each for each in tree.definitions if isinstance(each, OperationDefinitionNode))
        return Document(text, tree, operations, measure)

    def require_valid(self, document: Document) -> None:
        """Keeps the document when it is. Raises DocumentRefused, Invalid and LimitExceeded."""
        if document.text in self._kept:
            return
        if not document.operations:
            raise Invalid("The document holds no operation.")
        errors = validate(
            self._schema,
            document.tree,
            self._rules,
            max_errors=self._limits.errors_told,
            hide_suggestions=True,
        )
        if errors and errors[-1].message == "Validation aborted.":  # as graphql-core words a spent budget
            raise _too_alike(self._limits.comparisons)
        if errors:
            raise DocumentRefused(errors)
        if len(document.text) <= KEPT_CHARACTERS:
            self._kept[document.text] = document
            if len(self._kept) > KEPT_DOCUMENTS:
                self._kept.popitem(last=False)

    def _parsed(self, text: str) -> DocumentNode:
        limits = self._limits
        outside = _TEXT.sub(" ", text)
        if (nesting := _nesting(outside)) > limits.document_nesting:
            raise _too_nested(limits.document_nesting, nesting)
        if (digits := _longest_number(outside)) > limits.number_characters:
            raise _too_many_digits(limits.number_characters, digits)
        try:
            tree = parse(text, max_tokens=limits.document_tokens)
        except GraphQLSyntaxError as error:
            if error.message.endswith(f"more than {limits.document_tokens} tokens. Parsing aborted."):
                raise _too_long(limits.document_tokens, text) from None
            raise DocumentRefused([error]) from None
        if _ESCAPED_NUL.search(text) and _holds_nul(tree):
            raise Invalid("The request holds a NUL character.")
        return tree


def _too_nested(limit: int, nesting: int | None = None) -> LimitExceeded:
    message = f"The document is nested deeper than {limit} levels: ask for what lies deeper by its id."
    return LimitExceeded(message, limit, what="document_nesting", value=nesting)


def _too_long(limit: int, text: str) -> LimitExceeded:
    tokens = max(limit + 1, len([each for each in _TOKEN.findall(text) if each[0] != "#"]))
    message = f"The document holds more than {limit} tokens: pass values as variables, or make several of it."
    return LimitExceeded(message, limit, what="document_tokens", value=tokens)


def _too_alike(limit: int) -> LimitExceeded:
    message = "Too many fields of one name stand in one place: write each of them once."
    return LimitExceeded(message, limit, what="comparisons", value=limit + 1)


def _too_many_digits(limit: int, digits: int) -> LimitExceeded:
    message = f"A number is longer than {limit} characters."
    return LimitExceeded(message, limit, what="number_characters", value=digits)


def _longest_number(outside: str) -> int:
    return max((len(number) for number in _LONG_NUMBER.findall(outside)), default=0)


def _nesting(outside: str) -> int:
    steps = [1 if bracket in "[{(" else -1 for bracket in _BRACKETS.findall(outside)]
    return max(accumulate(steps), default=0)


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
