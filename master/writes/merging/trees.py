"""The merges that stand under one survivor, and the way on which a customer came to it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from master.session import Transaction
from master.tables.base import table
from master.tables.merges import MergedCustomerRow, MergeRow

merged, merges = table(MergedCustomerRow), table(MergeRow)


@dataclass(frozen=True)
class Step:
    """A merge on the way: into whom, and the last key that each table had then."""

    merge: int
    survivor: int
    last_ids: Mapping[str, int]


@dataclass(frozen=True)
class Tree:
    """survivor: who all of them are now. standing: all merges under it. way: from the merge that is undone to
    the survivor, each into somebody who went by the next. into: by standing merge, who the customer went into
    then. away: merges that were undone, by which somebody on the way was elsewhere meanwhile."""

    survivor: int
    standing: tuple[int, ...]
    way: tuple[Step, ...]
    into: Mapping[int, int]
    away: frozenset[int]

    @property
    def merge(self) -> int:
        return self.way[0].merge

    @property
    def others(self) -> list[int]:
        """The merges that stand on."""
        return [merge for merge in self.standing if merge != self.merge]


def tree_of(tx: Transaction, merge: int, survivor: int) -> Tree:
    """Where this merge, which stands, has its place."""
    rows = tx.execute(
        select(merges).join(merged, merged.c.merge_id == merges.c.id).where(merged.c.survivor_id == survivor)
    ).all()
    by_customer = {row.customer_id: row for row in rows}
    way: list[Step] = []
    row: Any = next(row for row in rows if row.id == merge)
    while row is not None:
        way.append(Step(row.id, row.survivor_id, json.loads(row.last_ids)))
        row = by_customer.get(row.survivor_id)
    into = {row.id: row.survivor_id for row in rows}
    return Tree(survivor, tuple(sorted(into)), tuple(way), into, _away(tx, way))


def _away(tx: Transaction, way: Sequence[Step]) -> frozenset[int]:
    """Also those by which whoever they were elsewhere with went further."""
    found, seen = set[int](), set[int]()
    places = {step.survivor for step in way}
    while places:
        seen |= places
        its = merges.c.customer_id.in_(places), merges.c.id > way[0].merge
        rows = tx.execute(select(merges.c.id, merges.c.survivor_id, merges.c.undone_at).where(*its)).all()
        found |= {row.id for row in rows if row.undone_at is not None}
        places = {row.survivor_id for row in rows} - seen
    return frozenset(found)
