"""Who saw a customer."""

from typing import Any

from sqlalchemy import CTE, Select, case, select, true, union_all

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
    """Who each customer was, or one who was merged into it, and from when until when: with whom that one was
    merged, or of whom it was split off, and into whom those had gone meanwhile."""
    undone = (merge.c.survivor_id.label("was"), merge.c.at.label("since"), merge.c.undone_at.label("until"))
    taken = (split.c.stays_id, split.c.since, split.c.at)
    parted = [(merge, undone, merge.c.undone_at.is_not(None)), (split, taken, true())]
    own = [
        select(which.c.customer_id, *times).where(has_parted, tied(which.c.customer_id))
        for which, times, has_parted in parted
    ]
    of_merged = [
        select(merged.c.survivor_id.label("customer_id"), *times)
        .join(which, which.c.customer_id == merged.c.id)
        .where(has_parted, tied(merged.c.survivor_id))
        for which, times, has_parted in parted
    ]
    been = select(union_all(*own, *of_merged).subquery("first")).cte("been", recursive=True, nesting=True)
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
