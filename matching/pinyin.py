"""How a name sounds: its syllables, surname readings first."""

import os
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

from matching.phrases import read_phrases
from matching.scripts import APOSTROPHES, DOTS, is_han, plain_character
from matching.surnames import COMPOUND_SURNAMES, GIVEN, SURNAMES

# pypinyin's phrases, and the copies of its tables, take 45 MiB and 0.7 s in each process; measured 2026-11.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
os.environ.setdefault("PYPINYIN_NO_DICT_COPY", "true")

from pypinyin.constants import PINYIN_DICT  # it reads the environment when it is imported
from pypinyin.contrib.tone_convert import to_normal

MOST_READINGS = 4
# Longer than any personal name: read as an organisation's, phrase by phrase and without a surname.
LONGEST_PERSONAL = 4
MOST_CHARACTERS = 256  # of a name that are read at all; the rest is kept, and not searched


class Cell(NamedTuple):
    """One sounding unit of a name: a Han character, or a word in letters; places are of the original text."""

    text: str
    is_han: bool
    places: tuple[tuple[int, int], ...]

    @property
    def start(self) -> int:
        return self.places[0][0]

    @property
    def end(self) -> int:
        return self.places[-1][1]


@lru_cache(maxsize=1_024)  # of one name they are asked for by its readings and its terms
def cells(name: str) -> tuple[Cell, ...]:
    """The name's Han characters and words in order; dots, blanks and apostrophes only part or vanish."""
    found: list[Cell] = []
    letters: list[str] = []
    places: list[tuple[int, int]] = []

    def end_word() -> None:
        if letters:
            found.append(Cell("".join(letters), False, tuple(places)))
            letters.clear()
            places.clear()

    for at, character in enumerate(name[:MOST_CHARACTERS]):
        if character in APOSTROPHES:
            continue
        for piece in plain_character(character):
            if is_han(piece):
                end_word()
                found.append(Cell(piece, True, ((at, at + 1),)))
            elif piece.isalnum():
                letters.append(piece)
                places.append((at, at + 1))
            else:
                end_word()
    end_word()
    return tuple(found)


@lru_cache(maxsize=16_384)
def readings(name: str) -> tuple[tuple[str, ...], ...]:
    """The name's syllables, main reading first, at most four; words in letters stand as they are."""
    parts = cells(name)
    if not parts:
        return ()
    options = _options(parts, name)
    main = tuple(option[0] for option in options)
    found = [main]
    for at, option in enumerate(options):
        found.extend((*main[:at], other, *main[at + 1 :]) for other in option[1:])
    return tuple(dict.fromkeys(found))[:MOST_READINGS]


def _options(parts: tuple[Cell, ...], name: str) -> list[tuple[str, ...]]:
    if not all(part.is_han for part in parts) or len(parts) > LONGEST_PERSONAL or not DOTS.isdisjoint(name):
        return _phrase_options(parts)
    characters = "".join(part.text for part in parts)
    compound = COMPOUND_SURNAMES.get(characters[:2]) if len(characters) >= 3 else None
    if compound:
        return [(syllable,) for syllable in compound] + [given_readings(c) for c in characters[2:]]
    first = SURNAMES.get(characters[0]) or character_readings(characters[0])
    return [first] + [given_readings(c) for c in characters[1:]]


def _phrase_options(parts: tuple[Cell, ...]) -> list[tuple[str, ...]]:
    """One reading a cell, by the phrases that characters stand in."""
    syllables: list[str] = []
    for han, run in groupby(parts, key=lambda part: part.is_han):
        texts = [part.text for part in run]
        syllables.extend(read_phrases("".join(texts), _usual_reading) if han else texts)
    return [(syllable,) for syllable in syllables]


def _usual_reading(character: str) -> str:
    return character_readings(character)[0]


def given_readings(character: str) -> tuple[str, ...]:
    return GIVEN.get(character) or character_readings(character)


@lru_cache(maxsize=65_536)
def character_readings(character: str) -> tuple[str, ...]:
    """The two most usual readings without tones, ü as v; the character itself when it has none."""
    toned = PINYIN_DICT.get(ord(character))
    if not toned:
        return (character,)
    said = (str(to_normal(reading, v_to_u=False)) for reading in str(toned).split(","))
    return tuple(dict.fromkeys(s for s in said if any(c in "aeiouv" for c in s)))[:2] or (character,)


def spellings(syllable: str) -> tuple[str, ...]:
    """How a syllable may be typed: ü as v first, then as u and yu (lv, lu, lyu)."""
    if "v" not in syllable or not syllable.isascii():
        return (syllable,)
    return (syllable, syllable.replace("v", "u"), syllable.replace("v", "yu"))
