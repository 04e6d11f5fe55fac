"""The difference between a field that is left out (kept as it is) and one that is null (cleared)."""

from enum import Enum
from typing import Final, Literal, TypeAlias, TypeVar

T = TypeVar("T")


class _Keep(Enum):
    KEEP = "keep"


KEEP: Final = _Keep.KEEP
Kept: TypeAlias = T | Literal[_Keep.KEEP]
