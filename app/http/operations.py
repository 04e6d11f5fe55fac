"""One GraphQL operation: read, checked, run within its deadline, and told as the parts of a response."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

import orjson
import strawberry
from strawberry.types import ExecutionResult

from app.http.asgi import Answer, Call, Receive, RequestRefused
from app.http.documents import Document, DocumentRefused, Documents, is_query, running
from app.http.errors import ErrorJson, graphql_json, log_failure, refusal_json, refused_json
from app.http.limiter.allowance import Allowance
from app.http.limiter.limiter import Asking, Limiter, OverLimits, Told
from app.http.media import GRAPHQL_TYPE
from app.http.refusing import refused_paths
from app.http.requests import GraphQLRequest
from app.http.running import Runs
from app.limits import Limits
from master.errors import Forbidden, Refusal, TimedOut
from master.tracing import span

V = TypeVar("V")

OpenContext = Callable[[V, Call], AbstractAsyncContextManager[object]]
AdmitChanges = Callable[[V, Call, int], Awaitable[None]]
TextOf = Callable[[GraphQLRequest, V, Call], Awaitable[str]]
ByPlan = Callable[[Document, GraphQLRequest, Any, Call], Awaitable[bytes | None]]

TOO_LONG = "The operation took longer than {seconds:g} seconds and was stopped: ask for less at once."
PERHAPS_DONE = (
    "The operation took longer than {seconds:g} seconds: it may have been done, or be done yet. "
    "What has an idempotencyKey can be sent again safely."
)

_RETRY = ((b"retry-after", b"1"),)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The parts of a GraphQL response; without `has_data` the request was refused before it ran."""

    errors: list[ErrorJson]
    data: object = None
    has_data: bool = True
    extensions: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True)
class Asker(Generic[V]):
    """Who asks, how much it may ask for, and the call by which it does."""

    viewer: V
    allowance: Allowance
    call: Call


class Operations(Generic[V]):
    """Runs operations on one schema, at most `operations_at_once` of them at a time."""

    def __init__(
        self,
        schema: strawberry.Schema,
        limits: Limits,
        open_context: OpenContext[V],
        *,
        text_of: TextOf[V],
        over_limit: Callable[[str], None],
        admit_changes: AdmitChanges[V],
        runs: Runs,
        by_plan: ByPlan | None = None,
    ) -> None:
        self._schema = schema
        self._open_context = open_context
        self._text_of = text_of
        self._limits = limits
        self._limiter = Limiter(over_limit)
        self._admit_changes = admit_changes
        self._documents = Documents(schema, limits)
        self._runs = runs
        self._by_plan = by_plan

    async def outcome(self, request: GraphQLRequest, asker: Asker[V], receive: Receive) -> Outcome:
        """What the operation answers; it is stopped when `receive` tells that the caller has gone.

        Raises RequestRefused for what GraphQL knows not (405, 429, 503), and Disconnected.
        """
        viewer, call = asker.viewer, asker.call
        try:
            text = await self._text_of(request, viewer, call)
            document, told = self._admitted(text, request, asker)
            operation = document.operation(request.operation_name)
        except (DocumentRefused, OverLimits, Refusal) as refused:
            return self._refused(refused, request, call)
        call.facts["operation"] = operation.operation.value
        if request.only_queries and not is_query(operation):
            raise RequestRefused(405, "INVALID", "GET is for queries only: use POST.", [(b"allow", b"POST")])
        if changes := document.changes(request.operation_name, request.variables):
            await self._admit_changes(viewer, call, changes)
        if len(self._runs) >= self._limits.operations_at_once:
            raise RequestRefused(503, "UNAVAILABLE", "Too much is asked at once: try again.", _RETRY)
        seconds = self._limits.operation_seconds
        try:
            run = self._run(document, request, viewer, call)
            outcome = self._told(await self._runs.run(run, seconds, receive), call)
        except TimeoutError:
            message = (TOO_LONG if is_query(operation) else PERHAPS_DONE).format(seconds=seconds)
            outcome = Outcome([refused_json(message, "TIMEOUT", call.request_id)])
        except TimedOut as refusal:  # of a compiled query, which has no fields to blame
            outcome = Outcome([refusal_json(refusal, call.request_id)])
        return replace(outcome, extensions=_extensions(request, told))

    def _admitted(self, text: str, request: GraphQLRequest, asker: Asker[V]) -> tuple[Document, Told | None]:
        """The valid document, and what it costs. Raises DocumentRefused, OverLimits and Refusal."""
        document = self._documents.read(text)
        asking = Asking(document.measure, request.operation_name, request.variables)
        told = self._limiter.admit(asking, asker.allowance, asker.call)
        self._documents.require_valid(document)
        self._refuse_fields(document, request, asker.allowance.refused)
        return document, told

    def _refuse_fields(self, document: Document, request: GraphQLRequest, refused: frozenset[str]) -> None:
        """Raises Forbidden: what may not be asked for is never told as null, which means "not known"."""
        schema = self._schema._schema
        paths = refused_paths(schema, document, request.operation_name, request.variables, refused)
        if paths:
            message = f"Your role may not ask for {', '.join(paths)} (viewer {{ refused }}): leave it out."
            raise Forbidden(message, extensions={"refused": paths})

    def _refused(
        self, refused: DocumentRefused | OverLimits | Refusal, request: GraphQLRequest, call: Call
    ) -> Outcome:
        most = self._limits.errors_told
        if isinstance(refused, DocumentRefused):
            return Outcome(graphql_json(refused.errors[:most], call), has_data=False)
        if isinstance(refused, Refusal):
            if (limit := refused.extensions.get("what")) is not None:
                self._limiter.count(str(limit))
            return Outcome([refusal_json(refused, call.request_id)], has_data=False)
        errors = [refusal_json(each, call.request_id) for each in refused.refusals[:most]]
        return Outcome(errors, has_data=False, extensions=_extensions(request, refused.told))

    async def _run(
        self, document: Document, request: GraphQLRequest, viewer: V, call: Call
    ) -> ExecutionResult | bytes:
        with span("operation", kind=str(call.facts["operation"])):
            return await self._answered(document, request, viewer, call)

    async def _answered(
        self, document: Document, request: GraphQLRequest, viewer: V, call: Call
    ) -> ExecutionResult | bytes:
        async with self._open_context(viewer, call) as context:
            if self._by_plan is not None:
                planned = await self._by_plan(document, request, context, call)
                if planned is not None:
                    return planned
            running.set(document)
            return await self._schema.execute(
                document.text,
                variable_values=request.variables,
                context_value=context,
                operation_name=request.operation_name,
            )

    def _told(self, result: ExecutionResult | bytes, call: Call) -> Outcome:
        if isinstance(result, bytes):
            return Outcome([], orjson.Fragment(result))
        faults = result.errors or []
        errors = graphql_json(faults[: self._limits.errors_told], call)
        # An error without a path came before execution (variables): such a response has no data entry.
        has_data = result.data is not None or all(fault.path is not None for fault in faults)
        return Outcome(errors, result.data, has_data)


def _extensions(request: GraphQLRequest, told: Told | None) -> Mapping[str, object] | None:
    return {"cost": told} if request.wants_cost and told is not None else None


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
