"""Other ways to spell and to call a name: passports abroad, nicknames, what organisations are called."""

from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache

from matching.lists.reading import lines, rows

MOST_SYLLABLES = 4
MOST_SPELLINGS = 3  # pinyin that letters in Wade-Giles may stand for

_SURNAMES: dict[str, str] = dict(rows("surnames_abroad"))
_COMPOUND = {spelled for spelled, characters in _SURNAMES.items() if characters in ("欧阳", "司徒")}
_WADE_GILES = {spelled: tuple(pinyin.split()) for spelled, pinyin in rows("wade_giles")}
_ORGANIZATIONS: dict[str, str] = dict(rows("organizations"))
_LONGEST_SYLLABLE = max(map(len, _WADE_GILES))


def _first_names() -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for line in lines("first_names"):
        full, *short = line.split(" ")
        for each in short:
            found[each][full] = None
            found[full][each] = None
    return {name: tuple(others) for name, others in found.items()}


def _spelled_abroad() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for spelled in _SURNAMES:
        for surname in surnames_spelled(spelled):
            found[surname].add(spelled)
    return {surname: frozenset(each) for surname, each in found.items()}


def surnames_spelled(letters: str) -> tuple[str, ...]:
    """The Chinese surnames that passports abroad spell so: ng → 吴, 伍, 黄."""
    characters = _SURNAMES.get(letters, "")
    return (characters,) if letters in _COMPOUND else tuple(characters)


def spellings_abroad(surname: str) -> frozenset[str]:
    """How passports abroad spell a Chinese surname."""
    return _ABROAD.get(surname, frozenset())


@lru_cache(maxsize=4096)
def from_wade_giles(letters: str) -> tuple[str, ...]:
    """The pinyin, joined, that letters may stand for when they are Wade-Giles throughout: kuoming → guoming.

    Without the letters themselves, which are pinyin as well where both agree.
    """
    said = sorted(_read(letters, MOST_SYLLABLES), key=len)
    found = dict.fromkeys("".join(syllables) for syllables in said)
    found.pop(letters, None)
    return tuple(found)[:MOST_SPELLINGS]


def wade_giles_of(syllable: str) -> tuple[str, ...]:
    """How Wade-Giles spells a syllable of pinyin."""
    return _OF_PINYIN.get(syllable, ())


def _read(letters: str, most: int) -> Iterator[tuple[str, ...]]:
    """Longest syllables first."""
    if not letters:
        yield ()
        return
    for size in range(min(_LONGEST_SYLLABLE, len(letters)) if most else 0, 0, -1):
        for pinyin in _WADE_GILES.get(letters[:size], ()):
            yield from ((pinyin, *rest) for rest in _read(letters[size:], most - 1))


def first_names_like(word: str) -> tuple[str, ...]:
    """What a bearer of this first name may be called, or the names that this is short for."""
    return _FIRST_NAMES.get(word, ())


def is_syllable(letters: str) -> bool:
    """Whether this is a syllable of pinyin."""
    return letters in _OF_PINYIN


def _of_pinyin() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = defaultdict(list)
    for spelled, pinyin in _WADE_GILES.items():
        for syllable in pinyin:
            found[syllable].append(spelled)
    return {syllable: tuple(each) for syllable, each in found.items()}


def organization_called(short: str) -> str | None:
    """What the registered name of an organisation that people call so holds."""
    return _ORGANIZATIONS.get(short)


_FIRST_NAMES = _first_names()
_ABROAD = _spelled_abroad()
_OF_PINYIN = _of_pinyin()
