"""Cursors: places in a list, signed, and worth nothing in any other list."""

import base64
import binascii
import hmac
import json
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from master.clock import spelled
from master.errors import Invalid

MAC_BYTES = 16


def _plain(value: object) -> object:
    """How JSON holds what order columns hold."""
    if isinstance(value, datetime):
        return {"at": spelled(value)}
    if isinstance(value, date):
        return {"on": value.isoformat()}
    return str(value)


def _valued(held: dict[str, Any]) -> object:
    return datetime.fromisoformat(held["at"]) if "at" in held else date.fromisoformat(held["on"])


def _json(value: object) -> bytes:
    return json.dumps(value, default=_plain, ensure_ascii=False, separators=(",", ":")).encode()


@dataclass(frozen=True)
class Cursors:
    """Writes and reads cursors under one key."""

    key: bytes

    def write(self, query: object, place: Sequence[object]) -> str:
        """The cursor of a place (the values of the order columns) in the list that `query` describes."""
        body = _json(list(place))
        return base64.urlsafe_b64encode(self._mac(query, body) + body).rstrip(b"=").decode()

    def read(self, query: object, cursor: str) -> tuple[Hashable, ...]:
        """The place. Raises Invalid for anything that `write` did not give for this query."""
        try:
            signed = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            raise _foreign() from None
        mac, body = signed[:MAC_BYTES], signed[MAC_BYTES:]
        if not hmac.compare_digest(mac, self._mac(query, body)) or self._text(signed) != cursor:
            raise _foreign()
        return tuple(json.loads(body, object_hook=_valued))

    def _mac(self, query: object, body: bytes) -> bytes:
        return hmac.digest(self.key, _json(query) + b"\0" + body, "sha256")[:MAC_BYTES]

    @staticmethod
    def _text(signed: bytes) -> str:
        return base64.urlsafe_b64encode(signed).rstrip(b"=").decode()


def _foreign() -> Invalid:
    return Invalid("This cursor was not given by this query: start again without one.", ["after"])
