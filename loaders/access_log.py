"""Who saw a customer."""

from typing import Any

from sqlalchemy import CTE, Select, case, select

from loaders.relations import Order, Relation, Rows, Tied
from master.roles import AUDIT_READ
from master.tables.access import AccessEntryRow, AccessSubjectRow
from master.tables.base import table
from master.tables.merges import MergedCustomerRow, MergeRow, SplitRow

entry, subject = table(AccessEntryRow), table(AccessSubjectRow)
merged, merge, split = table(MergedCustomerRow), table(MergeRow), table(SplitRow)


def _accesses(tied: Tied) -> Select[Any]:
    """Of the customer, of those who were merged into it, and of who it was itself until a merge was undone,
    each once."""
    own = select(entry, subject.c.customer_id).join(subject, subject.c.entry_id == entry.c.id)
    was = (
        select(entry, merged.c.survivor_id.label("customer_id"))
        .join(subject, subject.c.entry_id == entry.c.id)
        .join(merged, merged.c.id == subject.c.customer_id)
    )
    # Whoever saw the two while they were one saw each of them.
    been = _been(tied)
    as_one = (
        select(entry, been.c.customer_id)
        .join(subject, subject.c.entry_id == entry.c.id)
        .join(been, been.c.was == subject.c.customer_id)
        .where(entry.c.at.between(been.c.since, been.c.until))
    )
    all_of_them = own.where(tied(subject.c.customer_id)).union(was.where(tied(merged.c.survivor_id)), as_one)
    return select(all_of_them.subquery("accesses"))


def _been(tied: Tied) -> CTE:
    """Who each customer was, and from when until when: with whom it was merged, or of whom it was split off,
    and into whom that one had gone meanwhile."""
    undone = select(
        merge.c.customer_id,
        merge.c.survivor_id.label("was"),
        merge.c.at.label("since"),
        merge.c.undone_at.label("until"),
    ).where(merge.c.undone_at.is_not(None), tied(merge.c.customer_id))
    taken = select(split.c.customer_id, split.c.stays_id, split.c.since, split.c.at)
    first = undone.union_all(taken.where(tied(split.c.customer_id))).subquery("first")
    been = select(first).cte("been", recursive=True, nesting=True)
    further = merge.alias("further")
    since = case((further.c.at > been.c.since, further.c.at), else_=been.c.since)
    until = case((further.c.undone_at < been.c.until, further.c.undone_at), else_=been.c.until)
    step = select(been.c.customer_id, further.c.survivor_id, since, until)
    overlaps = (further.c.at <= been.c.until) & (
        further.c.undone_at.is_(None) | (further.c.undone_at >= been.c.since)
    )
    return been.union(step.join(further, further.c.customer_id == been.c.was).where(overlaps))


accesses_by_customer = Relation(
    "accesses_by_customer",
    "pages",
    _accesses,
    key="customer_id",
    rows=Rows("AccessEntry", AUDIT_READ),
    order=Order(("id",), descending=True),
)
