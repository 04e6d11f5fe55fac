"""Undoes what a transaction did for the records of one source: rows that it made go, columns that it changed
become what they were."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import delete, update

from master.session import Transaction
from master.tables.base import table
from master.tables.children import MOVED, derived_tables
from master.tables.codes import TakenBack
from master.tables.customers import CustomerRow
from master.tables.sources import HandValueRow, SourceRecordRow
from master.writes.derived import refresh
from master.writes.sourced.doubtful_documents import mend_doubts
from master.writes.sourced.golden import COLUMNS
from master.writes.sourced.parties import customers_on
from master.writes.sourced.statements import MOST_IN_LIST, update_each
from master.writes.taking_back.deeds import Deed, Found, TakingIn, key_of
from master.writes.taking_back.groups import Gathered, Group, Line, gathered, left
from master.writes.taking_back.said_again import said_again
from master.writes.taking_back.standing import let_stand
from master.writes.taking_back.still_said import still_said
from master.writes.taking_back.unsaid import end_unsaid, end_unsaid_relations

customers, records, by_hand = table(CustomerRow), table(SourceRecordRow), table(HandValueRow)

ALIKE = {moved.name: moved for moved in MOVED if moved.alike}


@dataclass
class Undoing:
    """gone: keys of rows by table; put_back: columns by table and key; partly: owners of whom something was
    changed since, and stays."""

    gone: defaultdict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    put_back: defaultdict[str, dict[int, dict[str, Any]]] = field(default_factory=lambda: defaultdict(dict))
    partly: set[Any] = field(default_factory=set)

    def undo(self, found: Found, deed: Deed, owner: Any) -> None:
        name = found.target.name
        marks = _marks(name)
        if deed.is_made:
            if set(deed.changed_since) <= marks:
                self.gone[name].add(deed.key)
            else:
                self.partly.add(owner)
            return
        stays = deed.stays
        before: Any = deed.before
        back = {column: before[column] for column in deed.changed if column not in (*stays, "doubt")}
        if back:
            self.put_back[name][deed.key] = back
        if stays:
            self.partly.add(owner)


def take_back_records(
    tx: Transaction, taking_in: TakingIn, kind: str, lines: Sequence[Line]
) -> dict[int, TakenBack]:
    """By line, what became of it; of lines that changed nothing, nothing is told."""
    all = gathered(tx, taking_in, kind, lines)
    kept = left(tx, all) | _repeated(tx, all)
    going = [group for owner, group in all.groups.items() if owner not in kept]
    undoing = Undoing()
    for group in going:
        _plan(all, group, undoing)
    touched = _touched(tx, kind, going)
    _carry_out(tx, all, undoing)
    touched |= _touched(tx, kind, going)
    staying = [group for group in going if group.owner not in undoing.gone[customers.name]]
    _settle(tx, all, staying, undoing)
    _derive(tx, kind, touched - undoing.gone[customers.name])
    told: dict[int, TakenBack] = {}
    for owner, group in all.groups.items():
        done = TakenBack.PARTLY if owner in undoing.partly else TakenBack.TAKEN_BACK
        told |= dict.fromkeys((line.id for line in group.lines), kept.get(owner, done))
    return told


def _repeated(tx: Transaction, all: Gathered) -> dict[Any, TakenBack]:
    lines = [line for group in all.groups.values() for line in group.lines]
    again = said_again(tx, all.taking_in, all.kind, lines)
    return {
        owner: TakenBack.SAID_SINCE
        for owner, group in all.groups.items()
        if any(line.id in again for line in group.lines)
    }


def _settle(tx: Transaction, all: Gathered, staying: Sequence[Group], undoing: Undoing) -> None:
    """Of customers who stay: nothing stands that nobody says any more."""
    if all.kind == "relations":
        end_unsaid_relations(tx, all, staying)
    if all.kind in ("customers", "documents"):
        end_unsaid(tx, all, staying)
    if all.kind == "customers":
        let_stand(tx, all.taking_in, staying, undoing.put_back[customers.name])


def _plan(all: Gathered, group: Group, undoing: Undoing) -> None:
    held = _held(group)
    for name, deeds in group.parts.items():
        for deed in deeds:
            if name != by_hand.name or deed.now["field"] not in held:
                undoing.undo(all.found[name], deed, group.owner)
        _guard(all.found[name], group, undoing)
    for deed in group.records:
        undoing.undo(all.found[records.name], deed, group.owner)
    if group.entity is not None and all.scope.entity is not None:
        undoing.undo(all.found[table(all.scope.entity).name], group.entity, group.owner)


def _held(group: Group) -> set[str]:
    """The fields in which somebody has said something else since: what was there before the batch by a hand
    that is not known stays known."""
    if group.entity is None or group.is_made:
        return set()
    stays = set(group.entity.stays)
    return {field for field, column in COLUMNS.items() if column in stays}


def _guard(found: Found, group: Group, undoing: Undoing) -> None:
    """Nothing is said twice, and one row alone is marked, where others have come since."""
    name = found.target.name
    moved = ALIKE.get(name)
    if moved is None:
        return
    gone, back = undoing.gone[name], undoing.put_back[name]
    owners = [owner.column for owner in moved.owners]
    for deed in group.parts[name]:
        its = back.get(deed.key)
        if its is None:
            continue
        ids = [id for id in group.rows[name] if id != deed.key and id not in gone]
        others = [{**found.rows[id], **back.get(id, {})} for id in ids]
        standing = [row for row in others if row["ended_at"] is None]
        wanted = {**deed.now, **its}
        opens = "ended_at" in its and wanted["ended_at"] is None
        if opens and any(_equal(row, wanted, (*owners, *moved.alike)) for row in standing):
            del its["ended_at"]
        mark = moved.mark
        if mark is not None and its.get(mark.column):
            among = (*owners, *mark.within)
            if any(row[mark.column] and _equal(row, wanted, among) for row in standing):
                del its[mark.column]


def _equal(one: Mapping[str, Any], other: Mapping[str, Any], names: Iterable[str]) -> bool:
    return all(one[name] == other[name] for name in names)


def _marks(name: str) -> set[str]:
    moved = ALIKE.get(name)
    return {moved.mark.column} if moved is not None and moved.mark is not None else set()


def _carry_out(tx: Transaction, all: Gathered, undoing: Undoing) -> None:
    """Records first: what they say then decides which rows others still say."""
    _one_event_each(tx, undoing.gone[customers.name])
    _put(tx, all.found[records.name], undoing)
    kept = still_said(tx, all, undoing.gone, undoing.put_back)
    for name, sources in kept.items():
        undoing.gone[name] -= sources.keys()
        undoing.put_back[name] |= {id: {"source_id": source} for id, source in sources.items()}
    entity = None if all.scope.entity is None else table(all.scope.entity).name
    names = [part.table.name for part in all.scope.parts]
    for each in names if entity is None else [*names, entity]:
        _put(tx, all.found[each], undoing)


def _one_event_each(tx: Transaction, ids: Collection[int]) -> None:
    """Of customers that go their end alone is told, and not what goes with them."""
    change = update(customers).values(revised_in=tx.id, versioned_in=tx.id)
    for some in _portions(ids):
        tx.execute(change.where(customers.c.id.in_(some)))


def _put(tx: Transaction, found: Found, undoing: Undoing) -> None:
    target, gone = found.target, undoing.gone[found.target.name]
    for some in _portions(gone):
        if target is customers:
            for derived in derived_tables():
                tx.execute(delete(derived).where(derived.c.customer_id.in_(some)))
        tx.execute(delete(target).where(target.c[key_of(target)].in_(some)))
    update_each(tx, target, undoing.put_back[target.name])


def _portions(ids: Collection[int]) -> Iterable[list[int]]:
    every = sorted(ids)
    for start in range(0, len(every), MOST_IN_LIST):
        yield every[start : start + MOST_IN_LIST]


def _touched(tx: Transaction, kind: str, groups: Sequence[Group]) -> set[int]:
    """The customers of whom something derived may be another now."""
    owners = [group.owner for group in groups]
    if kind in ("customers", "documents"):
        return set(owners)
    if kind == "policies":
        return customers_on(tx, owners)
    if kind == "leads":
        leads = [group.entity for group in groups if group.entity is not None]
        return {state["customer_id"] for lead in leads for state in (lead.now, lead.before) if state}
    return set()


def _derive(tx: Transaction, kind: str, touched: Collection[int]) -> None:
    if kind in ("customers", "documents"):
        mend_doubts(tx, touched)
    refresh(tx, touched)
