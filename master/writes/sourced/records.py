"""What a source said last, row by row: new rows are compared with it, and only differences are applied."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from master.sealing import seal_for
from master.session import Transaction
from master.tables.base import table
from master.tables.sources import SourceRecordRow
from master.writes.sourced.rows import Said, SourcedRow
from master.writes.sourced.said import parsed, plain, spelled
from master.writes.sourced.statements import insert_many, rows_in, update_each

records = table(SourceRecordRow)

Completion = Callable[[SourcedRow, Said], SourcedRow]


@dataclass(frozen=True, slots=True)
class Change:
    """A row that says something else than the source's last one; fields: in what."""

    row: SourcedRow
    record_id: int
    entity_id: int
    before: Said
    now: Said
    fields: frozenset[str]
    updated_at: datetime | None

    @property
    def true_at(self) -> datetime | None:
        """Since when the source says so: where it leaves that out, as it said last."""
        return self.row.updated_at or self.updated_at

    @property
    def is_first(self) -> bool:
        """Whether the record says something of this customer for the first time."""
        return not self.before


@dataclass
class Comparison:
    """The rows, sorted by what they are beside the source's last ones; unchanged: with the entity's id."""

    new: list[SourcedRow] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    unchanged: list[tuple[SourcedRow, int]] = field(default_factory=list)
    stale: list[tuple[SourcedRow, int]] = field(default_factory=list)


class Ledger:
    """The last rows of one source and import kind."""

    def __init__(self, tx: Transaction, source_id: int, kind: str) -> None:
        self.tx, self.source_id, self.kind = tx, source_id, kind
        self.digest = seal_for(tx.master.keys, "sources").digest
        self._spelled: dict[str, tuple[str, bytes]] = {}

    def compare(self, rows: Sequence[SourcedRow], complete: Completion | None = None) -> Comparison:
        """Sort rows with different keys; complete: fills in from the last row what a row leaves open."""
        last = self._last([row.key for row in rows])
        found = Comparison()
        differing: list[tuple[SourcedRow, Row[Any]]] = []
        newer: dict[int, dict[str, Any]] = {}
        for row in rows:
            record = last.get(row.key)
            if record is None:
                found.new.append(row)
            elif _is_older(row, record):
                found.stale.append((row, record.entity_id))
            elif self._fingerprint(row) == record.fingerprint:
                found.unchanged.append((row, record.entity_id))
                newer |= _newer(row, record)
            else:
                differing.append((row, record))
        self._tell_apart(differing, complete, found, newer)
        update_each(self.tx, records, newer)
        return found

    def keep_new(self, kept: Sequence[tuple[SourcedRow, int, int | None]], ids: Sequence[int] = ()) -> None:
        """Remember the first rows of (row, entity id, customer id); ids: of these records, where they have
        been given out already."""
        common = {
            "source_id": self.source_id,
            "kind": self.kind,
            "received_at": self.tx.at,
            "recorded_at": self.tx.at,
        }
        new: list[dict[str, Any]] = []
        for row, entity_id, customer_id in kept:
            text, fingerprint = self._text(row)
            new.append(
                {
                    "source_key": row.key,
                    "entity_id": entity_id,
                    "customer_id": customer_id,
                    "source_updated_at": row.updated_at,
                    "content": text,
                    "fingerprint": fingerprint,
                }
            )
        for id, columns in zip(ids, new, strict=False):
            columns["id"] = id
        insert_many(self.tx, records, new, common)

    def keep_changed(self, changes: Sequence[Change]) -> None:
        """Remember what these rows say now; of fields that they leave out, what was said before."""
        kept = {}
        for change in changes:
            said = {**change.before, **change.now}
            text = spelled({field: _known(value) for field, value in said.items()}).decode()
            kept[change.record_id] = {
                "content": text,
                "fingerprint": self.digest(text),
                "received_at": self.tx.at,
                "source_updated_at": change.true_at,
            }
        update_each(self.tx, records, kept)

    def _last(self, keys: Sequence[str]) -> dict[str, Row[Any]]:
        columns = ("id", "source_key", "entity_id", "source_updated_at", "fingerprint")
        statement = select(*(records.c[name] for name in columns)).where(
            records.c.source_id == self.source_id, records.c.kind == self.kind
        )
        found = rows_in(self.tx, statement, records.c.source_key, keys)
        return {row.source_key: row for row in found}

    def _tell_apart(
        self,
        differing: Sequence[tuple[SourcedRow, Row[Any]]],
        complete: Completion | None,
        found: Comparison,
        newer: dict[int, dict[str, Any]],
    ) -> None:
        """Open what was said last: rows that only leave fields out are unchanged all the same."""
        statement = select(records.c.id, records.c.content)
        ids = [record.id for _, record in differing]
        contents = {each.id: each.content for each in rows_in(self.tx, statement, records.c.id, ids)}
        for row, record in differing:
            before = parsed(contents[record.id])
            row = complete(row, before) if complete else row  # noqa: PLW2901
            now = plain(row.values)
            fields = frozenset(field for field in now if _known(now[field]) != before.get(field))
            if fields:
                change = Change(
                    row, record.id, record.entity_id, before, now, fields, record.source_updated_at
                )
                found.changed.append(change)
            else:
                found.unchanged.append((row, record.entity_id))
                newer |= _newer(row, record)

    def _text(self, row: SourcedRow) -> tuple[str, bytes]:
        if row.key not in self._spelled:
            text = spelled(row.values).decode()
            self._spelled[row.key] = (text, self.digest(text))
        return self._spelled[row.key]

    def _fingerprint(self, row: SourcedRow) -> bytes:
        return self._text(row)[1]


def _known(value: Any) -> Any:
    return None if value == [] else value


def _is_older(row: SourcedRow, record: Row[Any]) -> bool:
    kept = record.source_updated_at
    return row.updated_at is not None and kept is not None and row.updated_at < kept


def _newer(row: SourcedRow, record: Row[Any]) -> dict[int, dict[str, Any]]:
    """The later time at which a source repeated itself: what came before it is stale from now on."""
    if row.updated_at is None or row.updated_at == record.source_updated_at:
        return {}
    return {record.id: {"source_updated_at": row.updated_at}}
