"""What part of the hub somebody sees, as data; master/access.py makes conditions of it."""

from dataclasses import dataclass
from functools import cached_property

from master.spelling import numbers_of


@dataclass(frozen=True)
class Reach:
    """How far somebody sees, apart from which branches: what tells one statement from another.

    few: so few customers are in sight that a list is made from them, not gone through for them.
    """

    sees_unassigned: bool = False
    own_rows_only: bool = False
    few: bool = False


@dataclass(frozen=True)
class Sight:
    """Some branches and all below them.

    branches: (id, code) of those that are named; ids: of these and of all below.
    """

    branches: tuple[tuple[int, str], ...]
    ids: tuple[int, ...]
    reach: Reach = Reach()

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(code for _, code in self.branches)

    @cached_property
    def listed(self) -> str:
        """The ids as a JSON list."""
        return numbers_of(self.ids)


def reach_of(sight: Sight | None) -> Reach | None:
    return None if sight is None else sight.reach


def bound(sight: Sight | None) -> dict[str, object]:
    """What statements with conditions of sight must be given."""
    return {} if sight is None else {"sight": sight.listed}
