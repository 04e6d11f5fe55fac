"""How much of a request is read: bytes, seconds, JSON depth, digits; and no NUL anywhere."""

import asyncio
import re

import orjson

from app.http.asgi import Receive, RequestRefused, Scope, header_of
from app.limits import Limits

# A string up to its end, or up to the end of the text when it has none: each byte is looked at once.
_STRING = re.compile(rb'"(?:[^"\\]++|\\.?+)*+"?+', re.DOTALL)
_BRACKET = re.compile(rb"[\[{]|[\]}]")
_OPENING = frozenset((b"[", b"{"))


async def read_body(scope: Scope, receive: Receive, limits: Limits) -> bytes:
    """The whole body. Raises RequestRefused (400, 408, 413)."""
    declared = header_of(scope, b"content-length")
    if declared is not None and (not declared.isascii() or not declared.isdigit()):
        raise RequestRefused(400, "INVALID", "The header content-length is no number.")
    if declared is not None and (len(declared) > 15 or int(declared) > limits.body_bytes):
        raise _too_large(limits)
    try:
        async with asyncio.timeout(limits.receive_seconds):
            return await _received(receive, limits)
    except TimeoutError:
        raise RequestRefused(
            408, "TIMEOUT", f"The body did not arrive within {limits.receive_seconds:g} seconds.", _CLOSE
        ) from None


_CLOSE = ((b"connection", b"close"),)


def _too_large(limits: Limits) -> RequestRefused:
    text = f"The body is larger than {limits.body_bytes} bytes."
    return RequestRefused(413, "LIMIT_EXCEEDED", text, _CLOSE)


async def _received(receive: Receive, limits: Limits) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            # A body whose chunks are no chunks looks like this too, and its sender waits for an answer.
            raise RequestRefused(400, "INVALID", "The body broke off, or is not well formed.", _CLOSE)
        part = message.get("body", b"")
        size += len(part)
        if size > limits.body_bytes:
            raise _too_large(limits)
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)


def parsed_json(text: bytes, limits: Limits) -> object:
    """The JSON value, read only when it is shallow and its numbers are short. Raises RequestRefused."""
    outside = _STRING.sub(b'"', text)
    if re.search(rb"[0-9.eE+-]{%d}" % (limits.number_characters + 1), outside):
        raise RequestRefused(
            400, "LIMIT_EXCEEDED", f"A number is longer than {limits.number_characters} characters."
        )
    if _depth(outside) > limits.json_depth:
        raise RequestRefused(
            400, "LIMIT_EXCEEDED", f"The JSON is nested deeper than {limits.json_depth} levels."
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
