"""How much of a request is read: bytes, seconds, JSON depth, digits; and no NUL anywhere."""

import asyncio
import re
from dataclasses import dataclass

import orjson

from app.http.asgi import Disconnected, Receive, RequestRefused, Scope, header_of


@dataclass(frozen=True, slots=True)
class Bounds:
    """security.md section 5; the figures are those in which the README's and the console's requests fit."""

    body_bytes: int = 256 * 1024
    receive_seconds: float = 10
    json_depth: int = 32
    number_characters: int = 40
    document_tokens: int = 2000
    document_nesting: int = 64
    errors_told: int = 20
    operation_seconds: float = 10
    operations_at_once: int = 64
    answer_bytes: int = 2 * 1024 * 1024


# A string up to its end, or up to the end of the text when it has none: each byte is looked at once.
_STRING = re.compile(rb'"(?:[^"\\]++|\\.?+)*+"?+', re.DOTALL)
_BRACKET = re.compile(rb"[\[{]|[\]}]")
_OPENING = frozenset((b"[", b"{"))


async def read_body(scope: Scope, receive: Receive, bounds: Bounds) -> bytes:
    """The whole body. Raises RequestRefused (413, 408) and Disconnected."""
    declared = header_of(scope, b"content-length")
    if declared is not None and (not declared.isascii() or not declared.isdigit()):
        raise RequestRefused(400, "INVALID", "The header content-length is no number.")
    if declared is not None and (len(declared) > 15 or int(declared) > bounds.body_bytes):
        raise _too_large(bounds)
    try:
        async with asyncio.timeout(bounds.receive_seconds):
            return await _received(receive, bounds)
    except TimeoutError:
        raise RequestRefused(
            408, "TIMEOUT", f"The body did not arrive within {bounds.receive_seconds:g} seconds.", _CLOSE
        ) from None


_CLOSE = ((b"connection", b"close"),)


def _too_large(bounds: Bounds) -> RequestRefused:
    text = f"The body is larger than {bounds.body_bytes} bytes."
    return RequestRefused(413, "LIMIT_EXCEEDED", text, _CLOSE)


async def _received(receive: Receive, bounds: Bounds) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Disconnected
        part = message.get("body", b"")
        size += len(part)
        if size > bounds.body_bytes:
            raise _too_large(bounds)
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)


def parsed_json(text: bytes, bounds: Bounds) -> object:
    """The JSON value, read only when it is shallow and its numbers are short. Raises RequestRefused."""
    outside = _STRING.sub(b'"', text)
    if re.search(rb"[0-9.eE+-]{%d}" % (bounds.number_characters + 1), outside):
        raise RequestRefused(
            400, "LIMIT_EXCEEDED", f"A number is longer than {bounds.number_characters} characters."
        )
    if _depth(outside) > bounds.json_depth:
        raise RequestRefused(
            400, "LIMIT_EXCEEDED", f"The JSON is nested deeper than {bounds.json_depth} levels."
        )
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        raise RequestRefused(400, "INVALID", "The body is no JSON in UTF-8.") from None


def _depth(outside: bytes) -> int:
    depth = deepest = 0
    for bracket in _BRACKET.findall(outside):
        depth += 1 if bracket in _OPENING else -1
        deepest = max(deepest, depth)
    return deepest


def holds_nul(value: object) -> bool:
    """Whether a NUL character stands in any string of a JSON value: databases take none."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            if "\0" in item:
                return True
        elif isinstance(item, dict):
            waiting.extend(item.keys())
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)
    return False
