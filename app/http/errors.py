"""Errors as callers see them: message, stable code, request id; what went wrong inside stays inside."""

from collections.abc import Iterable

import orjson
import structlog
from graphql import GraphQLError
from sqlalchemy.exc import DBAPIError

from app.http.asgi import JSON, Answer, Call, RequestRefused
from master.errors import Refusal

INTERNAL_MESSAGE = "Internal error"
CUT_MESSAGE = (
    "The connection with the master was lost: try again. A change may have been made all the same; "
    "with an idempotencyKey it is safe to send again."
)

log = structlog.get_logger("kehu.graphql")

ErrorJson = dict[str, object]


def refused_json(message: str, code: str, request_id: str) -> ErrorJson:
    return {"message": message, "extensions": {"code": code, "requestId": request_id}}


def refusal_json(refusal: Refusal, request_id: str) -> ErrorJson:
    """A Refusal as a GraphQL error: its own extensions, and the input field it is about."""
    extensions: dict[str, object] = {**refusal.extensions, "code": refusal.code, "requestId": request_id}
    if refusal.path:
        extensions["inputPath"] = list(refusal.path)
    return {"message": refusal.message, "extensions": extensions}


def refused_answer(refused: RequestRefused, request_id: str, content_type: bytes = JSON) -> Answer:
    error = refused_json(refused.message, refused.code, request_id)
    return Answer(refused.status, orjson.dumps({"errors": [error]}), content_type, refused.headers)


def internal_answer(error: BaseException, call: Call) -> Answer:
    """500, and the failure in the log."""
    log_failure(error, call)
    refused = RequestRefused(500, "INTERNAL", INTERNAL_MESSAGE)
    return refused_answer(refused, call.request_id)


def graphql_json(errors: Iterable[GraphQLError], call: Call) -> list[ErrorJson]:
    """GraphQL errors as JSON, in their order; unexpected failures are masked and logged."""
    return [_one(error, call) for error in errors]


def _one(error: GraphQLError, call: Call) -> ErrorJson:
    told = _told(error, call)
    if error.locations:
        told["locations"] = [{"line": place.line, "column": place.column} for place in error.locations]
    if error.path is not None:
        told["path"] = list(error.path)
    return told


def _told(error: GraphQLError, call: Call) -> ErrorJson:
    cause = _cause(error)
    if isinstance(cause, Refusal):
        return refusal_json(cause, call.request_id)
    if _is_callers(error, cause):
        return refused_json(_without_suggestion(error.message), "INVALID", call.request_id)
    if isinstance(cause, RecursionError):
        return refused_json("The document is nested too deeply.", "LIMIT_EXCEEDED", call.request_id)
    log_failure(cause or error, call)
    if isinstance(cause, DBAPIError) and cause.connection_invalidated:
        return refused_json(CUT_MESSAGE, "UNAVAILABLE", call.request_id)
    return refused_json(INTERNAL_MESSAGE, "INTERNAL", call.request_id)


def _without_suggestion(message: str) -> str:
    """graphql-core's suggestions, one last sentence, would tell names to who may not see them."""
    told, _, names = message.rpartition("Did you mean ")
    _, is_asked, after = names.partition("?")
    return told.removesuffix(" ") if is_asked and not after else message


def _cause(error: GraphQLError) -> Exception | None:
    """What was raised first: None when graphql-core itself found the fault."""
    cause: Exception | None = error
    while isinstance(cause, GraphQLError):
        cause = cause.original_error
    return cause


def _is_callers(error: GraphQLError, cause: Exception | None) -> bool:
    """Whether the request itself is at fault.

    Without a path it is: a document or variables that do not fit the schema (whatever the scalar raised that
    refused a value). With one, only a fault of the field's arguments is; all else came out of a resolver.
    """
    if error.path is None:
        return cause is None or bool(error.nodes)
    return error.message.startswith("Argument '") and isinstance(error.original_error, GraphQLError)


def log_failure(error: BaseException, call: Call) -> None:
    log.error("failure", request_id=call.request_id, exc_info=error)
