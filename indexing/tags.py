"""Tags by part of their name, pinyin, initials or code; there are few, so no index is needed; pure."""

from typing import Protocol

from matching.normal import folded, name_key
from matching.pinyin import readings


class Named(Protocol):
    @property
    def code(self) -> str: ...

    @property
    def name(self) -> str: ...


def fits(query: str, row: Named) -> bool:
    """Whether every word is part of the row's code or name, or of how the name sounds."""
    return all(
        word in folded(row.code) or word in folded(row.name) or _sounds(word, row.name)
        for word in folded(query[:256]).split()
    )


def _sounds(word: str, name: str) -> bool:
    """Whether the word begins at one of the name's syllables, or is part of its initials."""
    for syllables in readings(name):
        if any("".join(syllables[at:]).startswith(word) for at in range(len(syllables))):
            return True
    return word in "".join(syllable[0] for syllable in name_key(name).split())
