"""Cursors: places in a list, sealed, and worth nothing in any other list or to anybody else."""

import base64
import binascii
import json
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from master.clock import spelled
from master.errors import Invalid

SHORTEST_BYTES = 17  # AES-SIV (RFC 5297) puts 16 before what it seals


@dataclass(frozen=True, slots=True)
class Mark:
    """A place, as the values of the order columns there, and how many rows have been read by then."""

    place: tuple[Hashable, ...]
    passed: int = 0


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
    """Writes and reads one caller's cursors under one key of 32 bytes.

    They are sealed, not only signed: a place may hold a name that the caller sees masked.
    """

    key: bytes
    owner: str

    def write(self, query: object, mark: Mark) -> str:
        """The cursor of a place in the list that `query` describes."""
        sealed = AESSIV(self.key).encrypt(_json([mark.passed, *mark.place]), [self._list(query)])
        return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()

    def read(self, query: object, cursor: str) -> Mark:
        """The place. Raises Invalid for anything that `write` did not give to this caller for this query."""
        try:
            sealed = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            raise _foreign() from None
        if len(sealed) < SHORTEST_BYTES or base64.urlsafe_b64encode(sealed).rstrip(b"=").decode() != cursor:
            raise _foreign()
        try:
            opened = AESSIV(self.key).decrypt(sealed, [self._list(query)])
        except InvalidTag:
            raise _foreign() from None
        passed, *place = json.loads(opened, object_hook=_valued)
        return Mark(tuple(place), passed)

    def _list(self, query: object) -> bytes:
        return _json([self.owner, query])


def _foreign() -> Invalid:
    return Invalid("This cursor was not given by this query: start again without one.", ["after"])
