"""Staged rows go into the master: resolved, applied in waves of different keys, what came of each told."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.exc import DataError, IntegrityError

from intake.findings import NOTICES, WARNINGS, Finding, notice, refusal, warning
from intake.kinds import Kind
from intake.resolve import resolve
from intake.stage import Staged
from master.session import Transaction
from master.writes.derived import refresh
from master.writes.sourced.below import apply_contacts, apply_leads
from master.writes.sourced.branches import apply_branches
from master.writes.sourced.codes import apply_products, apply_staff, apply_tags
from master.writes.sourced.customers import apply_customers
from master.writes.sourced.documents import apply_documents
from master.writes.sourced.placing import Matching
from master.writes.sourced.policies import apply_policies
from master.writes.sourced.relations import apply_relations
from master.writes.sourced.rows import Applied, Batch, Outcome, Remark, SourcedRow
from master.writes.sourced.statements import waves

Apply = Callable[[Transaction, Sequence[SourcedRow]], Batch]

OF_ALL = {"branches": apply_branches, "staff": apply_staff, "products": apply_products, "tags": apply_tags}
OF_A_SOURCE = {
    "documents": apply_documents,
    "relations": apply_relations,
    "policies": apply_policies,
    "contacts": apply_contacts,
    "leads": apply_leads,
}
REFUSED_BY_DATABASE = (IntegrityError, DataError)
COLUMN_OF_FIELD = {"documents": "document_number"}
NOT_TAKEN = Applied(Outcome.REFUSED, None, (Remark("", "DATABASE", ""),))


@dataclass
class Done:
    """What became of a batch of lines."""

    outcomes: list[Outcome]
    findings: list[Finding]


def apply(
    tx: Transaction,
    kind: Kind,
    source_id: int | None,
    rows: Sequence[Staged],
    *,
    guarded: bool,
    matching: Matching | None,
) -> Done:
    """Take a batch of staged rows in. A row that is refused leaves the others as they are. matching: of
    customers' rows; None: each new key is a customer of its own.

    guarded: also one that the database itself refuses; else that raises REFUSED_BY_DATABASE. It costs half of
    the speed on SQLite, whose savepoints copy every page they touch (measured 2026-11).
    """
    resolve(tx, kind.name, source_id, [row for row in rows if not row.is_refused])
    standing = [row for row in rows if not row.is_refused]
    touched: set[int] = set()
    for wave in waves(standing, lambda row: row.key):
        sourced = [SourcedRow(row.key, row.values, row.updated_at) for row in wave]
        take = _guarded if guarded else _unguarded
        batch = take(tx, _applying(kind.name, source_id, matching), sourced)
        touched |= batch.touched
        for row in wave:
            applied = batch.applied[row.key]
            row.outcome, row.entity_id = applied.outcome, applied.entity_id
            row.findings += [_finding(row.line, remark) for remark in applied.remarks]
            if applied.outcome in NOTICES:
                row.findings.append(notice(row.line, kind.key[0], applied.outcome))
    refresh(tx, touched)
    return Done([row.outcome for row in rows], [finding for row in rows for finding in row.findings])


def _applying(kind: str, source_id: int | None, matching: Matching | None) -> Apply:
    if source_id is None or kind in OF_ALL:
        return OF_ALL[kind]
    if kind == "customers":
        return lambda tx, rows: apply_customers(tx, source_id, rows, matching)
    of_a_source = OF_A_SOURCE[kind]
    return lambda tx, rows: of_a_source(tx, source_id, rows)


def _unguarded(tx: Transaction, applying: Apply, rows: Sequence[SourcedRow]) -> Batch:
    return applying(tx, rows)


def _guarded(tx: Transaction, applying: Apply, rows: Sequence[SourcedRow]) -> Batch:
    """Apply the rows; where the database refuses one of them, halve until it stands alone."""
    try:
        with tx.connection.begin_nested():
            return applying(tx, rows)
    except REFUSED_BY_DATABASE:
        if len(rows) == 1:
            return Batch({rows[0].key: NOT_TAKEN})
    half = len(rows) // 2
    first, second = _guarded(tx, applying, rows[:half]), _guarded(tx, applying, rows[half:])
    return Batch(first.applied | second.applied, first.touched | second.touched)


def _finding(line: int, remark: Remark) -> Finding:
    column = COLUMN_OF_FIELD.get(remark.field, remark.field)
    make = warning if remark.code in WARNINGS else refusal
    return make(line, column, remark.code, remark.message)
