"""Documents, contact points, tags and relations that a source says no longer when a batch is undone, though
others made their rows."""

from collections.abc import Iterable

from sqlalchemy import select

from master.session import Transaction
from master.tables.base import table
from master.tables.relations import RelationRow
from master.writes.sourced.customer_tags import TagsChange, change_tags
from master.writes.sourced.items import DOCUMENTS, POINTS, ItemsChange, Key, Shape, change_items
from master.writes.sourced.rows import Said
from master.writes.sourced.said import parsed
from master.writes.sourced.statements import end_each, rows_in, update_each
from master.writes.taking_back.deeds import Deed
from master.writes.taking_back.groups import Gathered, Group
from master.writes.taking_back.still_said import NOBODY, both_sides, relations_said

relations = table(RelationRow)


def end_unsaid(tx: Transaction, all: Gathered, groups: Iterable[Group]) -> None:
    """Of customers who are there. Their rows are another's who says it too, or end, as when a source drops
    something. Asked when the records say again what they said before."""
    source_id = all.taking_in.source_id
    if source_id is None:
        return
    said = [(group.owner, [_said(deed, all.kind) for deed in group.records]) for group in groups]
    for shape in (DOCUMENTS, POINTS):
        items = [_items(shape, owner, each) for owner, each in said]
        change_items(tx, shape, source_id, [each for each in items if each.dropped])
    tags = [_tags(owner, each) for owner, each in said]
    change_tags(tx, source_id, [each for each in tags if each.dropped])


def end_unsaid_relations(tx: Transaction, all: Gathered, groups: Iterable[Group]) -> None:
    """Those that records said who are gone; one that somebody has accepted is a source's no longer."""
    found, source_id = all.found[relations.name], all.taking_in.source_id
    named = (deed.after["entity_id"] for group in groups for deed in group.records if deed.is_made)
    sides = {side for id in named if id in found.rows for side in both_sides(found.rows[id])}
    wanted = select(relations).where(relations.c.ended_at.is_(None), relations.c.source_id == source_id)
    rows = [
        row for row in rows_in(tx, wanted, relations.c.id, found.rows) if sides & both_sides(row._asdict())
    ]
    said = relations_said(tx, found, [row.id for row in rows])
    own = [row.id for row in rows if row.id not in said and row.recorded_by is None]
    others = {row.id: {"source_id": said.get(row.id)} for row in rows if row.id not in own}
    end_each(tx, relations, own)
    update_each(tx, relations, others)


def _said(deed: Deed, kind: str) -> tuple[Said, Said]:
    """What the record said before the batch, and by it."""
    before: Said = {} if deed.before is None else parsed(deed.before["content"])
    by_batch = parsed(deed.after["content"])
    if kind == "documents":
        return _of_one_document(before), _of_one_document(by_batch)
    return before, by_batch


def _of_one_document(said: Said) -> Said:
    return {"documents": [said["document"]]} if said else {}


def _items(shape: Shape, owner: int, said: Iterable[tuple[Said, Said]]) -> ItemsChange:
    dropped: dict[Key, dict[str, object]] = {}
    for before, by_batch in said:
        again = shape.said(before)
        dropped |= {key: its for key, its in shape.said(by_batch).items() if key not in again}
    return ItemsChange(NOBODY, owner, dropped, {})


def _tags(owner: int, said: Iterable[tuple[Said, Said]]) -> TagsChange:
    dropped = {
        tag
        for before, by_batch in said
        for tag in {*(by_batch.get("tags") or ())} - {*(before.get("tags") or ())}
    }
    return TagsChange(NOBODY, owner, frozenset(dropped), frozenset())
