"""Who may be relatives: two people who share an address or a mobile, by their surnames, genders and ages.

Weights are bits, set by hand: log2 of how much more often a level is met among people of one household than
among two drawn at random, or, of what they are to each other, among those who are that than among others.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.block import Blocks
from matching.columns import Columns, Numbers, Places, Values
from matching.compare import MISSING, Levels, best_levels
from matching.score import probability

# What more people than this share is a block of flats, a company, or an agent's phone: it tells nothing.
MOST_AT_ADDRESS, MOST_ON_MOBILE = 8, 5

ADULT = 20  # years: younger ones are hardly married
GENERATION, TWO_GENERATIONS = 16, 48  # years between two people from which they are that apart

UNDER_AGE, ONE_GENERATION, A_GENERATION, FURTHER = range(4)
DIFFERENT, SAME, SAME_IN_LETTERS = range(3)

# The levels of each field, from 0 on. Husband and wife have one surname where it is written in letters.
FIELDS: dict[str, tuple[str, ...]] = {
    "address": ("different", "same"),
    "mobile": ("different", "same"),
    "surname": ("different", "same", "same in letters"),
    "gender": ("different", "same"),
    "ages": ("one generation, not of age", "one generation", "a generation apart", "more than a generation"),
}

# Without anything in common, 2.5 people of 300,000 live with somebody.
HOUSEHOLD_PRIOR = -17.0
HOUSEHOLD: Mapping[str, tuple[float, ...]] = {
    "address": (-2.0, 19.5),
    "mobile": (-0.5, 17.5),
    "surname": (-0.7, 3.0, 3.0),
    "gender": (0.5, -0.6),
    "ages": (0.0, 0.0, 0.0, 0.0),
}

SPOUSE, PARENT, CHILD, SIBLING = "SPOUSE", "PARENT", "CHILD", "SIBLING"
OTHER = "OTHER"  # a grandparent, an in-law, somebody who shares the flat

# Of people of one household: how likely each kind is before anything is known, and by level.
KINDS: Mapping[str, tuple[float, Mapping[str, tuple[float, ...]]]] = {
    SPOUSE: (0.0, {"surname": (0.0, -4.0, 0.0), "gender": (0.0, -9.0), "ages": (-12.0, 0.0, -4.5, -12.0)}),
    PARENT: (0.0, {"surname": (-0.8, 0.0, 0.0), "ages": (-12.0, -12.0, 0.0, -6.0)}),
    SIBLING: (-2.0, {"surname": (-5.0, 0.0, 0.0), "ages": (2.0, 0.0, -5.0, -15.0)}),
    OTHER: (-3.0, {}),
}
LIKELY_KIND = 0.6  # from which probability on the kind is told


@dataclass(frozen=True)
class Relatives:
    """Pairs that are rather of one household than not, by their places, the likeliest first.

    levels: of FIELDS; odds: log2; older: 1 where the other one is older than the one, -1 where it is younger,
    0 where nobody knows.
    """

    one: Places
    other: Places
    levels: Levels
    odds: NDArray[np.float64]
    older: NDArray[np.int8]

    def of(self, kept: NDArray[Any]) -> "Relatives":
        """Some of them: which, or in which order."""
        names = ("one", "other", "levels", "odds", "older")
        return Relatives(*(getattr(self, name)[kept] for name in names))


@dataclass(frozen=True)
class Told:
    """How one field speaks for or against one household, in bits."""

    field: str
    level: str
    weight: float


@dataclass(frozen=True)
class Kinship:
    """probability: of one household, 0 to 1; None: not to be told. kind: what the other one is to the one,
    None: no kind is likely; likelihood: of that kind, where they are of one household."""

    probability: float | None
    kind: str | None
    likelihood: float | None
    reasons: tuple[Told, ...]


def relatives(records: Columns, today: date) -> Relatives:
    """Of persons alone. Whether the two are one and the same is not asked here."""
    one, other = _sharing(records)
    ages, older = _ages(records, one, other, today)
    levels: Levels = np.column_stack([
        best_levels(records.addresses, (one, other), _equal),
        best_levels(records.mobiles, (one, other), _equal),
        best_levels(records.names, (one, other), _surnames),
        best_levels(records.genders, (one, other), _equal),
        ages,
    ])  # fmt: skip
    odds = _odds(levels, HOUSEHOLD_PRIOR, HOUSEHOLD)
    found = Relatives(one, other, levels, odds, older)
    surest = np.argsort(-odds, kind="stable")
    return found.of(surest[odds[surest] >= 0])


def kinship(levels: Sequence[int], older: int, hidden: Collection[str] = ()) -> Kinship:
    """hidden: fields of which nothing may be told; without all of them nobody is told how likely it is."""
    seen = [MISSING if field in hidden else level for field, level in zip(FIELDS, levels, strict=True)]
    row: Levels = np.array([seen], dtype=np.int8)
    weights = {kind: _odds(row, prior, its)[0] for kind, (prior, its) in KINDS.items()}
    kind = max(weights, key=lambda each: weights[each])
    share = float(2 ** weights[kind] / sum(2**each for each in weights.values()))
    is_likely = kind != OTHER and share >= LIKELY_KIND
    if kind == PARENT:
        is_told = older != 0 and "ages" not in hidden
        is_likely, kind = is_likely and is_told, PARENT if older > 0 else CHILD
    odds = _odds(row, HOUSEHOLD_PRIOR, HOUSEHOLD)
    return Kinship(
        None if hidden else round(float(probability(odds)[0]), 4),
        kind if is_likely else None,
        round(share, 4) if is_likely else None,
        tuple(
            Told(field, FIELDS[field][level], HOUSEHOLD[field][level])
            for field, level in zip(FIELDS, seen, strict=True)
            if level != MISSING
        ),
    )


def _sharing(records: Columns) -> tuple[Places, Places]:
    """Pairs of persons with one address, which has a number in it, or one mobile."""
    numbered = np.array(
        [any(map(str.isdecimal, each)) for each in records.addresses.distinct], dtype=np.bool_
    )
    is_person = ~records.is_organization
    found = np.unique(
        np.concatenate([
            _every_two(records.addresses, MOST_AT_ADDRESS, is_person, numbered),
            _every_two(records.mobiles, MOST_ON_MOBILE, is_person),
        ])
    )  # fmt: skip
    return found >> 32, found & 0xFFFFFFFF


def _every_two(
    of: Values[str], most: int, is_person: NDArray[np.bool_], says: NDArray[np.bool_] | None = None
) -> Places:
    """Two persons of each value that no more have than `most`, organisations too, as Blocks gives them."""
    if not len(of.codes):
        return np.empty(0, dtype=np.int64)
    places = np.repeat(np.arange(len(of.counts), dtype=np.int64), of.counts)
    few = of.frequencies() <= most
    kept = (few if says is None else few & says)[of.codes] & is_person[places]
    if not kept.any():
        return np.empty(0, dtype=np.int64)
    return Blocks.of(of.codes[kept].astype(np.int64), places[kept]).every_two(most)


def _equal(values: Sequence[str], one: Numbers, other: Numbers) -> Levels:
    found: Levels = (one == other).astype(np.int8)
    return found


def _surnames(values: Sequence[tuple[str, str, str, str]], one: Numbers, other: Numbers) -> Levels:
    """As they are said."""
    known: dict[str, int] = {"": -1}
    surnames = np.array([known.setdefault(value[2], len(known)) for value in values], dtype=np.int32)
    in_letters = np.array([value[0].isascii() for value in values], dtype=np.bool_)
    first, second = surnames[one], surnames[other]
    found = np.select(
        [(first < 0) | (second < 0), first != second, in_letters[one] & in_letters[other]],
        [MISSING, DIFFERENT, SAME_IN_LETTERS],
        SAME,
    )
    return found.astype(np.int8)


def _ages(records: Columns, one: Places, other: Places, today: date) -> tuple[Levels, NDArray[np.int8]]:
    """By the first birth date of each: the level, and who is older."""
    born = _days_of_birth(records.births)
    first, second = born[one], born[other]
    is_known = (first > 0) & (second > 0)
    years = np.abs(first - second) / 365.25
    youngest = (_day(today.year, today.month, today.day) - np.maximum(first, second)) / 365.25
    found = np.select(
        [~is_known, years > TWO_GENERATIONS, years >= GENERATION, youngest >= ADULT],
        [MISSING, FURTHER, A_GENERATION, ONE_GENERATION],
        UNDER_AGE,
    )
    older = np.where(is_known, np.sign(first - second), 0)
    return found.astype(np.int8), older.astype(np.int8)


def _days_of_birth(births: Values[str]) -> Places:
    """Of each record, in days from a beginning of their own, 0: not known. Impossible dates count too."""
    read = np.array(
        [_day(int(b[:4]), int(b[4:6]), int(b[6:])) for b in births.distinct] or [0], dtype=np.int64
    )
    found = np.zeros(len(births.counts), dtype=np.int64)
    told = births.counts > 0
    found[told] = read[births.codes[births.starts[:-1][told]]]
    return found


def _day(year: int, month: int, day: int) -> int:
    """Days since the year 0, near enough for ages."""
    return int(year * 365.25 + (month - 1) * 30.44) + day


def _odds(levels: Levels, prior: float, weights: Mapping[str, tuple[float, ...]]) -> NDArray[np.float64]:
    odds = np.full(len(levels), prior)
    for place, field in enumerate(FIELDS):
        if field in weights:
            odds += np.array([*weights[field], 0.0])[levels[:, place]]  # the last for MISSING, -1
    return odds
