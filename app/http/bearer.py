"""The bearer token of a request: from the Authorization header and from nowhere else (RFC 6750)."""

import re

from app.http.asgi import RequestRefused, Scope, header_of

_BEARER = re.compile(r"bearer +([A-Za-z0-9._~+/=-]{1,512}) *", re.IGNORECASE)


def unauthenticated() -> RequestRefused:
    """One answer whatever the cause: nothing is told about which tokens there are."""
    challenge = (b"www-authenticate", b'Bearer realm="kehu"')
    return RequestRefused(401, "UNAUTHENTICATED", "A valid bearer token is needed.", [challenge])


def bearer_token(scope: Scope) -> str | None:
    """The token: "" when the header holds something else, None when there is no such header."""
    header = header_of(scope, b"authorization")
    if header is None:
        return None
    match = _BEARER.fullmatch(header)
    return match[1] if match else ""
