"""From pairs that are the same to customers: connected components, unless documents or people forbid it.

Union-find with path halving and union by size: R. E. Tarjan, J. van Leeuwen, "Worst-case analysis of set
union algorithms", Journal of the ACM 31 (1984).
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

K = TypeVar("K", bound=Hashable)

# A record's documents that prove themselves: number by type.
Proven = Mapping[str, str]


class Clusters:
    """Records joined so far; no cluster holds two proven documents of one type that differ, nor two that are
    `apart`."""

    def __init__(
        self,
        proven: Mapping[Hashable, Proven] | None = None,
        apart: Iterable[tuple[Hashable, Hashable]] = (),
    ) -> None:
        self._parent: dict[Hashable, Hashable] = {}
        self._size: dict[Hashable, int] = {}
        self._proven = {each: dict(numbers) for each, numbers in (proven or {}).items()}
        self._apart: dict[Hashable, set[Hashable]] = {}  # by root: records with whom none of its own is one
        for one, other in apart:
            self._apart.setdefault(one, set()).add(other)
            self._apart.setdefault(other, set()).add(one)

    def root(self, record: Hashable) -> Hashable:
        parent = self._parent
        while (above := parent.get(record, record)) != record:
            parent[record] = parent.get(above, above)
            record = parent[record]
        return record

    def join(self, one: Hashable, other: Hashable) -> bool:
        """Whether both are in one cluster now."""
        one, other = self.root(one), self.root(other)
        if one == other:
            return True
        if self._contradict(one, other):
            return False
        if self._size.get(one, 1) < self._size.get(other, 1):
            one, other = other, one
        self._parent[other] = one
        self._size[one] = self._size.get(one, 1) + self._size.get(other, 1)
        if numbers := self._proven.pop(other, None):
            self._proven.setdefault(one, {}).update(numbers)
        if others := self._apart.pop(other, None):
            self._apart.setdefault(one, set()).update(others)
        return True

    def _contradict(self, one: Hashable, other: Hashable) -> bool:
        if any(self.root(each) == other for each in self._apart.get(one, ())):
            return True
        mine, theirs = self._proven.get(one), self._proven.get(other)
        if not mine or not theirs:
            return False
        return any(theirs.get(type, number) != number for type, number in mine.items())


def clusters(
    links: Iterable[tuple[K, K]],
    proven: Mapping[K, Proven] | None = None,
    apart: Iterable[tuple[K, K]] = (),
) -> list[list[K]]:
    """Clusters of two and more, each in the order in which its records were named first.

    links: the surest first, for a link that would join two proven documents that differ is left out, or two
    of whom somebody says that they are apart: through a third as well.
    """
    joined = Clusters(proven, apart)  # type: ignore[arg-type]
    seen: dict[K, None] = {}
    for one, other in links:
        if joined.join(one, other):
            seen[one] = seen[other] = None
    groups: dict[Hashable, list[K]] = {}
    for record in seen:
        groups.setdefault(joined.root(record), []).append(record)
    return list(groups.values())


def one_to_one(links: Sequence[tuple[K, K]]) -> list[tuple[K, K]]:
    """For two sources that are each without duplicates: of each record its surest link only.

    links: the surest first.
    """
    taken: set[tuple[int, K]] = set()
    kept = []
    for one, other in links:
        if (0, one) not in taken and (1, other) not in taken:
            taken |= {(0, one), (1, other)}
            kept.append((one, other))
    return kept
