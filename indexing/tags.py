"""Tags by part of their name, pinyin, initials or code; there are few, so no index is needed; pure."""

from collections.abc import Iterable
from typing import Protocol, TypeVar

from matching.normal import folded, name_key
from matching.pinyin import readings

EXACT, START, INSIDE, SOUND, INITIALS = 5, 4, 3, 2, 1


class Named(Protocol):
    @property
    def code(self) -> str: ...

    @property
    def name(self) -> str: ...


Row = TypeVar("Row", bound=Named)


def rank_tags(query: str, rows: Iterable[Row]) -> list[Row]:
    """The rows that fit every word, best first, equal ones by code; without words all of them, by code."""
    words = folded(query[:256]).split()
    scored = [(min((_score(word, row) for word in words), default=EXACT), row) for row in rows]
    fitting = [(score, row) for score, row in scored if score]
    return [row for _, row in sorted(fitting, key=lambda one: (-one[0], one[1].code))]


def _score(word: str, row: Named) -> int:
    code, name = folded(row.code), folded(row.name)
    if word in (code, name):
        return EXACT
    if code.startswith(word) or name.startswith(word):
        return START
    if word in code or word in name:
        return INSIDE
    return _score_by_sound(word, row.name)


def _score_by_sound(word: str, name: str) -> int:
    for syllables in readings(name):
        starts = ("".join(syllables[at:]) for at in range(len(syllables)))
        if any(joined.startswith(word) for joined in starts):
            return SOUND
    initials = "".join(syllable[0] for syllable in name_key(name).split())
    return INITIALS if word in initials else 0
