"""What each typed part was taken for, told to the searcher, with what else it may be; pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from indexing.boosts import SHORTEST_FRAGMENT
from indexing.numbers_asked import CUSTOMER_NUMBER, is_date
from indexing.said import LONGEST_TITLED, MARKER_OF, Meaning
from indexing.words import Kind, Token, Words, together, told_apart
from matching.aliases import organization_called
from matching.numbers import read_mobile
from matching.surnames import COMPOUND_SURNAMES

# Letters that are syllables throughout, by what initials and finals there are.
_SYLLABLES = re.compile(
    r"(?:(?:[zcs]h|[bpmfdtnlgkhjqxrzcsyw])?"
    r"(?:[iu]ang|iong|[aeio]ng|i?an|i?ao|uai|u?an|[aeu]i|ou|[eiuv]n|er|i[aeu]|u[aoe]|ve|[aoeiuv]))+"
)
_RESIDENT_ID = re.compile(r"[0-9]{17}[0-9x]|[0-9]{15}")
_NUMBERS = (Meaning.PHONE, Meaning.DOCUMENT, Meaning.POLICY)
_LETTERS = (Meaning.PINYIN, Meaning.INITIALS, Meaning.WORD)
_FIXED = {
    Kind.EMAIL: Meaning.EMAIL,
    Kind.MASKED: Meaning.MASKED,
    Kind.PLATE: Meaning.PLATE,
    Kind.SAID: Meaning.SAID,
    Kind.GLUED: Meaning.NAME,
}


@dataclass(frozen=True, slots=True)
class OtherReading:
    """Another meaning of a part, and the whole query by which it is taken so."""

    meaning: Meaning
    query: str


@dataclass(frozen=True, slots=True)
class SearchReading:
    """part: as typed, in normal form, with the marker before it; value: without; is_searched: else only told.

    is_forced: by a marker (手机尾号8000, policy:8000), not guessed.
    """

    part: str
    meaning: Meaning
    value: str
    is_searched: bool
    is_forced: bool
    others: tuple[OtherReading, ...]


def search_readings(words: Words) -> tuple[SearchReading, ...]:
    """One for each typed part in order, with neighbouring letters and numbers joined."""
    parts = told_apart(together(words.parts))
    return tuple(_reading(parts, at) for at in range(len(parts)))


def _reading(parts: tuple[Token, ...], at: int) -> SearchReading:
    token = parts[at]
    first, *others = _meanings(token)
    if token.only not in (None, Meaning.NUMBER):
        others = [first, *others]
        first = token.only
    other = tuple(
        OtherReading(meaning, _typed(parts, at, meaning))
        for meaning in dict.fromkeys(others)
        if meaning is not first and meaning in MARKER_OF
    )
    return SearchReading(
        _as_typed(token), first, token.text, token.is_searched, token.only is not None, other
    )


def _typed(parts: tuple[Token, ...], place: int, meaning: Meaning) -> str:
    """The query, in which the part at this place is told to have this meaning."""
    return " ".join(
        f"{MARKER_OF[meaning]}:{part.text}" if at == place else _as_typed(part)
        for at, part in enumerate(parts)
        if part.kind is not Kind.SAID
    )


def _as_typed(part: Token) -> str:
    return f"{part.marker}:{part.text}" if part.marker else part.text


def _meanings(token: Token) -> Iterator[Meaning]:
    """The likeliest first."""
    if token.kind in _FIXED:
        yield _FIXED[token.kind]
    elif token.kind is Kind.HAN:
        is_long = len(token.text) > LONGEST_TITLED
        yield Meaning.ORGANIZATION if is_long or organization_called(token.text) else Meaning.NAME
        if not is_long:
            yield Meaning.NAME
        if len(token.text) == 1 or token.text in COMPOUND_SURNAMES:
            yield Meaning.SURNAME
    elif token.kind is Kind.LETTERS:
        yield from sorted(_LETTERS, key=lambda meaning: meaning is not _of_letters(token.sound))
    else:
        yield from _of_number(token.text)


def _of_letters(sound: str) -> Meaning:
    if not any(vowel in sound for vowel in "aeiouv"):
        return Meaning.INITIALS
    return Meaning.PINYIN if _SYLLABLES.fullmatch(sound) else Meaning.WORD


def _of_number(text: str) -> Iterator[Meaning]:
    if CUSTOMER_NUMBER.fullmatch(text):
        yield Meaning.CUSTOMER_NUMBER
    if is_date(text):
        yield Meaning.BIRTH_DATE
    if len(text) == 6 or _RESIDENT_ID.fullmatch(text):  # six are asked for as the end of an ID
        yield Meaning.DOCUMENT
    if not text.isdecimal():
        yield from (Meaning.POLICY, Meaning.DOCUMENT)
    elif read_mobile(text).doubt is None or len(text) >= SHORTEST_FRAGMENT:
        yield from _NUMBERS
    else:
        yield from (Meaning.NUMBER, *_NUMBERS)
