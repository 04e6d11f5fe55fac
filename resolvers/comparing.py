"""A record beside customers, as far as the viewer may know of either."""

import asyncio
from collections.abc import Sequence
from typing import cast

from loaders.customers import customers_by_id
from master.access import Viewer
from matching.beside import Likeness, beside
from matching.normalized import NormalRecord
from matching.rules import shipped
from matching.seeing import Seeing
from schema.comparing import hidden_from
from schema.context import Context
from schema.matches import CustomerMatch, MatchVerdict
from schema.reasons import MatchReason


class Comparing(Seeing):
    """hidden: as schema.comparing.hidden_from tells."""

    def matches(self, record: NormalRecord, customers: Sequence[NormalRecord]) -> list[CustomerMatch]:
        """All of them, the likeliest first."""
        return [_match(customers[each.place], each) for each in self._beside(record, customers)]

    def likely(
        self, record: NormalRecord, customers: Sequence[NormalRecord], most: int
    ) -> list[CustomerMatch]:
        """The first of those that are worth a look, or but for a guard would be, the likeliest first."""
        found = [each for each in self._beside(record, customers) if each.is_likely]
        return [_match(customers[each.place], each) for each in found[:most]]

    def _beside(self, record: NormalRecord, customers: Sequence[NormalRecord]) -> list[Likeness]:
        return beside(record, customers, shipped(), self.hidden)


def comparing(viewer: Viewer) -> Comparing:
    return Comparing(hidden_from(viewer))


async def in_sight(context: Context, found: Sequence[CustomerMatch]) -> list[CustomerMatch]:
    """Those that the viewer sees: all are read at once, and noted as shown."""
    rows = await asyncio.gather(*(context.loaders.load(customers_by_id, each.customer_id) for each in found))
    return [each for each, row in zip(found, rows, strict=True) if row is not None]


def _match(customer: NormalRecord, found: Likeness) -> CustomerMatch:
    return CustomerMatch(
        customer_id=cast(int, customer.id),
        probability=found.probability,
        verdict=MatchVerdict(found.verdict),
        reasons=[
            MatchReason(field=each.field, level=each.level, weight=each.weight) for each in found.reasons
        ],
        guards=found.guards,
    )
