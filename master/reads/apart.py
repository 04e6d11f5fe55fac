"""Which customers are two by what people say, or may be: somebody told them apart, could not tell, or undid a
merge of them."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, null, select

from master.reads.reviews import who_is_now
from master.tables.base import table
from master.tables.codes import ReviewAnswer, ReviewStatus
from master.tables.merges import MergedCustomerRow, MergeRow
from master.tables.reviews import ReviewTaskRow

tasks, merges, merged = table(ReviewTaskRow), table(MergeRow), table(MergedCustomerRow)

Pair = tuple[int, int]

_NOT_ONE = select(tasks.c.one_id.label("one"), tasks.c.other_id.label("other"), tasks.c.identity).where(
    tasks.c.status == ReviewStatus.DECIDED, tasks.c.answer != ReviewAnswer.SAME
)
_UNDONE = select(merges.c.survivor_id.label("one"), merges.c.customer_id.label("other"), null()).where(
    merges.c.undone_at.is_not(None)
)


@dataclass(frozen=True)
class Apart:
    """Pairs of customers as they are today, the older one first.

    told: with a digest of what was compared of them then; it holds as long as that is the same. taken: a
    merge of them was undone, or one of those who were told apart is another customer by now, of whom nobody
    can say whether it changed: these hold for good.
    """

    told: dict[Pair, bytes]
    taken: set[Pair]


def apart(connection: Connection, ids: Collection[int] | None = None) -> Apart:
    """ids: where both are of these customers; None: all pairs."""
    found = _NOT_ONE.union_all(_UNDONE).subquery()
    now = (who_is_now(found.c.one).label("one_now"), who_is_now(found.c.other).label("other_now"))
    wanted = select(found, *now)
    if ids is not None:
        were = [*ids, *connection.scalars(select(merged.c.id).where(merged.c.survivor_id.in_(ids)))]
        wanted = wanted.where(found.c.one.in_(were), found.c.other.in_(were))
    told: dict[Pair, bytes] = {}
    taken: set[Pair] = set()
    for row in connection.execute(wanted):
        one, other = sorted((row.one_now, row.other_now))
        if row.identity is not None and (row.one, row.other) == (one, other):
            told[one, other] = bytes(row.identity)
        elif one != other:
            taken.add((one, other))
    return Apart(told, taken)
