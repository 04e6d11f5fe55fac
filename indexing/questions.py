"""A question to any search engine, as pure data: exact terms, constant scores, no engine's syntax."""

from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Term:
    field: str
    text: str


@dataclass(frozen=True, slots=True)
class AnyTerm:
    field: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Prefix:
    """Terms that begin with the text."""

    field: str
    text: str


@dataclass(frozen=True, slots=True)
class Fuzzy:
    """Terms one edit away: a letter more, less or other, or two swapped."""

    field: str
    text: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """Terms that follow one another."""

    field: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Between:
    """Integers from low to high, both included; None: open."""

    field: str
    low: int | None
    high: int | None


@dataclass(frozen=True, slots=True)
class AllOf:
    parts: tuple["Leaf", ...]


Leaf: TypeAlias = Term | AnyTerm | Prefix | Fuzzy | Phrase | Between | AllOf


@dataclass(frozen=True, slots=True)
class Tier:
    """Whoever fits one of these gets the score."""

    score: int
    any: tuple[Leaf, ...]


@dataclass(frozen=True, slots=True)
class Unit:
    """One typed part: the score of the best tier that fits; highest tier first."""

    tiers: tuple[Tier, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """The best of several alternatives; in each all units must fit, and their scores add up.

    With no alternative everything within the conditions fits with score 0.
    """

    alternatives: tuple[tuple[Unit, ...], ...] = ()
    must: tuple[Leaf, ...] = ()
    none: tuple[Leaf, ...] = field(default=())
