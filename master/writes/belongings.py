"""Identity documents and contact points of a customer: added, and closed with an end time."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Table, insert, not_, select, update

from master.errors import NotFound
from master.session import Transaction
from master.tables.base import table
from master.tables.codes import ContactPointKind
from master.tables.customers import ContactPointRow, IdentityDocumentRow
from master.writes.inputs import GivenContactPoint, GivenDocument
from matching.numbers import NumberReading

documents, points = table(IdentityDocumentRow), table(ContactPointRow)


def add_documents(tx: Transaction, customer: int, new: Sequence[tuple[GivenDocument, NumberReading]]) -> None:
    """Those that the customer has already are not added again; at most one is the primary one."""
    if not new:
        return
    there = _open_rows(tx, documents, customer, documents.c.type, documents.c.number_index)
    known = {(row.type, bytes(row.number_index)) for row in there}
    rows: list[dict[str, Any]] = []
    for given, reading in new:
        key = (given.type, _digest(tx, documents.c.number_index, reading))
        if key in known:
            its = (documents.c.type == given.type, documents.c.number_index == reading.normal)
            _say_too(tx, documents, customer, *its)
            continue
        known.add(key)
        is_primary = given.primary and not any(row["primary"] for row in rows)
        row = {"customer_id": customer, "type": given.type, "number": given.number.strip()}
        rows.append({**row, "number_index": reading.normal, "primary": is_primary, "recorded_at": tx.at})
    if any(row["primary"] for row in rows):
        _open(tx, documents, customer, documents.c.primary.is_(True), primary=False)
    if rows:
        tx.execute(insert(documents), rows)


def add_contact_points(
    tx: Transaction, customer: int, new: Sequence[tuple[GivenContactPoint, NumberReading]]
) -> None:
    """Those that the customer has already are not added again; the last preferred one of a kind is it."""
    if not new:
        return
    there = _open_rows(tx, points, customer, points.c.kind, points.c.value_index)
    known = {(row.kind, bytes(row.value_index)) for row in there}
    rows = []
    for given, reading in new:
        key = (given.kind, _digest(tx, points.c.value_index, reading))
        if key in known:
            its = (points.c.kind == given.kind, points.c.value_index == reading.normal)
            _say_too(tx, points, customer, *its)
            continue
        known.add(key)
        row = {"customer_id": customer, "kind": given.kind, "value": given.value.strip()}
        rows.append({**row, "value_index": reading.normal, "recorded_at": tx.at})
    if rows:
        tx.execute(insert(points), rows)
    for kind, reading in {given.kind: reading for given, reading in new if given.preferred}.items():
        _prefer_only(tx, customer, kind, points.c.value_index == reading.normal)


def close(tx: Transaction, target: Table, customer: int, ids: Sequence[int], path: str) -> None:
    """End these documents or contact points. Raises NotFound for one that the customer does not have."""
    for place, id in enumerate(ids):
        if _open(tx, target, customer, target.c.id == id, ended_at=tx.at) == 0:
            raise NotFound("The customer does not have this, or no longer.", [path, str(place)])


def prefer(tx: Transaction, customer: int, id: int) -> None:
    """Make this contact point the preferred one of its kind."""
    kind = tx.connection.scalar(
        select(points.c.kind).where(
            points.c.id == id, points.c.customer_id == customer, points.c.ended_at.is_(None)
        )
    )
    if kind is None:
        raise NotFound("The customer does not have this contact point.", ["preferContactPoint"])
    _prefer_only(tx, customer, kind, points.c.id == id)


def _prefer_only(tx: Transaction, customer: int, kind: ContactPointKind, chosen: ColumnElement[bool]) -> None:
    """Of the customer's contact points of this kind the chosen one is preferred, and no other."""
    same_kind = points.c.kind == kind
    _open(tx, points, customer, same_kind, not_(chosen), points.c.preferred.is_(True), preferred=False)
    _open(tx, points, customer, same_kind, chosen, points.c.preferred.is_(False), preferred=True)


def _say_too(tx: Transaction, target: Table, customer: int, *its: ColumnElement[bool]) -> None:
    """What a source said is said by hand from now on: it stays when the source says it no longer."""
    _open(tx, target, customer, *its, target.c.source_id.is_not(None), source_id=None)


def _digest(tx: Transaction, column: Any, reading: NumberReading) -> bytes:
    digest: bytes = column.type.process_bind_param(reading.normal, tx.connection.dialect)
    return digest


def _open_rows(tx: Transaction, target: Table, customer: int, *columns: Any) -> Sequence[Any]:
    return tx.execute(
        select(*columns).where(target.c.customer_id == customer, target.c.ended_at.is_(None))
    ).all()


def _open(tx: Transaction, target: Table, customer: int, *conditions: Any, **values: Any) -> int:
    """Change the customer's open rows that fulfil the conditions; how many."""
    change = update(target).where(target.c.customer_id == customer, target.c.ended_at.is_(None), *conditions)
    return tx.execute(change.values(**values)).rowcount
