"""Identity documents and contact points of a customer: added, and closed with an end time."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Table, insert, select, update

from master.errors import NotFound
from master.session import Transaction
from master.tables.base import table
from master.tables.customers import ContactPointRow, IdentityDocumentRow
from master.writes.inputs import GivenContactPoint, GivenDocument
from matching.numbers import NumberReading

documents, points = table(IdentityDocumentRow), table(ContactPointRow)


def add_documents(tx: Transaction, customer: int, new: Sequence[tuple[GivenDocument, NumberReading]]) -> None:
    """Those that the customer has already are left as they are; at most one is the primary one."""
    there = _open_rows(tx, documents, customer, documents.c.type, documents.c.number_index)
    known = {(row.type, bytes(row.number_index)) for row in there}
    primary = next((reading for given, reading in new if given.primary), None)
    added = []
    for given, reading in new:
        if (given.type, _digest(tx, documents.c.number_index, reading)) in known:
            continue
        added.append(
            {
                "customer_id": customer,
                "type": given.type,
                "number": given.number.strip(),
                "number_index": reading.normal,
                "primary": reading is primary,
                "recorded_at": tx.at,
            }
        )
    if any(row["primary"] for row in added):
        _open(tx, documents, customer, documents.c.primary.is_(True), primary=False)
    if added:
        tx.execute(insert(documents), added)


def add_contact_points(
    tx: Transaction, customer: int, new: Sequence[tuple[GivenContactPoint, NumberReading]]
) -> None:
    """Those that the customer has already are left as they are; at most one of a kind is preferred."""
    there = _open_rows(tx, points, customer, points.c.kind, points.c.value_index)
    known = {(row.kind, bytes(row.value_index)) for row in there}
    preferred = {given.kind: reading for given, reading in new if given.preferred}
    for kind in preferred:
        _open(tx, points, customer, points.c.kind == kind, points.c.preferred.is_(True), preferred=False)
    added = []
    for given, reading in new:
        if (given.kind, _digest(tx, points.c.value_index, reading)) in known:
            continue
        added.append(
            {
                "customer_id": customer,
                "kind": given.kind,
                "value": given.value.strip(),
                "value_index": reading.normal,
                "preferred": preferred.get(given.kind) is reading,
                "recorded_at": tx.at,
            }
        )
    if added:
        tx.execute(insert(points), added)


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
    _open(
        tx,
        points,
        customer,
        points.c.kind == kind,
        points.c.id != id,
        points.c.preferred.is_(True),
        preferred=False,
    )
    _open(tx, points, customer, points.c.id == id, points.c.preferred.is_(False), preferred=True)


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
