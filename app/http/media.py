"""Media types, parsed rather than searched: what a body is, and which answer its sender would rather have."""

import re

from app.http.asgi import RequestRefused

JSON_TYPE = "application/json"
GRAPHQL_TYPE = "application/graphql-response+json"

# Nothing is tried twice (`*+`, `++`, `?+`): blanks that could go to two places would take exponential time.
_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]++"  # noqa: S105 (RFC 9110, 5.6.2: a token of a header, not a secret)
_PARAMETER = rf';[ \t]*+(?:({_TOKEN})=({_TOKEN}|"(?:[^"\\]|\\.)*+"))?+[ \t]*+'
_MEDIA_TYPE = re.compile(rf"[ \t]*+({_TOKEN})/({_TOKEN})[ \t]*+((?:{_PARAMETER})*+)")
_PARAMETERS = re.compile(_PARAMETER)
_QUALITY = re.compile(r"0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?")

MediaType = tuple[str, str, dict[str, str]]


def parsed_media_type(text: str) -> MediaType | None:
    """Type, subtype and parameters, all but parameter values in lower case; None when it is no media type."""
    match = _MEDIA_TYPE.fullmatch(text)
    if match is None:
        return None
    parameters = {
        found[1].lower(): found[2].strip('"') for found in _PARAMETERS.finditer(match[3]) if found[1]
    }
    return match[1].lower(), match[2].lower(), parameters


def require_json(content_type: str | None, content_encoding: str | None) -> None:
    """Raises RequestRefused unless the body is declared as plain application/json in UTF-8."""
    parsed = parsed_media_type(content_type or "")
    if parsed is None or f"{parsed[0]}/{parsed[1]}" != JSON_TYPE:
        raise RequestRefused(415, "INVALID", "The body must be application/json.")
    if parsed[2].get("charset", "utf-8").lower() != "utf-8":
        raise RequestRefused(415, "INVALID", "The body must be in UTF-8.")
    if content_encoding is not None and content_encoding.strip().lower() != "identity":
        raise RequestRefused(415, "INVALID", "The body must not be compressed.")


def answer_type(accept: str | None) -> str:
    """The media type to answer in: the one that `Accept` rates highest.

    Where several are as welcome, one that is named goes before one that a wildcard lets in; both named, it
    is application/graphql-response+json; neither, application/json. Raises RequestRefused (406).
    """
    if accept is None:
        return JSON_TYPE
    ranges = [parsed for part in accept.split(",") if (parsed := parsed_media_type(part)) is not None]
    wishes = {offer: _wish(offer, ranges) for offer in (JSON_TYPE, GRAPHQL_TYPE)}
    best = max(wishes.values())
    if best[0] <= 0:
        raise RequestRefused(406, "INVALID", f"Only {GRAPHQL_TYPE} and {JSON_TYPE} can be answered.")
    is_named = best[1] == 2
    preferred = GRAPHQL_TYPE if is_named else JSON_TYPE
    return preferred if wishes[preferred] == best else min(wishes, key=lambda offer: wishes[offer] != best)


def _wish(offer: str, ranges: list[MediaType]) -> tuple[float, int]:
    """How welcome a media type is, and how precisely it was named (2 exactly, 1 by type, 0 by */*)."""
    main, _, sub = offer.partition("/")
    precisely, quality = -1, 0.0
    for range_main, range_sub, parameters in ranges:
        place = {(main, sub): 2, (main, "*"): 1, ("*", "*"): 0}.get((range_main, range_sub), -1)
        if place > precisely:
            precisely, quality = place, _quality(parameters.get("q", "1"))
    return quality, precisely


def _quality(text: str) -> float:
    return float(text) if _QUALITY.fullmatch(text) else 0.0
