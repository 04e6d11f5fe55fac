"""What a transaction added and others say too by now: it was not repeated for them, so it stays as theirs."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from master.sealing import seal_for
from master.session import Transaction
from master.tables.base import table
from master.tables.children import MOVED
from master.tables.codes import INVERSE
from master.tables.relations import RelationRow
from master.tables.sources import SourceRecordRow
from master.tables.tags import CustomerTagRow
from master.writes.sourced.beside import said_beside
from master.writes.sourced.items import DOCUMENTS, POINTS, Shape
from master.writes.sourced.rows import Said
from master.writes.sourced.statements import rows_in
from master.writes.taking_back.deeds import Found, State, TakingIn
from master.writes.taking_back.groups import Gathered

records, relations, given = table(SourceRecordRow), table(RelationRow), table(CustomerTagRow)

# By table, the columns in which rows are equal that say the same.
ALIKE = {
    moved.name: (*(owner.column for owner in moved.owners), *moved.alike) for moved in MOVED if moved.alike
}

Kept = Mapping[str, dict[int, int]]  # by table and row, the source that says it now
NOBODY = 0  # no record has this id: none is left out, and all that is said by now counts


def still_said(
    tx: Transaction,
    all: Gathered,
    going: Mapping[str, set[int]],
    back: Mapping[str, Mapping[int, State]],
) -> Kept:
    """Of rows that are to go. Asked when the records that are taken back say it no longer. back: columns that
    become what they were; what another row says then need not be kept."""
    gone = defaultdict(
        set, {name: _unsaid(all.found.get(name), ids, back[name]) for name, ids in going.items()}
    )
    if all.kind == "relations":
        return {relations.name: relations_said(tx, all.found[relations.name], gone[relations.name])}
    if all.kind not in ("customers", "documents"):
        return {}
    shapes = [shape for shape in (DOCUMENTS, POINTS) if shape.target.name in all.found]
    rows = [all.found[shape.target.name].rows[id] for shape in shapes for id in gone[shape.target.name]]
    if given.name in all.found:
        rows += [all.found[given.name].rows[id] for id in gone[given.name]]
    owners = {row["customer_id"] for row in rows} - gone["customers"]
    said = said_beside(tx, dict.fromkeys(owners, NOBODY))
    kept = {
        shape.target.name: _things(tx, shape, all.found[shape.target.name], gone[shape.target.name], said)
        for shape in shapes
    }
    if given.name in all.found:
        kept[given.name] = _tags(all.taking_in, all.found[given.name], gone[given.name], said)
    kept[DOCUMENTS.target.name] |= _as_rows(tx, gone[DOCUMENTS.target.name])
    return kept


def _unsaid(found: Found | None, gone: set[int], back: Mapping[int, State]) -> set[int]:
    """Those that no row says which stays, or is opened again."""
    likeness = ALIKE.get(found.target.name) if found is not None else None
    if found is None or likeness is None or not gone:
        return gone
    stay = ({**row, **back.get(id, {})} for id, row in found.rows.items() if id not in gone)
    said = {_says(likeness, row) for row in stay if row["ended_at"] is None}
    return {id for id in gone if _says(likeness, found.rows[id]) not in said}


def _says(likeness: Sequence[str], row: State) -> tuple[Any, ...]:
    return tuple(row[name] for name in likeness)


def _things(
    tx: Transaction,
    shape: Shape,
    found: Found,
    gone: Iterable[int],
    said: Mapping[int, Sequence[tuple[int, Said]]],
) -> dict[int, int]:
    digest = seal_for(tx.master.keys, shape.purpose).digest
    sayers = {
        (customer, kind, digest(normal)): source
        for customer, its in said.items()
        for source, each in its
        for kind, normal in shape.said(each)
    }
    kept = {}
    for id in gone:
        row = found.rows[id]
        source = sayers.get((row["customer_id"], row[shape.kind], row[shape.index]))
        if source is not None:
            kept[id] = source
    return kept


def _as_rows(tx: Transaction, gone: Iterable[int]) -> dict[int, int]:
    """Documents that a source says by a row of its own."""
    its = select(records.c.entity_id, records.c.source_id).where(records.c.kind == "documents")
    return {row.entity_id: row.source_id for row in rows_in(tx, its, records.c.entity_id, gone)}


def _tags(
    taking_in: TakingIn, found: Found, gone: Iterable[int], said: Mapping[int, Sequence[tuple[int, Said]]]
) -> dict[int, int]:
    """A tag has a row for each source: the same one may say it by another key."""
    kept = {}
    for id in gone:
        row = found.rows[id]
        its = [
            each.get("tags") or ()
            for source, each in said.get(row["customer_id"], ())
            if source == taking_in.source_id
        ]
        if any(row["tag_id"] in tags for tags in its) and taking_in.source_id is not None:
            kept[id] = taking_in.source_id
    return kept


def relations_said(tx: Transaction, found: Found, ids: Iterable[int]) -> dict[int, int]:
    """By row, the source that says it by now: both sides, where one is said."""
    its = select(records.c.entity_id, records.c.source_id).where(records.c.kind == "relations")
    sayers = {row.entity_id: row.source_id for row in rows_in(tx, its, records.c.entity_id, found.rows)}
    sides: defaultdict[Any, dict[int, int]] = defaultdict(dict)
    for id, source in sayers.items():
        row = found.rows[id]
        for side in (_side(row), _other_side(row)):
            sides[side][id] = source
    return {id: min(sides[side].values()) for id in ids if (side := _side(found.rows[id])) in sides}


def both_sides(row: State) -> set[tuple[Any, ...]]:
    """What the two rows of a relation say."""
    return {_side(row), _other_side(row)}


def _side(row: State) -> tuple[Any, ...]:
    return row["customer_id"], row["other_id"], row["kind"], row["source_kind"]


def _other_side(row: State) -> tuple[Any, ...]:
    return row["other_id"], row["customer_id"], INVERSE[row["kind"]], row["source_kind"]
