"""Around every route: request ids, allowed hosts and origins, security headers, routing, the log line."""

import re
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import structlog

from app.http.addresses import Network, address_of
from app.http.asgi import (
    Answer,
    Application,
    Call,
    Message,
    Receive,
    RequestRefused,
    Scope,
    Send,
    header_of,
    send_answer,
)
from app.http.errors import internal_answer, refused_answer
from app.limits import Limits
from master.tracing import begin, present

SECURITY_HEADERS: dict[bytes, bytes] = {
    b"cache-control": b"no-store",
    b"content-security-policy": b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"permissions-policy": b"camera=(), geolocation=(), microphone=()",
    b"referrer-policy": b"no-referrer",
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
}

_HOST = re.compile(r"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")

log = structlog.get_logger("kehu.http")


@dataclass(frozen=True, slots=True)
class Route:
    """An application and the name under which logs know it: paths are callers' text, never logged."""

    name: str
    application: Application


@dataclass(frozen=True)
class Allowed:
    """Hosts the hub may be called by (`*.example.com`: all below; `*`: any), and origins it answers to."""

    hosts: Sequence[str]
    origins: Sequence[str] = ()

    def host(self, text: str | None) -> bool:
        match = _HOST.fullmatch(text or "")
        if match is None:
            return False
        host = match[1].lower()
        return any(
            pattern in ("*", host) or (pattern.startswith("*.") and host.endswith(pattern[1:]))
            for pattern in self.hosts
        )


class Shell:
    """The ASGI application around all routes: exact paths, and prefixes that end in `/`."""

    def __init__(
        self, routes: Mapping[str, Route], allowed: Allowed, limits: Limits, proxies: Sequence[Network] = ()
    ) -> None:
        self._limits = limits
        self._proxies = proxies
        self._exact = {path: route for path, route in routes.items() if not _is_prefix(path)}
        self._prefixes = {path: route for path, route in routes.items() if _is_prefix(path)}
        self._allowed = allowed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1000})
            return
        started = time.perf_counter()
        call = Call(secrets.token_hex(8), address_of(scope, self._proxies))
        scope["kehu.call"] = call
        outgoing = _Outgoing(send, [*self._cors(scope), (b"x-request-id", call.request_id.encode())])
        with begin("request", scope["headers"]) as trace:
            if (place := present()) is not None:
                call.facts["trace_id"] = place.split("-")[1]
            await self._serve(scope, receive, outgoing)
            trace.note(route=str(call.facts.get("route")), status=outgoing.status or 0)
        milliseconds = round((time.perf_counter() - started) * 1000, 1)
        log.info("request", request_id=call.request_id, status=outgoing.status, ms=milliseconds, **call.facts)

    async def _serve(self, scope: Scope, receive: Receive, outgoing: "_Outgoing") -> None:
        call: Call = scope["kehu.call"]
        try:
            self._check(scope)
            route = self._route(scope["path"])
            call.facts["route"] = route.name
            if _is_preflight(scope):
                await send_answer(outgoing, Answer(204, b"", headers=((b"allow", b"GET, POST"),)))
            else:
                await route.application(scope, receive, outgoing)
        except RequestRefused as refused:
            await send_answer(outgoing, refused_answer(refused, call.request_id))
        except Exception as error:
            answer = internal_answer(error, call)
            if outgoing.status is None:
                await send_answer(outgoing, answer)

    def _check(self, scope: Scope) -> None:
        headers, limits = scope["headers"], self._limits
        size = sum(len(name) + len(value) for name, value in headers)
        if len(headers) > limits.headers or size > limits.header_bytes:
            raise RequestRefused(431, "LIMIT_EXCEEDED", "The headers are too many or too large.")
        if not self._allowed.host(header_of(scope, b"host")):
            raise RequestRefused(400, "INVALID", "The hub is not called by this host name.")

    def _route(self, path: str) -> Route:
        route = self._exact.get(path)
        if route is None:
            route = next((found for start, found in self._prefixes.items() if path.startswith(start)), None)
        if route is None:
            raise RequestRefused(404, "INVALID", "There is nothing here.")
        return route

    def _cors(self, scope: Scope) -> list[tuple[bytes, bytes]]:
        """CORS headers for an allowed origin; none for all others, whose browsers then refuse the answer."""
        if not self._allowed.origins:
            return []
        origins = [value.decode("latin-1") for name, value in scope["headers"] if name == b"origin"]
        vary = (b"vary", b"Origin")
        if len(origins) != 1 or origins[0] not in self._allowed.origins:
            return [vary]
        return [
            vary,
            (b"access-control-allow-origin", origins[0].encode("latin-1")),
            (b"access-control-allow-methods", b"GET, POST"),
            (b"access-control-allow-headers", b"authorization, content-type"),
            (b"access-control-expose-headers", b"x-request-id, retry-after"),
            (b"access-control-max-age", b"600"),
        ]


class _Outgoing:
    """`send` with the headers that every answer carries; a route's own header goes before the general one."""

    def __init__(self, send: Send, extra: list[tuple[bytes, bytes]]) -> None:
        self._send = send
        self._extra = extra
        self.status: int | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            own = list(message["headers"])
            named = {name for name, _ in own}
            general = [header for header in SECURITY_HEADERS.items() if header[0] not in named]
            message = {**message, "headers": [*own, *general, *self._extra]}
        await self._send(message)


def _is_prefix(path: str) -> bool:
    return len(path) > 1 and path.endswith("/")


def _is_preflight(scope: Scope) -> bool:
    return bool(
        scope["method"] == "OPTIONS"
        and any(name == b"access-control-request-method" for name, _ in scope["headers"])
    )
