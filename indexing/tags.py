"""Tags by part of their name, pinyin, initials or code; there are few, so no index is needed; pure."""

from dataclasses import dataclass
from functools import lru_cache
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


@dataclass(frozen=True, slots=True)
class _Forms:
    """In what a word is looked for; sounds: from each syllable of each reading on."""

    code: str
    name: str
    sounds: tuple[str, ...]
    initials: str


def fits(query: str, row: Named) -> bool:
    """Whether every word is part of the row's code or name, or of how the name sounds: from one of its
    syllables on, or in its initials."""
    forms = _forms(row.code, row.name)
    return all(
        word in forms.code
        or word in forms.name
        or word in forms.initials
        or any(sound.startswith(word) for sound in forms.sounds)
        for word in folded(query[:256]).split()
    )


@lru_cache(maxsize=4096)  # the same tags are looked through at every keystroke
def _forms(code: str, name: str) -> _Forms:
    sounds = ("".join(syllables[at:]) for syllables in readings(name) for at in range(len(syllables)))
    initials = "".join(syllable[0] for syllable in name_key(name).split())
    return _Forms(folded(code), folded(name), tuple(dict.fromkeys(sounds)), initials)


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
