"""Lists of customers that a source system submits: each record is taken in or refused by itself."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass

from sqlalchemy import select

from master.access import customers_in_sight
from master.audit import note, note_all
from master.errors import Forbidden, Invalid, Refusal
from master.session import Transaction
from master.sight import bound, reach_of
from master.tables.base import table
from master.tables.codes import BatchOrigin, IncomingOutcome
from master.tables.customers import CustomerRow
from master.tables.sources import IncomingRecordRow, SourceRecordRow
from master.writes import checks
from master.writes.batches import Incoming, NewBatch, finish_batch, keep_counts, keep_incoming, open_batch
from master.writes.customers import home
from master.writes.derived import refresh
from master.writes.inputs import SourcedCustomer
from master.writes.kept import KEEP
from master.writes.sourced.customers import apply_customers
from master.writes.sourced.directory import source_to_feed
from master.writes.sourced.placing import Matching
from master.writes.sourced.put import NOT_LOOKED_UP, OUT_OF_SIGHT, given_values, refuse_impossible
from master.writes.sourced.rows import LONGEST_KEY, Applied, Outcome, SourcedRow
from master.writes.sourced.statements import rows_in
from matching.rules import shipped
from matching.seeing import Seeing

customers, records, kept = table(CustomerRow), table(SourceRecordRow), table(IncomingRecordRow)

MOST_RECORDS = 1_000
UNSEEN = "Say to which of your branches the customer belongs."


@dataclass(frozen=True)
class Submission:
    """records: their source is the submission's."""

    source: str
    records: tuple[SourcedCustomer, ...]


@dataclass(frozen=True)
class Became:
    """What became of a record; entity_id: the customer, as it was then. findings: (path with dots, code,
    message)."""

    key: str | None
    outcome: IncomingOutcome
    entity_id: int | None
    findings: Sequence[tuple[str, str, str]]


def submit_records(
    tx: Transaction, given: Submission, seeing: Seeing, *, unlooked: Collection[str] = ()
) -> int:
    """The batch that this makes; unlooked: keys of records by whose numbers nobody was looked for, which is
    told of each. Raises Forbidden for a source that is not the caller's to feed."""
    source_id, made = source_to_feed(tx, given.source, ("source",))
    if made:
        note(tx, "source.create", "source", source_id)
    batch = open_batch(tx, NewBatch(BatchOrigin.API, "customers", source_id))
    taking = _Taking(tx, source_id, given.records)
    matching = Matching(shipped(), seeing, home(tx, None))
    while not taking.try_all(matching):
        pass
    taking.note(batch)
    keep_incoming(tx, batch, [_incoming(*each, unlooked) for each in taking.told()])
    keep_counts(tx, batch, len(given.records), taking.counts())
    finish_batch(tx, batch)
    return batch


def became(tx: Transaction, batch: int) -> list[Became]:
    """Of each record of a batch, in order."""
    its = select(kept.c.source_key, kept.c.outcome, kept.c.entity_id, kept.c.findings)
    rows = tx.execute(its.where(kept.c.batch_id == batch).order_by(kept.c.line))
    return [
        Became(
            row.source_key,
            IncomingOutcome(row.outcome),
            row.entity_id,
            [tuple(each) for each in json.loads(row.findings or "[]")],
        )
        for row in rows
    ]


