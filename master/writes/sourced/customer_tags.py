"""Tags that a source gives to customers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from master.session import Transaction
from master.tables.base import table
from master.tables.codes import TagSource
from master.tables.tags import CustomerTagRow
from master.writes.sourced.beside import said_beside
from master.writes.sourced.statements import end_each, insert_many, rows_in

given = table(CustomerTagRow)


@dataclass(frozen=True, slots=True)
class TagsChange:
    """The tags (ids) that a source's record said last of a customer, and says now."""

    record_id: int
    customer_id: int
    before: frozenset[int]
    now: frozenset[int]

    @property
    def dropped(self) -> frozenset[int]:
        return self.before - self.now


def give_tags(tx: Transaction, source_id: int, new: Mapping[int, Sequence[int]]) -> None:
    """Give these tags to customers (by id) that do not have them from this source."""
    common = {"source": TagSource.IMPORT, "source_id": source_id, "assigned_at": tx.at, "recorded_at": tx.at}
    rows = [
        {"customer_id": customer_id, "tag_id": tag_id}
        for customer_id, tags in new.items()
        for tag_id in dict.fromkeys(tags)
    ]
    insert_many(tx, given, rows, common)


def change_tags(tx: Transaction, source_id: int, changes: Sequence[TagsChange]) -> None:
    """Give and end what differs, of different customers; tags from elsewhere stay, as does what the source
    says of the customer by another key."""
    there = _there(tx, source_id, (change.customer_id for change in changes))
    dropping = {each.customer_id: each.record_id for each in changes if each.dropped}
    beside = said_beside(tx, dropping)
    ended, added = [], {}
    for change in changes:
        kept = {
            tag
            for source, said in beside.get(change.customer_id, ())
            for tag in said.get("tags") or ()
            if source == source_id
        }
        ended += [
            there[change.customer_id, tag]
            for tag in sorted(change.dropped - kept)
            if (change.customer_id, tag) in there
        ]
        added[change.customer_id] = [
            tag for tag in sorted(change.now - change.before) if (change.customer_id, tag) not in there
        ]
    end_each(tx, given, ended)
    give_tags(tx, source_id, added)


def _there(tx: Transaction, source_id: int, customer_ids: Iterable[int]) -> dict[tuple[int, int], int]:
    """The rows of this source, by customer and tag."""
    statement = select(given.c.id, given.c.customer_id, given.c.tag_id).where(
        given.c.source_id == source_id, given.c.ended_at.is_(None)
    )
    found = rows_in(tx, statement, given.c.customer_id, customer_ids)
    return {(row.customer_id, row.tag_id): row.id for row in found}
