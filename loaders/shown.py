"""Of whom a request showed something: what the access log is made of."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from loaders.batches import Ask, Slice
from loaders.look_ups import LookUp
from loaders.relations import Relation
from master.access import MOST_ROWS, Viewer
from master.roles import NAME
from master.tables.codes import Occasion


@dataclass
class Shown:
    """Customers (ids) whose rows were read for the answer, and on what occasion: the weightiest counts.

    parts_of: for each search by parts of masked values, the classes of these; looked_up: by whole ones, each
    once; previews: customers (ids) of which a merge was looked at, and the code that refused it, or OK.
    """

    customers: set[int] = field(default_factory=set)
    occasion: Occasion = Occasion.READ
    parts_of: list[tuple[str, ...]] = field(default_factory=list)
    looked_up: dict[LookUp, None] = field(default_factory=dict)  # in order; lists bring thousands
    previews: dict[tuple[int, ...], str] = field(default_factory=dict)

    def note(self, ask: Ask, answers: Iterable[Any], viewer: Viewer) -> None:
        """What a statement gave. Another person's name may be all that a row shows: one that is masked shows
        nothing."""
        column = shown_by(ask.relation, viewer)
        if column is None or ask.counted:
            return
        for answer in answers:
            rows = _rows(answer)
            seen = (row for row in rows if getattr(row, "is_seen", True))
            self.customers.update(id for row in seen if (id := getattr(row, column)) is not None)
            if len(rows) > MOST_ROWS:
                self.occasion = Occasion.EXPORT

    def searched(self, hits: int) -> None:
        """A search gave so many hits."""
        if hits > MOST_ROWS:
            self.occasion = Occasion.EXPORT
        elif self.occasion is Occasion.READ:
            self.occasion = Occasion.SEARCH


def shown_by(relation: Relation, viewer: Viewer) -> str | None:
    """The column with the customer of whom a row shows something to this viewer."""
    return None if relation.in_sight is None and viewer.masks(NAME) else relation.shows


def _rows(answer: Any) -> Sequence[Any]:
    if isinstance(answer, Slice):
        return answer.rows
    return answer if isinstance(answer, list) else [answer]
