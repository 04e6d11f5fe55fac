"""Batches: files and lists of records that came in, and each of their records as it came."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import insert, select, update

from master import spelling
from master.errors import Conflict
from master.sealing import seal_for
from master.session import Transaction
from master.tables.base import table
from master.tables.codes import BatchOrigin
from master.tables.sources import ImportRunRow, IncomingRecordRow
from master.writes.sourced.rows import Outcome
from master.writes.sourced.statements import insert_many

batches, incoming = table(ImportRunRow), table(IncomingRecordRow)


@dataclass(frozen=True)
class NewBatch:
    """digest, file_name, columns: of a file."""

    origin: BatchOrigin
    kind: str
    source_id: int | None
    digest: str = ""
    file_name: str | None = None
    columns: Sequence[str] | None = None


@dataclass(frozen=True, slots=True)
class Incoming:
    """A record of a batch, and what became of it. payload: all that came, as JSON can say it.

    findings: (column, code, message), without any value of the record.
    """

    line: int
    payload: object
    key: str
    outcome: Outcome
    entity_id: int | None
    findings: Sequence[tuple[str, str, str]] = ()


def open_batch(tx: Transaction, new: NewBatch) -> int:
    """Its id. Who sends it is who writes."""
    (id,) = spelling.next_ids(tx.connection, batches.name, 1)
    row = {
        "id": id,
        "origin": new.origin,
        "kind": new.kind,
        "source_id": new.source_id,
        "file_digest": new.digest,
        "file_name": new.file_name,
        "columns": None if new.columns is None else json.dumps(new.columns, ensure_ascii=False),
        "sent_by": tx.actor.name,
        "started_at": tx.at,
    }
    tx.execute(insert(batches), [row])
    return id


def hold_batch(tx: Transaction, batch_id: int) -> None:
    """Before anything of it is taken in, as who takes it back holds it first: else each would wait for the
    other. Raises Conflict for one that is being taken back."""
    its = (batches.c.id == batch_id, batches.c.taking_back_at.is_(None))
    if tx.execute(select(batches.c.id).where(*its).with_for_update()).one_or_none() is None:
        raise Conflict("This batch was taken back meanwhile: nothing more of it is taken in.")


def keep_counts(tx: Transaction, batch_id: int, line: int, counts: Mapping[str, int]) -> None:
    """How far a batch that is held has come."""
    kept = {"line": line, "counts": json.dumps(dict(counts))}
    tx.execute(update(batches).where(batches.c.id == batch_id).values(kept))


def finish_batch(tx: Transaction, batch_id: int) -> None:
    tx.execute(update(batches).where(batches.c.id == batch_id).values(finished_at=tx.at))


def keep_incoming(tx: Transaction, batch_id: int, rows: Sequence[Incoming]) -> None:
    """Keep records as they came, in the transaction that has taken them in or refused them."""
    digest = seal_for(tx.master.keys, "sources").digest
    kept = [_row(each, _spelled(each.payload)) for each in rows]
    for row in kept:
        row["digest"] = digest(row["payload"])
    insert_many(tx, incoming, kept, {"batch_id": batch_id, "tx": tx.id, "received_at": tx.at})


def _row(each: Incoming, payload: str) -> dict[str, Any]:
    findings = json.dumps(each.findings, ensure_ascii=False) if each.findings else None
    return {
        "line": each.line,
        "source_key": each.key or None,
        "payload": payload,
        "outcome": each.outcome.name,
        "entity_id": each.entity_id,
        "findings": findings,
    }


def _spelled(payload: object) -> str:
    try:
        return orjson.dumps(payload).decode()
    except orjson.JSONEncodeError:  # bytes that are no text came as lone surrogates: escaped they can be kept
        return json.dumps(payload)
