"""Of whom a request showed something: what the access log is made of."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from loaders.batches import Ask, Slice
from master.access import MOST_ROWS
from master.tables.codes import Occasion


@dataclass
class Shown:
    """Customers (ids) whose rows were read for the answer, and on what occasion: the weightiest counts.

    parts_of: classes of masked fields by parts of which was searched.
    """

    customers: set[int] = field(default_factory=set)
    occasion: Occasion = Occasion.READ
    parts_of: tuple[str, ...] = ()

    def note(self, ask: Ask, answers: Iterable[Any]) -> None:
        """What a statement gave. Another person's name may be all that a row shows: where it depends on sight
        whether it does, the name's own look at the customer counts."""
        column = ask.relation.shows
        if column is None or ask.counted or (ask.relation.in_sight is None and ask.reach is not None):
            return
        for answer in answers:
            rows = _rows(answer)
            self.customers.update(id for row in rows if (id := getattr(row, column)) is not None)
            if len(rows) > MOST_ROWS:
                self.occasion = Occasion.EXPORT

    def searched(self) -> None:
        if self.occasion is Occasion.READ:
            self.occasion = Occasion.SEARCH


def _rows(answer: Any) -> Sequence[Any]:
    if isinstance(answer, Slice):
        return answer.rows
    return answer if isinstance(answer, list) else [answer]
