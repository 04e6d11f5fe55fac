"""Documents, contact points and tags that a source said of a customer, and says no longer when a batch is
undone, though other batches made their rows."""

from collections.abc import Iterable

from master.session import Transaction
from master.writes.sourced.customer_tags import TagsChange, change_tags
from master.writes.sourced.items import DOCUMENTS, POINTS, ItemsChange, Key, Shape, change_items
from master.writes.sourced.rows import Said
from master.writes.sourced.said import parsed
from master.writes.taking_back.deeds import Deed
from master.writes.taking_back.groups import Group

NOBODY = 0  # no record has this id: all that is said by now counts


def end_unsaid(tx: Transaction, source_id: int, kind: str, groups: Iterable[Group]) -> None:
    """Of customers who are there. Their rows are another's who says it too, or end, as when a source drops
    something. Asked when the records say again what they said before."""
    said = [(group.owner, [_said(deed, kind) for deed in group.records]) for group in groups]
    for shape in (DOCUMENTS, POINTS):
        items = [_items(shape, owner, each) for owner, each in said]
        change_items(tx, shape, source_id, [each for each in items if each.dropped])
    tags = [_tags(owner, each) for owner, each in said]
    change_tags(tx, source_id, [each for each in tags if each.dropped])


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
