"""What is kept between requests, a bounded share of it for each token."""

from collections import Counter, OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")

SHARE = 4  # of which one part is the most that a token's requests may fill


@dataclass(frozen=True, slots=True)
class _Kept(Generic[T]):
    """token: whose request brought it; is_lasting: it is among the last to go."""

    value: T
    token: str
    is_lasting: bool


class Shelf(Generic[T]):
    """The most lately used under their keys. A token whose requests filled a quarter makes room by what it
    brought itself, so that nobody pushes out what others ask for by asking for much."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._kept: OrderedDict[Hashable, _Kept[T]] = OrderedDict()
        self._held: Counter[str] = Counter()

    def __contains__(self, key: Hashable) -> bool:
        return key in self._kept

    def get(self, key: Hashable) -> T | None:
        """What is kept; it counts as used now."""
        kept = self._kept.get(key)
        if kept is None:
            return None
        self._kept.move_to_end(key)
        return kept.value

    def put(self, key: Hashable, value: T, token: str, *, is_lasting: bool = False) -> None:
        """Keeps this, in the place of what was kept under the key."""
        self._drop(key)
        self._kept[key] = _Kept(value, token, is_lasting)
        self._held[token] += 1
        if self._held[token] > self._room // SHARE:
            self._drop(self._oldest(token))
        elif len(self._kept) > self._room:
            self._drop(self._oldest())

    def _oldest(self, token: str | None = None) -> Hashable:
        """Of the token's, or of all; a lasting one where there are no others."""
        keys = [key for key, each in self._kept.items() if token in (None, each.token)]
        return next((key for key in keys if not self._kept[key].is_lasting), keys[0])

    def _drop(self, key: Hashable) -> None:
        kept = self._kept.pop(key, None)
        if kept is not None:
            self._held -= Counter({kept.token: 1})  # which forgets a token that holds nothing
