"""How alike two records are, field by field, as levels; many pairs at once.

Edit distances are rapidfuzz's: OSA (optimal string alignment: a transposition counts one) and Jaro-Winkler.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz
from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.process import cpdist

from matching.columns import Columns, Numbers, Places, Values

Levels: TypeAlias = NDArray[np.int8]
Truths: TypeAlias = NDArray[np.bool_]

MISSING = -1  # the level of a field that one of the two does not have: it says nothing

PROVEN_DIFFERENT = "proven and different"

# The levels of each field, from 0 on.
FIELDS: dict[str, tuple[str, ...]] = {
    "name": ("different", "same surname", "similar", "initial", "one typo", "same sound", "same"),
    "document": (PROVEN_DIFFERENT, "different", "two typos", "one typo", "same"),
    "mobile": ("different", "one typo", "same"),
    "email": ("different", "one typo", "same"),
    "birth": ("different", "same year", "one typo", "same"),
    "address": ("different", "related", "similar", "same"),
    "gender": ("different", "same"),
}

# Below so many comparisons a second thread costs more than it saves: 15 ms for tiny lists (measured 2026-11).
FEW = 5_000

RELATED = 60  # per cent, of rapidfuzz's token_set_ratio

# Documents by what each says: a contradiction outweighs an equal number, that outweighs all others.
_SAYS = np.array([5, 1, 2, 3, 4], dtype=np.int8)


def compare(records: Columns, one: Places, other: Places) -> Levels:
    """A row for each pair of records (one[k], other[k]), a column for each of FIELDS."""
    pairs = (one, other)
    return np.column_stack([
        best_levels(records.names, pairs, _names),
        _documents(records.documents, pairs),
        best_levels(records.mobiles, pairs, _typos),
        best_levels(records.emails, pairs, _typos),
        best_levels(records.births, pairs, _births),
        best_levels(records.addresses, pairs, _addresses),
        best_levels(records.genders, pairs, _equal),
    ])  # fmt: skip


def _combined(values: Values[Any], pairs: tuple[Places, Places]) -> tuple[Places, Numbers, Numbers]:
    """Every value of the one beside every value of the other: the pair's place, and both values' codes."""
    one, other = pairs
    many, others = values.counts[one], values.counts[other]
    sizes = many * others
    place = np.repeat(np.arange(len(one)), sizes)
    inside = np.arange(len(place)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    first = values.starts[one][place] + inside // np.maximum(others, 1)[place]
    second = values.starts[other][place] + inside % np.maximum(others, 1)[place]
    return place, values.codes[first], values.codes[second]


def best_levels(
    values: Values[Any],
    pairs: tuple[Places, Places],
    compared: Callable[[Sequence[Any], Numbers, Numbers], Levels],
) -> Levels:
    """The level of the two values that are most alike."""
    place, one, other = _combined(values, pairs)
    best = np.full(len(pairs[0]), MISSING, dtype=np.int8)
    np.maximum.at(best, place, compared(values.distinct, one, other))
    return best


def _distances(
    texts: Sequence[str], one: Numbers, other: Numbers, scorer: Any, **options: Any
) -> NDArray[Any]:
    few = len(one) < FEW
    queries, choices = [texts[code] for code in one.tolist()], [texts[code] for code in other.tolist()]
    found: NDArray[Any] = cpdist(queries, choices, scorer=scorer, workers=1 if few else -1, **options)
    return found


def _osa(texts: Sequence[str], one: Numbers, other: Numbers, most: int) -> NDArray[np.uint8]:
    """The distance; most + 1 for all that are further apart."""
    return _distances(texts, one, other, OSA.distance, score_cutoff=most, dtype=np.uint8)


def _equal(values: Sequence[str], one: Numbers, other: Numbers) -> Levels:
    found: Levels = (one == other).astype(np.int8)
    return found


def _typos(values: Sequence[str], one: Numbers, other: Numbers) -> Levels:
    found = np.where(one == other, np.int8(2), np.int8(0))
    rest = np.flatnonzero(found == 0)
    found[rest] = _osa(values, one[rest], other[rest], 1) <= 1
    return found


def _births(values: Sequence[str], one: Numbers, other: Numbers) -> Levels:
    """One typo: a digit, or day and month exchanged."""
    found = np.where(one == other, np.int8(3), np.int8(0))
    rest = np.flatnonzero(found == 0)
    a, b = one[rest], other[rest]
    days = np.array([int(value) for value in values], dtype=np.int64)
    year, month, day = days // 10_000, days // 100 % 100, days % 100
    is_exchanged = (year[a] == year[b]) & (month[a] == day[b]) & (day[a] == month[b])
    is_near = is_exchanged | (_osa(values, a, b, 1) <= 1)
    found[rest] = np.where(is_near, 2, year[a] == year[b])
    return found


def _addresses(values: Sequence[str], one: Numbers, other: Numbers) -> Levels:
    """Similar by all that is written; related by the words that both have."""
    found = np.where(one == other, np.int8(3), np.int8(0))
    rest = np.flatnonzero(found == 0)
    alike = _distances(values, one[rest], other[rest], fuzz.ratio, score_cutoff=65, dtype=np.float32)
    found[rest] = np.where(alike >= 85, 2, alike >= 65)
    rest = np.flatnonzero(found == 0)
    shared = _distances(
        values, one[rest], other[rest], fuzz.token_set_ratio, score_cutoff=RELATED, dtype=np.float32
    )
    found[rest] = shared >= RELATED
    return found


def _documents(values: Values[tuple[str, str, bool]], pairs: tuple[Places, Places]) -> Levels:
    place, one, other = _combined(values, pairs)
    levels = _numbers(values.distinct, one, other)
    said = np.zeros(len(pairs[0]), dtype=np.int8)
    told = levels >= 0
    np.maximum.at(said, place[told], _SAYS[levels[told]])
    meant = np.full(_SAYS.max() + 1, MISSING, dtype=np.int8)
    meant[_SAYS] = np.arange(len(_SAYS))
    return meant[said]


def _numbers(values: Sequence[tuple[str, str, bool]], one: Numbers, other: Numbers) -> Levels:
    """Numbers of two types are compared for being the same only: sources call one document by many types."""
    types, numbers, _ = _parts(values, 3)
    proven = np.array([is_proven for _, _, is_proven in values], dtype=np.bool_)
    found = np.where(numbers[one] == numbers[other], np.int8(4), np.int8(MISSING))
    rest = np.flatnonzero((found < 0) & (types[one] == types[other]))
    a, b = one[rest], other[rest]
    typos = _osa([number for _, number, _ in values], a, b, 2)
    found[rest] = np.select([proven[a] & proven[b], typos == 1, typos == 2], [0, 3, 2], 1)
    return found


def _parts(values: Sequence[tuple[Any, ...]], width: int) -> list[Numbers]:
    """Each part of all values, as numbers that are equal where the parts are; -1 for empty ones."""
    known: dict[Any, int] = {"": -1}
    codes = [known.setdefault(part, len(known)) for value in values for part in value]
    return list(np.array(codes, dtype=np.int32).reshape(-1, width).T)


def _names(values: Sequence[tuple[str, str, str, str]], one: Numbers, other: Numbers) -> Levels:
    """From the best level down, each asked only of the pairs that are not settled yet."""
    exact, sound, surname, given = _parts(values, 4)
    found = np.select([exact[one] == exact[other], sound[one] == sound[other]], [6, 5], 0).astype(np.int8)
    rest = np.flatnonzero(found == 0)
    a, b = one[rest], other[rest]
    sounds = [value[1] for value in values]
    alike = _distances(sounds, a, b, JaroWinkler.similarity, score_cutoff=0.85, dtype=np.float32)
    is_typo = (_osa(sounds, a, b, 1) <= 1) | (alike > 0.95)
    has_given = _shared(given[a], given[b]) | _shared(given[a], surname[b]) | _shared(surname[a], given[b])
    found[rest] = np.select(
        [is_typo, _initials(sounds, a, b), has_given | (alike > 0.85), _shared(surname[a], surname[b])],
        [4, 3, 2, 1],
        0,
    )
    return found


def _shared(one: Numbers, other: Numbers) -> Truths:
    found: Truths = (one == other) & (one >= 0)
    return found


def _initials(sounds: Sequence[str], one: Numbers, other: Numbers) -> Truths:
    """One is written with the surname and an initial of the other's other name: J Smith, John Smith."""
    found = np.zeros(len(one), dtype=np.bool_)
    short = np.array([any(len(word) == 1 for word in sound.split(" ")) for sound in sounds], dtype=np.bool_)
    for place in np.flatnonzero(short[one] | short[other]):
        found[place] = _is_initialled(sounds[one[place]], sounds[other[place]])
    return found


def _is_initialled(one: str, other: str) -> bool:
    mine, theirs = set(one.split(" ")), set(other.split(" "))
    if not mine & theirs:
        return False
    left, right = mine - theirs, theirs - mine
    first = {word[0] for word in left}
    return bool(left and right) and first == {word[0] for word in right} and min(map(len, left | right)) == 1
