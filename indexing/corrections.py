"""What may have been meant where nothing fits: names that sound nearly so, and the words without one part."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from indexing.engines.port import Extent, SearchEngine
from indexing.meanings import SearchReading, search_readings
from indexing.queries import asked
from indexing.questions import Question
from indexing.said import Meaning
from indexing.search import SearchRequest, conditions
from indexing.words import Words, read_words
from matching.normal import readings

MOST_SOUNDS = 12  # of one part
MOST_PARTS = 4  # of words that are looked for without one of them
SHORTEST_SOUND = 4

_NAMES = (Meaning.NAME, Meaning.ORGANIZATION, Meaning.PINYIN, Meaning.WORD)
# What many say, hear and type as one: retroflex and flat, front and back nasals, n and l, f and h, r and l.
_CONFUSED = (
    (r"(?<=[zcs])h", ""),
    (r"(?<=[zcs])(?!h)", "h"),
    (r"(?<=[aei]n)g", ""),
    (r"(?<=[aei]n)(?![g])", "g"),
    (r"n(?=[aeiouv])", "l"),
    (r"l(?=[aeiouv])", "n"),
    (r"h(?=[aeou])", "f"),
    (r"f(?=[aeou])", "h"),
    (r"r(?=[aeiou])", "l"),
    (r"l(?=[aeou])", "r"),
)


@dataclass(frozen=True, slots=True)
class Correction:
    """A typed part, and the queries by which something else is looked for in its place."""

    part: str
    queries: tuple[str, ...]


def by_sound(words: Words) -> Iterator[Correction]:
    """For each name: the words with those that sound nearly so in its place, of which typos are forgiven."""
    parts = _searched(words)
    for at, part in enumerate(parts):
        if part.is_forced or part.meaning not in _NAMES:
            continue
        sounds = _sounds(part)
        if sounds:
            yield Correction(part.value, tuple(_joined(parts, at, sound) for sound in sounds))


async def first_of(engine: SearchEngine, queries: Sequence[str], request: SearchRequest) -> int | None:
    """Who fits one of the queries best, within the request's filter; raises SearchUnavailable."""
    units = [unit for query in queries for unit in asked(read_words(query), request.permitted).units]
    if not units:
        return None
    answer = await engine.search(Question(tuple(units), *conditions(request.filter)), Extent(1))
    return answer.found[0].id if answer.found else None


def in_place_of(words: Words, part: str, name: str) -> str:
    """The words with a name in the place of the part."""
    parts = _searched(words)
    at = next(place for place, each in enumerate(parts) if each.value == part)
    return _joined(parts, at, name)


def without_a_part(words: Words) -> Iterator[Correction]:
    """For each part: the words without it; numbers, which are misheard most, are left out first."""
    parts = _searched(words)
    if not 1 < len(parts) <= MOST_PARTS:
        return
    for part in sorted(parts, key=lambda each: each.meaning in _NAMES):
        yield Correction(part.value, (" ".join(each.part for each in parts if each is not part),))


def _searched(words: Words) -> list[SearchReading]:
    return [each for each in search_readings(words) if each.is_searched]


def _joined(parts: list[SearchReading], at: int, text: str) -> str:
    return " ".join(text if place == at else each.part for place, each in enumerate(parts))


def _sounds(part: SearchReading) -> list[str]:
    """Of Han characters their own first, for those that sound the same are found without being asked for, but
    not with a typo."""
    is_han = part.meaning in (Meaning.NAME, Meaning.ORGANIZATION)
    own = "".join(readings(part.value)[0]) if is_han else part.value
    if len(own) < SHORTEST_SOUND or not own.isascii():
        return []
    near = (
        f"{own[: at.start()]}{other}{own[at.end() :]}"
        for this, other in _CONFUSED
        for at in re.finditer(this, own)
    )
    return list(dict.fromkeys([*([own] if is_han else []), *near]))[:MOST_SOUNDS]
