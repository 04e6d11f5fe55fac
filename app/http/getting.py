"""Routes that are only looked at: GET and HEAD."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from app.http.asgi import Answer, Application, Receive, RequestRefused, Scope, Send, send_answer


def getting(answer: Callable[[Scope], Awaitable[Answer]]) -> Application:
    """An application that answers GET, and HEAD without the body; every other method is refused."""

    async def got(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] not in ("GET", "HEAD"):
            raise RequestRefused(405, "INVALID", "Only GET is served here.", [(b"allow", b"GET, HEAD")])
        found = await answer(scope)
        await send_answer(send, replace(found, body=b"") if scope["method"] == "HEAD" else found)

    return got
