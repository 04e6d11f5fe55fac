"""Tags by part of their name, pinyin, initials or code; there are few, so no index is needed; pure."""

from dataclasses import dataclass
from typing import Protocol

from indexing.align import Match, Span, fitted, merged
from indexing.spelled import spoken
from indexing.words import read_words
from matching.normal import folded, name_key
from matching.pinyin import readings


class Named(Protocol):
    @property
    def code(self) -> str: ...

    @property
    def name(self) -> str: ...


@dataclass(frozen=True, slots=True)
class TagFit:
    """How a tag fits; match is a MatchKind; spans are [start, end) in code points of its name."""

    match: str
    spans: tuple[Span, ...]


def fits(query: str, row: Named) -> bool:
    """Whether every word is part of the row's code or name, or of how the name sounds."""
    return all(
        word in folded(row.code) or word in folded(row.name) or _sounds(word, row.name)
        for word in folded(query[:256]).split()
    )


def fit(query: str, row: Named) -> TagFit | None:
    """How the row fits, by its name sooner than by its code; None when it does not."""
    if not fits(query, row):
        return None
    found = [each for each in (_by_name(query, row.name), _by_code(query, row.code)) if each]
    return min(found, key=nearness, default=TagFit(Match.INSIDE.name, ()))


def nearness(found: TagFit) -> int:
    """The less, the better it fits."""
    return Match[found.match].value


def _by_name(query: str, name: str) -> TagFit | None:
    whole = spoken(name)
    found = [each for each in fitted(read_words(query).tokens, whole) if each is not None]
    if not found:
        return None
    match = max(each.match for each in found)
    if match <= Match.INSIDE and len({at for each in found for at in each.cells}) == len(whole.cells):
        match = Match.EXACT
    return TagFit(match.name, merged(span for each in found for span in each.spans))


def _by_code(query: str, code: str) -> TagFit | None:
    word, whole = folded(query).strip(), folded(code)
    if word not in whole:
        return None
    match = Match.EXACT if word == whole else Match.PREFIX if whole.startswith(word) else Match.INSIDE
    return TagFit(match.name, ())


def _sounds(word: str, name: str) -> bool:
    """Whether the word begins at one of the name's syllables, or is part of its initials."""
    for syllables in readings(name):
        if any("".join(syllables[at:]).startswith(word) for at in range(len(syllables))):
            return True
    return word in "".join(syllable[0] for syllable in name_key(name).split())
