"""Documents, contact points and tags of two who were one: what stood while they were is there of each whose
own records say it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from master.sealing import seal_for
from master.session import Transaction
from master.tables.base import table
from master.tables.customers import ContactPointRow, IdentityDocumentRow
from master.tables.tags import CustomerTagRow
from master.writes.merging.said_since import SourceSaid
from master.writes.sourced.customer_tags import TagsChange, change_tags
from master.writes.sourced.items import DOCUMENTS, POINTS, ItemsChange, Shape, change_items

documents, points, given = table(IdentityDocumentRow), table(ContactPointRow), table(CustomerTagRow)

Key = tuple[str, bytes]  # kind or type, and digest


@dataclass(frozen=True)
class Standing:
    """By table, what a customer has; tags: with their sources."""

    things: Mapping[str, frozenset[Key]]
    tags: frozenset[tuple[int, int | None]]


def standing_things(tx: Transaction, customer: int) -> Standing:
    def of(shape: Shape) -> frozenset[Key]:
        target = shape.target
        wanted = select(target.c[shape.kind], target.c[shape.index])
        its = (target.c.customer_id == customer, target.c.ended_at.is_(None))
        rows: Sequence[Any] = tx.execute(wanted.where(*its)).all()
        return frozenset((kind, bytes(index)) for kind, index in rows)

    tags = select(given.c.tag_id, given.c.source_id).where(
        given.c.customer_id == customer, given.c.ended_at.is_(None)
    )
    return Standing(
        {shape.target.name: of(shape) for shape in (DOCUMENTS, POINTS)},
        frozenset((row.tag_id, row.source_id) for row in tx.execute(tags)),
    )


def say_what_stood(tx: Transaction, records: Sequence[SourceSaid], stood: Standing) -> None:
    """Of each of the two customers what its own records say, where it stood until now: what one has taken
    away by hand does not come back."""
    for said in records:
        for shape in (DOCUMENTS, POINTS):
            digest = seal_for(tx.master.keys, shape.purpose).digest
            kept = stood.things[shape.target.name]
            now = {
                key: columns
                for key, columns in shape.said(said.now).items()
                if (key[0], digest(key[1])) in kept
            }
            if now:
                change = ItemsChange(said.record_id, said.customer, {}, now)
                change_items(tx, shape, said.source_id, [change])
        tags = frozenset(tag for tag in said.now.get("tags") or () if (tag, said.source_id) in stood.tags)
        if tags:
            given_again = TagsChange(said.record_id, said.customer, frozenset(), tags)
            change_tags(tx, said.source_id, [given_again])
