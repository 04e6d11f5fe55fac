"""How these tests speak to an ASGI application: through httpx, or message by message."""

import asyncio
from collections.abc import Iterable
from typing import Any

import httpx

from app.http.asgi import Application, Message
from tests.app.toys import TOKEN

GRAPHQL_JSON = "application/graphql-response+json"
BEARER = {"authorization": f"Bearer {TOKEN}"}


def ask(application: Application, method: str, path: str, **request: Any) -> httpx.Response:
    """One request to http://hub.test."""

    async def asked() -> httpx.Response:
        transport = httpx.ASGITransport(app=application)
        async with httpx.AsyncClient(transport=transport, base_url="http://hub.test") as client:
            return await client.request(method, path, **request)

    return asyncio.run(asked())


def ask_graphql(
    application: Application, query: str, *, accept: str | None = None, **parameters: object
) -> httpx.Response:
    """A POST to /graphql with the toy's token."""
    headers = {**BEARER, **({"accept": accept} if accept else {})}
    return ask(application, "POST", "/graphql", headers=headers, json={"query": query, **parameters})


def only_error(response: httpx.Response) -> dict[str, Any]:
    """The single error of a response, without its request id, which must be the header's."""
    [error] = response.json()["errors"]
    assert error["extensions"].pop("requestId") == response.headers["x-request-id"]
    assert isinstance(error, dict)
    return error


def converse(
    application: Application,
    messages: Iterable[Message],
    headers: list[tuple[bytes, bytes]],
    method: str = "POST",
    *,
    scheme: str = "http",
) -> list[Message]:
    """What the application sends when it receives these messages and then nothing more."""

    async def conversed() -> list[Message]:
        waiting = list(messages)
        sent: list[Message] = []

        async def receive() -> Message:
            if waiting:
                return waiting.pop(0)
            await asyncio.Event().wait()
            raise AssertionError

        async def send(message: Message) -> None:
            sent.append(message)

        scope = {
            "type": scheme, "method": method, "path": "/graphql", "query_string": b"",
            "headers": [(b"host", b"hub.test"), *headers],
        }  # fmt: skip
        await application(scope, receive, send)
        return sent

    return asyncio.run(conversed())
