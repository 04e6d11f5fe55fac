"""Documents, contact points and tags of two who were one: each has what its own source systems have said
meanwhile, and not the other one's."""

from collections.abc import Collection, Sequence

from master.sealing import seal_for
from master.session import Transaction
from master.tables.base import table
from master.tables.tags import CustomerTagRow
from master.writes.merging.said_rows import Likeness
from master.writes.merging.said_since import SourceSaid
from master.writes.merging.settling import Left
from master.writes.sourced.customer_tags import TagsChange, change_tags
from master.writes.sourced.items import DOCUMENTS, POINTS, ItemsChange, Shape, change_items

given = table(CustomerTagRow)


def say_again_of_restored(tx: Transaction, its: Sequence[SourceSaid]) -> None:
    """Do to the restored customer what its own records have come to say, as if it had never been away."""
    for said in its:
        for shape in (DOCUMENTS, POINTS):
            before, now = shape.said(said.before), shape.said(said.now)
            if before != now:
                change = ItemsChange(said.record_id, said.customer, before, now)
                change_items(tx, shape, said.source_id, [change])
        _say_tags(tx, said, *(frozenset(each.get("tags") or ()) for each in (said.before, said.now)))


def say_again_of_survivor(tx: Transaction, own: Sequence[SourceSaid], left: Left) -> None:
    """Its own records have come to say, or say no longer, what was said by a row that has left now: for it
    nothing was added then, or ended."""
    went = {moved.name: {row.says for row in rows if row.is_open} for moved, rows in left.items()}
    tags = {(tag, source) for tag, _, source, _ in went.get(given.name, ())}
    for said in own:
        for shape in (DOCUMENTS, POINTS):
            _say_items(tx, said, shape, went.get(shape.target.name, set()))
        gone = {tag for tag, source in tags if source == said.source_id}
        before, now = (gone.intersection(each.get("tags") or ()) for each in (said.before, said.now))
        _say_tags(tx, said, frozenset(before), frozenset(now))


def _say_tags(tx: Transaction, said: SourceSaid, before: frozenset[int], now: frozenset[int]) -> None:
    if before != now:
        change_tags(tx, said.source_id, [TagsChange(said.record_id, said.customer, before, now)])


def _say_items(tx: Transaction, said: SourceSaid, shape: Shape, gone: Collection[Likeness]) -> None:
    digest = seal_for(tx.master.keys, shape.purpose).digest
    before, now = (
        {key: columns for key, columns in shape.said(each).items() if (key[0], digest(key[1])) in gone}
        for each in (said.before, said.now)
    )
    dropped = {key: before[key] for key in before.keys() - now.keys()}
    new = {key: now[key] for key in now.keys() - before.keys()}
    if dropped or new:
        change = ItemsChange(said.record_id, said.customer, dropped, new)
        change_items(tx, shape, said.source_id, [change])
