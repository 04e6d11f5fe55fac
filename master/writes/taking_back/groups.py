"""What a transaction did for the records of one source, by whom or what it was done to, and what of that can
be undone."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Table, select

from master.session import Transaction
from master.tables.base import Row, table
from master.tables.children import DERIVED
from master.tables.codes import TakenBack
from master.tables.customers import CustomerRow
from master.tables.relations import RelationRow
from master.tables.sources import SourceRecordRow
from master.writes.sourced.statements import rows_in
from master.writes.taking_back.deeds import Deed, Found, TakingIn, deeds_on
from master.writes.taking_back.scopes import OF_A_SOURCE, Part, Scope

records, customers, relations = table(SourceRecordRow), table(CustomerRow), table(RelationRow)

WHOSE = ("customer_id", "entity_id")

Owner = Any  # an id; of a relation those of both sides


@dataclass(frozen=True)
class Line:
    """An incoming record: its id and its source's key."""

    id: int
    key: str


@dataclass
class Group:
    """lines: by which it was said. entity: what was done to the owner itself. rows: by table, all of it;
    parts: what was done to some of them."""

    owner: Owner
    is_there: bool = True
    lines: list[Line] = field(default_factory=list)
    records: list[Deed] = field(default_factory=list)
    entity: Deed | None = None
    rows: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    parts: defaultdict[str, list[Deed]] = field(default_factory=lambda: defaultdict(list))

    @property
    def is_made(self) -> bool:
        return self.entity is not None and self.entity.is_made

    def made(self, scope: Scope) -> Iterable[tuple[str, int]]:
        """The rows that the transaction made: table and key."""
        if scope.entity is not None and self.is_made:
            yield table(scope.entity).name, self.owner
        for name, deeds in (*self.parts.items(), (records.name, self.records)):
            yield from ((name, deed.key) for deed in deeds if deed.is_made)


@dataclass
class Gathered:
    """found: by table, all rows of the owners."""

    taking_in: TakingIn
    kind: str
    scope: Scope
    groups: dict[Owner, Group]
    found: dict[str, Found]


def gathered(tx: Transaction, taking_in: TakingIn, kind: str, lines: Sequence[Line]) -> Gathered:
    """The owners are locked first, as imports lock them: nobody says anything of them meanwhile."""
    scope, target = OF_A_SOURCE[kind], customers
    its = (records.c.source_id == taking_in.source_id, records.c.kind == kind)
    keys = [line.key for line in lines]
    known = list(
        rows_in(
            tx, select(records.c.entity_id, records.c.customer_id).where(*its), records.c.source_key, keys
        )
    )
    if scope.entity is not None:
        target = table(scope.entity)
    whose = {row.entity_id if scope.entity is not None else row.customer_id for row in known} - {None}
    lock = select(target.c.id).order_by(target.c.id).with_for_update()
    list(rows_in(tx, lock, target.c.id, sorted(whose)))
    said = deeds_on(tx, taking_in, records.c.source_key, keys, *its)
    groups = _grouped(tx, kind, said, lines)
    found = _add_parts(tx, taking_in, scope, groups)
    return Gathered(taking_in, kind, scope, groups, {**found, records.name: said})


def _grouped(tx: Transaction, kind: str, said: Found, lines: Sequence[Line]) -> dict[Owner, Group]:
    """By owner, of records to which something was done."""
    owners = _owners(tx, kind, said.deeds.values())
    by_key = {said.rows[id]["source_key"]: deed for id, deed in said.deeds.items()}
    groups: dict[Owner, Group] = {}
    for line in lines:
        if (deed := by_key.get(line.key)) is None:
            continue
        owner = owners[deed.key]
        group = groups.setdefault(owner, Group(owner))
        group.lines.append(line)
        if deed not in group.records:
            group.records.append(deed)
    return groups


def _owners(tx: Transaction, kind: str, deeds: Iterable[Deed]) -> dict[int, Owner]:
    if kind == "documents":
        return {deed.key: deed.now["customer_id"] for deed in deeds}
    entities = {deed.key: deed.now["entity_id"] for deed in deeds}
    if kind != "relations":
        return entities
    sides = select(relations.c.id, relations.c.customer_id, relations.c.other_id)
    pairs = {row.id: pair_of(row._asdict()) for row in rows_in(tx, sides, relations.c.id, entities.values())}
    return {key: pairs.get(entity, (0, 0)) for key, entity in entities.items()}


def pair_of(row: Mapping[str, Any]) -> tuple[int, int]:
    """Both sides of a relation, whichever row of the two it is."""
    one, other = sorted((row["customer_id"], row["other_id"]))
    return one, other


def _add_parts(
    tx: Transaction, taking_in: TakingIn, scope: Scope, groups: Mapping[Owner, Group]
) -> dict[str, Found]:
    found: dict[str, Found] = {}
    if scope.entity is not None:
        target = table(scope.entity)
        entities = deeds_on(tx, taking_in, target.c.id, sorted(groups))
        for owner, each in groups.items():
            each.entity, each.is_there = entities.deeds.get(owner), owner in entities.rows
        found[target.name] = entities
    for part in scope.parts:
        found[part.table.name] = there = deeds_on(
            tx, taking_in, part.table.c[part.owner], sorted(_ids(part, groups))
        )
        for id, row in there.rows.items():
            if (group := groups.get(_owner_of(part, row))) is not None:
                group.rows[part.table.name].append(id)
                if id in there.deeds:
                    group.parts[part.table.name].append(there.deeds[id])
    return found


def _ids(part: Part, owners: Iterable[Owner]) -> set[int]:
    if part.row is RelationRow:
        return {id for pair in owners for id in pair}
    return set(owners)


def _owner_of(part: Part, row: Mapping[str, Any]) -> Owner:
    return pair_of(row) if part.row is RelationRow else row[part.owner]


def left(tx: Transaction, all: Gathered) -> dict[Owner, TakenBack]:
    """The groups of which nothing can be undone, and why."""
    found = {owner: why for owner, group in all.groups.items() if (why := _changed_since(group)) is not None}
    made = {owner: group for owner, group in all.groups.items() if group.is_made and owner not in found}
    if made:
        entity: type[Row] = all.scope.entity  # type: ignore[assignment]  # where there is none, none was made
        own = {each for group in made.values() for each in group.made(all.scope)}
        found |= dict.fromkeys(owners_with_more(tx, table(entity), made, own), TakenBack.HAS_MORE)
    return found


def _changed_since(group: Group) -> TakenBack | None:
    if not group.is_there or any(name in each.changed_since for each in group.records for name in WHOSE):
        return TakenBack.MOVED
    if any(each.changed_since for each in group.records):
        return TakenBack.SAID_SINCE
    if group.is_made:
        own = [deed for deeds in group.parts.values() for deed in deeds if deed.is_made]
        if any(deed.changed_since for deed in (group.entity, *own) if deed is not None):
            return TakenBack.CHANGED_SINCE
    return None


def owners_with_more(
    tx: Transaction, target: Table, ids: Iterable[int], own: set[tuple[str, int]]
) -> set[int]:
    """Those of these rows on which, by the foreign keys, something hangs that is not their own."""
    wanted = sorted(ids)
    found: set[int] = set()
    for each in Row.metadata.sorted_tables:
        for column in each.columns if each.name not in DERIVED else ():
            if not any(key.column.table is target for key in column.foreign_keys):
                continue
            (key, *_) = each.primary_key.columns
            statement = select(column.label("whose"), key.label("row"))
            for row in rows_in(tx, statement, column, wanted):
                if (each.name, row.row) not in own:
                    found.add(row.whose)
    return found
