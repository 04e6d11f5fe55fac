"""The front of the compiled path: answers a query by its plan, or leaves it to the ordinary path."""

from collections.abc import Mapping
from dataclasses import dataclass

from graphql import DocumentNode, OperationDefinitionNode

from execution.reasons import Reason
from schema.context import Context


@dataclass(frozen=True, slots=True)
class Query:
    """An operation of a valid document, and its variables as they were given."""

    text: str
    tree: DocumentNode
    operation: OperationDefinitionNode
    variables: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Answered:
    """The response's data as JSON, or None, and then the reason why the ordinary path is to answer."""

    reason: Reason
    data: bytes | None = None


class Queries:
    """compile_at: the how-manieth request of a query makes its plan; 0: none does."""

    def __init__(self, compile_at: int) -> None:
        self._compile_at = compile_at

    async def answer(self, query: Query, context: Context) -> Answered:
        """Raises nothing but what stops a request: whatever else fails is left to the ordinary path."""
        if not self._compile_at:
            return Answered(Reason.OFF)
        return Answered(Reason.NEW)
