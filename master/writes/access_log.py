"""Noting who saw whom: entries of many operations at once."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import text

from master.access import Viewer
from master.answering import Answering
from master.audit import note_all
from master.clock import spelled
from master.reads.access_log import SEARCHED_BY_PARTS
from master.reads.misses import FOUND, FOUND_NOBODY, LOOKED_UP, TYPED_ON
from master.session import Master, Transaction
from master.statements import driver_dialect, statement_of
from master.tables.codes import Occasion

PREVIEWED = "customer.preview_merge"

# What each database is told: all is one bound JSON list of `_entry`, so that it is the same for however many.
_NOTED = {
    "postgresql": (
        text("""
        WITH told AS MATERIALIZED (
          SELECT nextval('access_entries_id_seq') AS id, each
          FROM jsonb_array_elements(CAST(:told AS jsonb)) AS each
        ), noted AS (
          INSERT INTO access_entries (
            id, at, occasion, token_id, viewer, role, request_id, address, field, reason
          )
          SELECT id, CAST(each ->> 0 AS TIMESTAMP(3) WITH TIME ZONE), each ->> 1, each ->> 2, each ->> 3,
            each ->> 4, each ->> 5, each ->> 6, each ->> 7, each ->> 8
          FROM told
        ), seen AS (
          INSERT INTO access_subjects (entry_id, customer_id)
          SELECT id, CAST(customer AS BIGINT) FROM told, jsonb_array_elements_text(each -> 9) AS customer
        )
        SELECT count(*) FROM told
        """),
    ),
    "sqlite": (
        text("""
        INSERT INTO access_entries (at, occasion, token_id, viewer, role, request_id, address, field, reason)
        SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]'),
          json_extract(value, '$[3]'), json_extract(value, '$[4]'), json_extract(value, '$[5]'),
          json_extract(value, '$[6]'), json_extract(value, '$[7]'), json_extract(value, '$[8]')
        FROM json_each(:told)
        """),
        # The one writer has given them ids one after the other.
        text("""
        INSERT INTO access_subjects (entry_id, customer_id)
        SELECT (SELECT max(id) FROM access_entries) + 1 - json_array_length(:told) + entry.key, customer.value
        FROM json_each(:told) AS entry, json_each(entry.value, '$[9]') AS customer
        """),
    ),
}


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
    if told := _told(accesses):
        for statement in _NOTED[tx.connection.dialect.name]:
            tx.tell(statement, [{"told": told}])
    for each in accesses:
        _note_searches(tx, each)
        _note_previews(tx, each)


class NotedAlone:
    """Notes who saw whom on PostgreSQL by a statement that stands alone: no thread waits for it, and it takes
    a fifth of a transaction's processor time here and half of it there."""

    def __init__(self, master: Master) -> None:
        (statement,) = _NOTED["postgresql"]
        self._answering: Answering = master.answering_beside(1)
        self._statement = statement_of(statement, driver_dialect(master.engine.dialect), ["told"])

    async def note(self, accesses: Sequence[Access]) -> None:
        """Of those that have shown customers, and done nothing else. Raises what databases raise."""
        await self._answering.told(self._statement, self._statement.values({"told": _told(accesses)}))


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


def _told(accesses: Sequence[Access]) -> str | None:
    """As the statements take it. None: none of these has shown anybody."""
    told = [_entry(each) for each in accesses if each.customers]
    return orjson.dumps(told).decode() if told else None


def _entry(access: Access) -> list[Any]:
    return [
        spelled(access.at),
        access.occasion,
        access.viewer.token_id,
        access.viewer.name,
        access.viewer.role.name,
        access.request_id,
        access.address,
        access.field,
        access.reason,
        sorted(access.customers),
    ]
