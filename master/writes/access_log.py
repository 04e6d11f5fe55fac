"""Noting who saw whom: entries of many operations at once."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from master.access import Viewer
from master.audit import note_all
from master.clock import spelled
from master.reads.access_log import SEARCHED_BY_PARTS
from master.reads.misses import FOUND, FOUND_NOBODY, LOOKED_UP, TYPED_ON
from master.session import Transaction
from master.spelling import insert_told, next_ids
from master.tables.access import AccessEntryRow, AccessSubjectRow
from master.tables.base import table
from master.tables.codes import Occasion

PREVIEWED = "customer.preview_merge"

entries, subjects = table(AccessEntryRow), table(AccessSubjectRow)


@dataclass(frozen=True)
class LookedUp:
    """A look-up by whole values of classes that the viewer sees masked, and whether it found anybody in
    sight."""

    classes: tuple[str, ...]
    found: bool
    typed_on: bool = False


@dataclass(frozen=True)
class Access:
    """One answered operation: the customers (ids) that it showed. parts_of: for each of its searches by parts
    of masked values, the classes of these; looked_up: by whole ones; field, reason: of a reveal;
    previews: the customers of each merge that was looked at before, and its outcome."""

    at: datetime
    occasion: Occasion
    viewer: Viewer
    customers: frozenset[int]
    parts_of: tuple[tuple[str, ...], ...] = ()
    request_id: str | None = None
    address: str | None = None
    field: str | None = None
    reason: str | None = None
    looked_up: tuple[LookedUp, ...] = ()
    previews: tuple[tuple[tuple[int, ...], str], ...] = ()


def note_accesses(tx: Transaction, accesses: Sequence[Access]) -> None:
    showing = [each for each in accesses if each.customers]
    if showing:
        ids = next_ids(tx.connection, entries.name, len(showing))
        told = [_entry(id, each) for id, each in zip(ids, showing, strict=True)]
        insert_told(tx.connection, entries, [*told[0]], [[*each.values()] for each in told])
        seen = [(id, customer) for id, each in zip(ids, showing, strict=True) for customer in each.customers]
        insert_told(tx.connection, subjects, ("entry_id", "customer_id"), sorted(seen))
    for each in accesses:
        _note_searches(tx, each)
        _note_previews(tx, each)


def _note_searches(tx: Transaction, access: Access) -> None:
    """By classes of values, never by the values."""
    actor = access.viewer.actor(access.request_id, access.address)
    for classes in access.parts_of:
        details = {"fields": list(classes)}
        note_all(tx, SEARCHED_BY_PARTS, "customer", [(None, None)], details=details, actor=actor)
    for one, times in Counter(access.looked_up).items():
        nobody, details = [(None, None)] * times, {"fields": list(one.classes)}
        outcome = FOUND if one.found else TYPED_ON if one.typed_on else FOUND_NOBODY
        note_all(tx, LOOKED_UP, "customer", nobody, details=details, actor=actor, outcome=outcome)


def _note_previews(tx: Transaction, access: Access) -> None:
    """Whoever looks at a merge learns what both have in common."""
    actor = access.viewer.actor(access.request_id, access.address)
    for ids, outcome in access.previews:
        note_all(tx, PREVIEWED, "customer", [(id, id) for id in ids], actor=actor, outcome=outcome)


def _entry(id: int, access: Access) -> dict[str, Any]:
    return {
        "id": id,
        "at": spelled(access.at),
        "occasion": access.occasion,
        "token_id": access.viewer.token_id,
        "viewer": access.viewer.name,
        "role": access.viewer.role.name,
        "request_id": access.request_id,
        "address": access.address,
        "field": access.field,
        "reason": access.reason,
    }
