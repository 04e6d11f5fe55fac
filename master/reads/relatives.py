"""Pairs that may be relatives as they stand, and who is known to belong together."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Connection, and_, case, func, select

from master.access import customers_in_sight
from master.reads.reviews import who_is_now
from master.sight import Sight, bound, reach_of
from master.tables.base import table
from master.tables.codes import SuggestionStatus
from master.tables.relations import HouseholdMemberRow, RelationRow, RelativeSuggestionRow

suggestions, relations = table(RelativeSuggestionRow), table(RelationRow)
members = table(HouseholdMemberRow)

# Each with who the two are today: one, where they were merged.
SUGGESTIONS = select(
    *suggestions.c,
    who_is_now(suggestions.c.one_id).label("one_now"),
    who_is_now(suggestions.c.other_id).label("other_now"),
)


def belonging_together(connection: Connection) -> NDArray[np.int64]:
    """Pairs of customers (ids, the lower one first) that are related, or of one household."""
    other = members.alias("other")
    housemates = (
        select(members.c.customer_id, other.c.customer_id)
        .join(other, other.c.household_id == members.c.household_id)
        .where(members.c.ended_at.is_(None), other.c.ended_at.is_(None))
        .where(members.c.customer_id < other.c.customer_id)
    )
    related = select(relations.c.customer_id, relations.c.other_id).where(
        relations.c.ended_at.is_(None), relations.c.customer_id < relations.c.other_id
    )
    found = [tuple(row) for each in (related, housemates) for row in connection.execute(each)]
    return np.array(found, dtype=np.int64).reshape(-1, 2)


@dataclass(frozen=True)
class Figures:
    """Of the suggestions in sight. oldest_at: when the oldest open one was proposed."""

    open: int
    oldest_at: datetime | None
    accepted: int
    refused: int


def figures(connection: Connection, sight: Sight | None) -> Figures:
    found, reach = SUGGESTIONS.subquery(), reach_of(sight)

    def many(holds: ColumnElement[bool]) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((holds, 1), else_=0)), 0)

    its = {each: found.c.status == each for each in SuggestionStatus}
    wanted = select(
        many(its[SuggestionStatus.OPEN]),
        func.min(case((its[SuggestionStatus.OPEN], found.c.proposed_at))),
        many(its[SuggestionStatus.ACCEPTED]),
        many(its[SuggestionStatus.REFUSED]),
    ).where(and_(customers_in_sight(found.c.one_now, reach), customers_in_sight(found.c.other_now, reach)))
    return Figures(*connection.execute(wanted.params(bound(sight))).one())
