"""Searches by parts of masked values, counted: a number that grows under the fingers counts once."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

TYPED_ON_SECONDS = 60.0  # so long after the last keystroke a longer or shorter text is still the same search

Parts = Sequence[str]


@dataclass
class _Caller:
    """typed: the farthest that the search under way has come; used: searches of the day that began then."""

    typed: Parts = ()
    at: float = 0.0
    day: datetime | None = None
    used: int = 0


@dataclass
class Typing:
    """What each caller of this process typed last, and how often they have searched by parts today.

    As many callers are kept as the hub has tokens.
    """

    _callers: dict[str, _Caller] = field(default_factory=dict)

    def goes_on(self, caller: str, parts: Parts) -> bool:
        """Whether this is the search that was counted last, typed on or gone back in from its end."""
        before, now = self._callers.get(caller), time.monotonic()
        if before is None or not before.typed or now - before.at >= TYPED_ON_SECONDS:
            return False
        grows = narrows(parts, before.typed)
        # Of 张 1380 李 1381 only the beginnings are gone back to: 1381 alone would be a search of its own.
        if not grows and not begins(parts, before.typed):
            return False
        # Going back does not shorten it: else 1380, 138, 1381, 138 … would be one search.
        before.typed, before.at = (parts if grows else before.typed), now
        return True

    def started(self, caller: str, parts: Parts, day: datetime, *, noted: int, most: int) -> bool:
        """Counts another search of the day that began then; False when there have been `most` of them.

        noted: of how many the master knows: those of other processes too, but not yet the newest.
        """
        its = self._callers.setdefault(caller, _Caller())
        its.used = max(noted, its.used if its.day == day else 0)
        its.day = day
        if its.used >= most:
            its.typed = ()
            return False
        its.used += 1
        its.typed, its.at = parts, time.monotonic()
        return True


def narrows(parts: Parts, others: Parts) -> bool:
    """Whether each of the others is the beginning of one of the parts."""
    return bool(others) and all(any(part.startswith(other) for part in parts) for other in others)


def begins(parts: Parts, others: Parts) -> bool:
    """Whether others would come of parts by typing on behind the last of them."""
    if not 0 < len(parts) <= len(others):
        return False
    last = len(parts) - 1
    return list(parts[:last]) == list(others[:last]) and others[last].startswith(parts[last])