class _Taking:
    """Records by their places: read, refused, and what became of the others."""

    def __init__(self, tx: Transaction, source_id: int, given: Sequence[SourcedCustomer]) -> None:
        self.tx, self.source_id, self.given = tx, source_id, given
        self.refused: dict[int, Refusal] = {}
        self.rows: dict[int, SourcedRow] = {}
        self.applied: Mapping[str, Applied] = {}
        known = self._known([each.key for each in given])
        for place, each in enumerate(given):
            try:
                self.rows[place] = self._row(each, known)
            except Refusal as refusal:
                self.refused[place] = refusal

    def try_all(self, matching: Matching) -> bool:
        """Whether all are taken in that are not refused; else nothing is, and more of them are refused."""
        try:
            with self.tx.connection.begin_nested():
                batch = apply_customers(self.tx, self.source_id, list(self.rows.values()), matching)
                refresh(self.tx, batch.touched)
                self.applied = batch.applied
                self._refuse_lost()
        except _Refused:
            return False
        return True

    def _refuse_lost(self) -> None:
        """Raises _Refused where a record can not be taken in, or the caller would not see its customer."""
        lost: dict[int, Refusal] = {}
        seen = in_sight(self.tx, [each.entity_id for each in self.applied.values() if each.entity_id])
        for place, row in self.rows.items():
            done = self.applied[row.key]
            if done.outcome is Outcome.REFUSED:
                lost[place] = Invalid("A new customer needs a name.", ["name"])
            elif done.entity_id not in seen:
                lost[place] = Invalid(UNSEEN, ["branch"])
        if lost:
            self.refused |= lost
            for place in lost:
                del self.rows[place]
            raise _Refused

    def _row(self, given: SourcedCustomer, known: Mapping[str, int]) -> SourcedRow:
        """Raises a Refusal."""
        key = checks.line(given.key, ["key"], LONGEST_KEY)
        if any(row.key == key for row in self.rows.values()):
            raise Invalid("An earlier record of this list has this key: send each once.", ["key"])
        if key in known and not known[key]:
            raise Forbidden(OUT_OF_SIGHT, ["key"])
        values = given_values(self.tx, given)
        refuse_impossible(self.tx, given)
        return SourcedRow(key, values)

    def _known(self, keys: Sequence[str]) -> dict[str, bool]:
        """Keys that mean customers, and whether the caller sees these."""
        its = select(records.c.source_key, records.c.customer_id).where(
            records.c.source_id == self.source_id, records.c.kind == "customers"
        )
        found = {row.source_key: row.customer_id for row in rows_in(self.tx, its, records.c.source_key, keys)}
        seen = in_sight(self.tx, list(found.values()))
        return {key: id in seen for key, id in found.items()}

    def told(self) -> list[tuple[int, SourcedCustomer, Applied | Refusal]]:
        return [
            (place, each, self.refused.get(place) or self.applied[self.rows[place].key])
            for place, each in enumerate(self.given)
        ]

    def counts(self) -> dict[str, int]:
        found = dict.fromkeys((each.value for each in Outcome), 0)
        for _, _, each in self.told():
            found[each.outcome if isinstance(each, Applied) else Outcome.REFUSED] += 1
        return {"read": len(self.given), **found}

    def note(self, batch: int) -> None:
        """An audit entry for each customer that was made or changed."""
        for outcome in (Outcome.ADDED, Outcome.LINKED, Outcome.REVIEW, Outcome.CHANGED):
            ids = [each.entity_id for each in self.applied.values() if each.outcome is outcome]
            details = {"source": self.source_id, "batch": batch, "outcome": outcome}
            if ids:
                note_all(self.tx, "customer.put", "customer", [(id, id) for id in ids], details=details)


class _Refused(Exception):
    """Takes a try back."""


def in_sight(tx: Transaction, ids: Sequence[int]) -> set[int]:
    """Those of these customers that the caller sees."""
    seen = select(customers.c.id).where(customers_in_sight(customers.c.id, reach_of(tx.actor.sight)))
    return {row.id for row in rows_in(tx, seen.params(bound(tx.actor.sight)), customers.c.id, ids)}


def _incoming(
    place: int, given: SourcedCustomer, done: Applied | Refusal, unlooked: Collection[str]
) -> Incoming:
    payload = _plain(given)
    if isinstance(done, Refusal):
        finding = (".".join(done.path), done.code, done.message)
        return Incoming(place + 1, payload, given.key, Outcome.REFUSED, None, [finding])
    remarks = (*done.remarks, NOT_LOOKED_UP) if given.key in unlooked else done.remarks
    findings = [(each.field, each.code, each.message) for each in remarks]
    return Incoming(place + 1, payload, given.key, done.outcome, done.entity_id, findings)


def _plain(value: object) -> object:
    """As JSON can say it; what was left out is left out."""
    if is_dataclass(value):
        its = {each.name: getattr(value, each.name) for each in fields(value)}
        return {name: _plain(each) for name, each in its.items() if each is not KEEP}
    return [_plain(each) for each in value] if isinstance(value, tuple) else value
