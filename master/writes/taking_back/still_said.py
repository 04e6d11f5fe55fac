"""What a transaction added and others say too by now: it was not repeated for them, so it stays as theirs."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from master.sealing import seal_for
from master.session import Transaction
from master.tables.base import table
from master.tables.codes import INVERSE
from master.tables.relations import RelationRow
from master.tables.sources import SourceRecordRow
from master.tables.tags import CustomerTagRow
from master.writes.sourced.beside import said_beside
from master.writes.sourced.items import DOCUMENTS, POINTS, Shape
from master.writes.sourced.rows import Said
from master.writes.sourced.statements import rows_in
from master.writes.taking_back.deeds import Found, TakingIn
from master.writes.taking_back.groups import Gathered

records, relations, given = table(SourceRecordRow), table(RelationRow), table(CustomerTagRow)

Kept = Mapping[str, dict[int, int]]  # by table and row, the source that says it now
NOBODY = 0  # no record has this id: none is left out


def still_said(
    tx: Transaction, taking_in: TakingIn, kind: str, all: Gathered, gone: Mapping[str, set[int]]
) -> Kept:
    """Of rows that are to go. Asked when the records that are taken back say it no longer."""
    if kind == "relations":
        return {relations.name: _relations(tx, all.found[relations.name], gone[relations.name])}
    if kind not in ("customers", "documents"):
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
        kept[given.name] = _tags(taking_in, all.found[given.name], gone[given.name], said)
    kept[DOCUMENTS.target.name] |= _as_rows(tx, gone[DOCUMENTS.target.name])
    return kept


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


def _relations(tx: Transaction, found: Found, gone: Iterable[int]) -> dict[int, int]:
    """Of both sides, where one is said."""
    its = select(records.c.entity_id, records.c.source_id).where(records.c.kind == "relations")
    sayers = {row.entity_id: row.source_id for row in rows_in(tx, its, records.c.entity_id, found.rows)}
    sides: defaultdict[Any, dict[int, int]] = defaultdict(dict)
    for id, source in sayers.items():
        row = found.rows[id]
        for side in (_side(row), _other_side(row)):
            sides[side][id] = source
    return {id: min(sides[side].values()) for id in gone if (side := _side(found.rows[id])) in sides}


def _side(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return row["customer_id"], row["other_id"], row["kind"], row["source_kind"]


def _other_side(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return row["other_id"], row["customer_id"], INVERSE[row["kind"]], row["source_kind"]
