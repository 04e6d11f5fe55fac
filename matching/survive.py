"""Which of the values said of one thing stands: the golden value, and by what it is ahead of others."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class Group(StrEnum):
    """Attributes in which a source is trusted alike."""

    NAMES = "NAMES"
    IDENTITY = "IDENTITY"
    DEMOGRAPHICS = "DEMOGRAPHICS"
    SERVICE = "SERVICE"


# By the names that fields have in the records of sources.
GROUPS = {
    "name": Group.NAMES,
    "kind": Group.IDENTITY,
    "gender": Group.DEMOGRAPHICS,
    "birth_date": Group.DEMOGRAPHICS,
    "status": Group.SERVICE,
    "branch": Group.SERVICE,
    "created_at": Group.SERVICE,
}


class Criterion(StrEnum):
    """By what one value is ahead of another, the weightiest first."""

    PINNED = "PINNED"  # a steward holds it
    CORRECTED = "CORRECTED"  # somebody said it by hand who could know the other one
    VERIFIED = "VERIFIED"  # a document says the same
    TRUSTED = "TRUSTED"  # its source is ranked higher
    OWN = "OWN"  # it was said of this customer, the other one of somebody merged into it, before that
    NEWEST = "NEWEST"
    FULLEST = "FULLEST"  # it says more
    FIRST = "FIRST"  # the hub knew it earlier: all else is equal


@dataclass(frozen=True, slots=True)
class Claim:
    """A value as JSON has it, and by whom. Two with one key are never compared.

    known_at: when the hub learned it; true_at: since when its source says so. came_along: said of a customer
    who was merged into this one later. A correction is by_hand; None is a value only there. turn: of what the
    hub learned at one instant the higher one came later.
    """

    key: str
    value: Any
    known_at: datetime
    true_at: datetime | None = None
    trust: int = 0
    by_hand: bool = False
    is_pinned: bool = False
    is_verified: bool = False
    came_along: bool = False
    turn: int = 0


@dataclass(frozen=True)
class _Corrections:
    """When somebody last said it by hand, of this customer and of those merged into it."""

    own: datetime | None
    along: datetime | None

    def is_overruled(self, claim: Claim) -> bool:
        """Whether it was there when somebody said something else."""
        limits = [self.own, self.along] if claim.came_along else [self.own]
        at = claim.known_at
        return any(
            limit is not None and (at < limit or (at == limit and not claim.by_hand)) for limit in limits
        )


def ranked(claims: Iterable[Claim]) -> list[Claim]:
    """The one that stands, then the others in order."""
    given = list(claims)
    corrections = _corrections(given)
    return sorted(given, key=lambda claim: _place(claim, corrections))


def ahead_by(winner: Claim, other: Claim, claims: Sequence[Claim]) -> Criterion:
    """By what the first of these claims is ahead of another one."""
    corrections = _corrections(claims)
    pairs = zip(Criterion, _place(winner, corrections), _place(other, corrections), strict=True)
    return next(criterion for criterion, one, another in pairs if one != another)


def _corrections(claims: Sequence[Claim]) -> _Corrections:
    def last(came_along: bool) -> datetime | None:
        said = [each.known_at for each in claims if each.by_hand and each.came_along is came_along]
        return max(said, default=None)

    return _Corrections(last(False), last(True))


def _place(claim: Claim, corrections: _Corrections) -> tuple[Any, ...]:
    """What claims are sorted by, smallest first: one value for each criterion.

    What a source says after a correction is newer than it, however old the source's own date is: it did not
    say so before.
    """
    since = claim.known_at if claim.by_hand else claim.true_at or claim.known_at
    return (
        not claim.is_pinned,
        corrections.is_overruled(claim),
        not claim.is_verified,
        -claim.trust,
        claim.came_along,
        (claim.by_hand, -since.timestamp(), 0 if claim.true_at else -claim.turn),
        -len(str(claim.value)) if claim.value is not None else 0,
        (claim.known_at, len(claim.key), claim.key),  # keys are numbered: the record that was there first
    )
