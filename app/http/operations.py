"""One GraphQL operation: read, checked, run within its deadline, and told as the parts of a response."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Generic, TypeVar

import orjson
import strawberry
from strawberry.types import ExecutionResult

from app.http.asgi import Answer, Call, RequestRefused
from app.http.documents import Document, DocumentRefused, Documents, is_query, running
from app.http.errors import ErrorJson, graphql_json, log_failure, refusal_json, refused_json
from app.http.limiter.allowance import Allowance
from app.http.media import GRAPHQL_TYPE
from app.http.requests import GraphQLRequest
from app.limits import Limits
from master.errors import Refusal

V = TypeVar("V")

OpenContext = Callable[[V, Call], AbstractAsyncContextManager[object]]
AdmitChanges = Callable[[V, Call, int], Awaitable[None]]
TextOf = Callable[[GraphQLRequest, V, Call], Awaitable[str]]

_RETRY = ((b"retry-after", b"1"),)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The parts of a GraphQL response; without `has_data` the request was refused before it ran."""

    errors: list[ErrorJson]
    data: object = None
    has_data: bool = True
    extensions: object = None


class Operations(Generic[V]):
    """Runs operations on one schema, at most `operations_at_once` of them at a time."""

    def __init__(
        self,
        schema: strawberry.Schema,
        limits: Limits,
        open_context: OpenContext[V],
        *,
        text_of: TextOf[V],
        allowance: Callable[[V], Allowance],
        over_limit: Callable[[str], None],
        admit_changes: AdmitChanges[V],
    ) -> None:
        self._schema = schema
        self._open_context = open_context
        self._text_of = text_of
        self._limits = limits
        self._allowance = allowance
        self._over_limit = over_limit
        self._admit_changes = admit_changes
        self._documents = Documents(schema, limits)
        self._running = 0

    async def outcome(self, request: GraphQLRequest, viewer: V, call: Call) -> Outcome:
        """What the operation answers. Raises RequestRefused for what GraphQL knows not: 405, 429, 503."""
        try:
            document = self._documents.read(await self._text_of(request, viewer, call))
            operation = document.operation(request.operation_name)
        except DocumentRefused as refused:
            errors = refused.errors[: self._limits.errors_told]
            return Outcome(graphql_json(errors, call), has_data=False)
        except Refusal as refusal:
            return Outcome([refusal_json(refusal, call.request_id)], has_data=False)
        call.facts["operation"] = operation.operation.value
        if request.only_queries and not is_query(operation):
            raise RequestRefused(405, "INVALID", "GET is for queries only: use POST.", [(b"allow", b"POST")])
        if not is_query(operation):
            await self._admit_changes(viewer, call, len(operation.selection_set.selections))
        if self._running >= self._limits.operations_at_once:
            raise RequestRefused(503, "UNAVAILABLE", "Too much is asked at once: try again.", _RETRY)
        self._running += 1
        try:
            return await self._run(document, request, viewer, call)
        finally:
            self._running -= 1

    async def _run(self, document: Document, request: GraphQLRequest, viewer: V, call: Call) -> Outcome:
        seconds = self._limits.operation_seconds
        try:
            async with asyncio.timeout(seconds), self._open_context(viewer, call) as context:
                running.set(document)
                result = await self._schema.execute(
                    document.text,
                    variable_values=request.variables,
                    context_value=context,
                    operation_name=request.operation_name,
                )
        except TimeoutError:
            message = f"The operation took longer than {seconds:g} seconds."
            return Outcome([refused_json(message, "TIMEOUT", call.request_id)])
        return self._told(result, call)

    def _told(self, result: ExecutionResult, call: Call) -> Outcome:
        faults = result.errors or []
        errors = graphql_json(faults[: self._limits.errors_told], call)
        # An error without a path came before execution (variables): such a response has no data entry.
        has_data = result.data is not None or all(fault.path is not None for fault in faults)
        return Outcome(errors, result.data, has_data, result.extensions or None)


def written(outcome: Outcome, media_type: str, call: Call, limits: Limits) -> Answer:
    """The response: 200, or 400 where the media type says so and the operation did not run."""
    if outcome.errors:
        call.facts["codes"] = sorted({_code(error) for error in outcome.errors})
    body = _body(outcome, call, limits)
    status = 400 if media_type == GRAPHQL_TYPE and not outcome.has_data else 200
    return Answer(status, body, f"{media_type}; charset=utf-8".encode())


def _body(outcome: Outcome, call: Call, limits: Limits) -> bytes:
    response: dict[str, object] = {"data": outcome.data} if outcome.has_data else {}
    if outcome.errors:
        response["errors"] = outcome.errors
    if outcome.extensions:
        response["extensions"] = outcome.extensions
    try:
        body = orjson.dumps(response)
    except TypeError as error:  # a value of a type or a depth that JSON does not take
        log_failure(error, call)
        return _error_alone("Internal error", "INTERNAL", call)
    if len(body) > limits.answer_bytes:
        message = f"The answer is larger than {limits.answer_bytes} bytes: ask for less at once."
        return _error_alone(message, "LIMIT_EXCEEDED", call)
    return body


def _error_alone(message: str, code: str, call: Call) -> bytes:
    call.facts["codes"] = [code]
    return orjson.dumps({"data": None, "errors": [refused_json(message, code, call.request_id)]})


def _code(error: ErrorJson) -> str:
    extensions = error["extensions"]
    return str(extensions["code"]) if isinstance(extensions, dict) else ""
