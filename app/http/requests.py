"""One GraphQL request out of an HTTP request (GraphQL over HTTP, draft of 2025), or a plain refusal."""

from dataclasses import dataclass
from urllib.parse import parse_qsl

from app.http.asgi import Receive, RequestRefused, Scope, header_of
from app.http.bounds import holds_nul, parsed_json, read_body
from app.http.media import require_json
from app.limits import Limits

PARAMETERS = ("query", "documentId", "operationName", "variables", "extensions")


@dataclass(frozen=True, slots=True)
class GraphQLRequest:
    """Either `query`, the document itself, or `document_id`, the name of a registered one."""

    query: str | None
    document_id: str | None
    operation_name: str | None
    variables: dict[str, object]
    only_queries: bool
    wants_cost: bool = False


def require_method(scope: Scope) -> None:
    if scope["method"] not in ("GET", "POST"):
        raise RequestRefused(405, "INVALID", "Only GET and POST are served here.", [(b"allow", b"GET, POST")])


async def read_request(scope: Scope, receive: Receive, limits: Limits) -> GraphQLRequest:
    """The request, with every parameter of its type. Raises RequestRefused."""
    if scope["method"] == "GET":
        return _checked(_from_query_string(scope["query_string"], limits), only_queries=True)
    require_json(header_of(scope, b"content-type"), header_of(scope, b"content-encoding"))
    body = parsed_json(await read_body(scope, receive, limits), limits)
    if isinstance(body, list):
        raise RequestRefused(400, "INVALID", "Batches are not served: send one request at a time.")
    if not isinstance(body, dict):
        raise RequestRefused(400, "INVALID", "The body must be a JSON object.")
    return _checked(body, only_queries=False)


def _from_query_string(query_string: bytes, limits: Limits) -> dict[str, object]:
    try:
        pairs = parse_qsl(
            query_string.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=20
        )
    except ValueError:
        raise RequestRefused(400, "INVALID", "The query string is not well formed.") from None
    parameters: dict[str, object] = {}
    for name, text in pairs:
        if name not in PARAMETERS:
            continue
        if name in parameters:
            raise RequestRefused(400, "INVALID", f"The parameter {name} stands more than once.")
        is_json = name in ("variables", "extensions")
        parameters[name] = parsed_json(text.encode(), limits) if is_json and text else text or None
    return parameters


def _checked(parameters: dict[str, object], *, only_queries: bool) -> GraphQLRequest:
    query, id, name, variables, extensions = (parameters.get(parameter) for parameter in PARAMETERS)
    query, id = _document(query, id)
    if name is not None and not isinstance(name, str):
        raise RequestRefused(400, "INVALID", "The parameter operationName must be a string or null.")
    if variables is not None and not isinstance(variables, dict):
        raise RequestRefused(400, "INVALID", "The parameter variables must be an object or null.")
    if extensions is not None and not isinstance(extensions, dict):
        raise RequestRefused(400, "INVALID", "The parameter extensions must be an object or null.")
    if holds_nul([query, id, name, variables]):
        raise RequestRefused(400, "INVALID", "The request holds a NUL character.")
    wants_cost = extensions is not None and extensions.get("cost") is True
    return GraphQLRequest(query, id, name or None, variables or {}, only_queries, wants_cost)


def _document(query: object, id: object) -> tuple[str | None, str | None]:
    if id is None:
        return _text("query", query), None
    if query is not None:
        raise RequestRefused(400, "INVALID", "Send either query or documentId, not both.")
    return None, _text("documentId", id)


def _text(parameter: str, value: object) -> str:
    if not isinstance(value, str) or not value:
        raise RequestRefused(400, "INVALID", f"The parameter {parameter} must be a string that is not empty.")
    return value
