"""Cases of every class, and for each of them all customers whom it truly fits."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

from benchmarks.search.classes import CLASSES, Asked, Case
from benchmarks.search.truth import KEYS, NEAR
from indexing.documents.customers import CustomerDocument
from intake.sample.chance import dice_of

TOP = 10


# Readings that few people know make a hit right, but nobody is wrong not to give it.
USUAL = {space: f"usual {space}" for space in ("letters", "glued", "near sound")}


@dataclass(frozen=True)
class Judged:
    """A case, the ids of all that fit, and of those that surely do."""

    case: Case
    fits: frozenset[int]
    surely: frozenset[int]

    @property
    def most(self) -> int:
        """How many of the first ten ought to fit."""
        return min(TOP, len(self.surely))

    def precision(self, found: Sequence[int]) -> float:
        return len(self.fits.intersection(found[: self.most])) / self.most


def cases(documents: Sequence[CustomerDocument], wanted: int, seed: int) -> dict[str, list[Case]]:
    """For each class so many cases, of customers drawn anew for each."""
    found: dict[str, list[Case]] = {}
    for each in CLASSES:
        dice = dice_of("cases", each.name, seed)
        made: list[Case] = []
        for at in dice.sample(range(len(documents)), len(documents)):
            typed = each.make(documents[at], dice)
            if typed:
                made.append(Case(documents[at].id, *typed))
            if len(made) == wanted:
                break
        found[each.name] = made
    return found


def judged(documents: Sequence[CustomerDocument], found: dict[str, list[Case]]) -> dict[str, list[Judged]]:
    """Each case with everybody whom it fits."""
    asked = {key for each in found.values() for case in each for key in case.asked}
    asked |= {_usual(key) for key in asked}
    asked |= {("letters", key) for space, key in asked if space == "near sound"}
    holders = _holders(documents, asked) | _near(documents, asked)
    for space, key in asked:
        if space == "near sound":  # what is no slip at all is right, too, and not wrong to leave out
            holders["near sound", key] = holders["near sound", key] | holders["letters", key]

    @cache  # a thousand cases of one letter ask for 26 things, each with 50,000 customers
    def fitting(keys: tuple[Asked, ...]) -> frozenset[int]:
        return frozenset.intersection(*(frozenset(holders[key]) for key in keys))

    return {
        name: [
            Judged(case, fitting(tuple(case.asked)), fitting(tuple(map(_usual, case.asked)))) for case in each
        ]
        for name, each in found.items()
    }


def _usual(asked: Asked) -> Asked:
    space, key = asked
    return USUAL.get(space, space), key


def _holders(documents: Iterable[CustomerDocument], asked: set[Asked]) -> dict[Asked, set[int]]:
    """Who has each of the keys that are asked for."""
    wanted: dict[str, dict[str, set[int]]] = {space: {} for space in KEYS}
    for space, key in asked:
        if space in wanted:
            wanted[space][key] = set()
    for document in documents:
        for space, keys in wanted.items():
            if keys:
                for key in keys.keys() & set(KEYS[space](document)):
                    keys[key].add(document.id)
    return {(space, key): ids for space, keys in wanted.items() for key, ids in keys.items()}


def _near(documents: Iterable[CustomerDocument], asked: set[Asked]) -> dict[Asked, set[int]]:
    """Who has something within one edit of what was typed."""
    found: dict[Asked, set[int]] = {}
    for space, values in NEAR.items():
        typed = sorted(key for of, key in asked if of == space)
        if not typed:
            continue
        holders: dict[str, set[int]] = {}
        for document in documents:
            for value in values(document):
                holders.setdefault(value, set()).add(document.id)
        vocabulary = list(holders)
        for start in range(0, len(typed), 50):
            some = typed[start : start + 50]
            edits = cdist(some, vocabulary, scorer=OSA.distance, score_cutoff=1, dtype=numpy.uint8)
            for row, text in enumerate(some):
                near = numpy.flatnonzero(edits[row] <= 1)
                found[space, text] = set().union(*(holders[vocabulary[at]] for at in near))
    return found
