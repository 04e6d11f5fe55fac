"""How many customers somebody has in sight: what tells from which side a list of all is sooner made."""

from collections.abc import Hashable
from time import monotonic

from sqlalchemy import Connection

from execution.shelves import Shelf
from execution.work import MANY, Few
from loaders.batches import FEW, FEW_COUNTED
from master.access import few_in_sight
from master.sight import Sight, bound
from schema.context import Context

REMEMBERED_SECONDS = 10.0  # counting takes as long as 25 customers with their policies do
KEPT = 1000


class Crowds:
    """Counted once in a while: both ways give the same, so that an old count costs time alone."""

    def __init__(self) -> None:
        self._counted: Shelf[tuple[float, Few]] = Shelf(KEPT)

    async def few(self, context: Context, asks: Few) -> Few:
        """Whether it is so few that pages, and counts, are made from them; counted only where it is asked."""
        sight = context.viewer.sight
        if sight is None or asks == MANY:
            return MANY
        key: Hashable = (sight.ids, sight.reach, asks)
        kept = self._counted.get(key)
        if kept is not None and monotonic() - kept[0] < REMEMBERED_SECONDS:
            return kept[1]
        found = await context.read(lambda connection: _counted(connection, sight, asks))
        self._counted.put(key, (monotonic(), found), context.viewer.token_id)
        return found


def _counted(connection: Connection, sight: Sight, asks: Few) -> Few:
    (paged, summed), given = asks, bound(sight)
    return (
        paged and few_in_sight(connection, sight.reach, FEW, given),
        summed and few_in_sight(connection, sight.reach, FEW_COUNTED, given),
    )
