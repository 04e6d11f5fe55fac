"""Notes who did what, in the transaction that does it."""

import json
from collections.abc import Mapping, Sequence

from sqlalchemy import insert

from master.session import Actor, Transaction
from master.tables.audit import AuditEntryRow
from master.tables.base import table

ADDS = insert(table(AuditEntryRow))


def note(
    tx: Transaction,
    action: str,
    entity: str,
    entity_id: int | None = None,
    *,
    customer_id: int | None = None,
    details: Mapping[str, object] | None = None,
) -> None:
    """One audit entry; details name fields and counts, never values."""
    note_all(tx, action, entity, [(entity_id, customer_id)], details=details)


def note_all(
    tx: Transaction,
    action: str,
    entity: str,
    subjects: Sequence[tuple[int | None, int | None]],
    *,
    details: Mapping[str, object] | None = None,
    actor: Actor | None = None,
    outcome: str = "OK",
) -> None:
    """An audit entry for each (entity id, customer id); actor: where it is not the one who writes."""
    who = actor or tx.actor
    common = {
        "at": tx.at,
        "tx": tx.id,
        "actor": who.name,
        "role": who.role,
        "action": action,
        "entity": entity,
        "outcome": outcome,
        "reason": tx.reason,
        "request_id": who.request_id,
        "address": who.address,
        "details": json.dumps(details or {}, ensure_ascii=False, sort_keys=True),
    }
    rows = [
        {**common, "entity_id": entity_id, "customer_id": customer_id} for entity_id, customer_id in subjects
    ]
    tx.tell(ADDS, rows)
    # A part of the transaction that may be taken back takes its entries along.
    if who is tx.actor and not tx.connection.in_nested_transaction():
        tx.audited.update(id for _, id in subjects if id is not None)
