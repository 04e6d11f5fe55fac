"""The few words of ASGI that the front speaks: types, headers and answers."""

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass, field
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

JSON = b"application/json; charset=utf-8"


@dataclass(slots=True)
class Call:
    """One request as logs and errors name it; `facts` end up in its log line and hold no personal data."""

    request_id: str
    address: str | None = None
    registered_only: bool = False  # the caller's token runs registered documents only
    rate: int | None = None  # operations a minute of the caller's token; 0: without end; None: its role's
    facts: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes
    content_type: bytes = JSON
    headers: tuple[tuple[bytes, bytes], ...] = ()


class RequestRefused(Exception):
    """The request can not be served as it is: an HTTP status, a stable code and a plain sentence."""

    def __init__(
        self, status: int, code: str, message: str, headers: Iterable[tuple[bytes, bytes]] = ()
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = tuple(headers)


class Disconnected(Exception):
    """The caller went away before the request was complete: nobody is left to answer."""


def header_of(scope: Scope, name: bytes) -> str | None:
    """The value of a header that may stand once. Raises RequestRefused when it stands twice."""
    values = [value for key, value in scope["headers"] if key == name]
    if len(values) > 1:
        raise RequestRefused(400, "INVALID", f"The header {name.decode()} stands more than once.")
    return values[0].decode("latin-1") if values else None


async def send_answer(send: Send, answer: Answer) -> None:
    headers = list(answer.headers)
    if answer.status not in (204, 304):
        headers += [
            (b"content-type", answer.content_type),
            (b"content-length", str(len(answer.body)).encode()),
        ]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})
