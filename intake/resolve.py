"""Codes and other systems' keys become ids: one question a kind of code and batch of rows."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Select, select

from intake.stage import SharedKey, Staged
from master.session import Transaction
from master.tables.base import Row, table
from master.tables.branches import BranchRow
from master.tables.policies import ProductRow
from master.tables.sources import SourceRecordRow
from master.tables.tags import TagRow
from master.writes.sourced.directory import staff_by_code
from master.writes.sourced.documents import document_key
from master.writes.sourced.rows import SourcedParty
from master.writes.sourced.statements import rows_in

records = table(SourceRecordRow)

# Which fields of a kind hold what.
CODES: dict[str, dict[str, type[Row]]] = {
    "staff": {"branch": BranchRow},
    "customers": {"branch": BranchRow, "tags": TagRow},
    "policies": {"product": ProductRow, "branch": BranchRow},
    "leads": {"product": ProductRow},
}
CUSTOMERS = {
    "documents": ("customer",),
    "relations": ("from", "to"),
    "contacts": ("customer",),
    "leads": ("customer",),
}
STAFF = {"contacts": "agent", "leads": "owner"}
PARTIES = ("applicant", "insured", "beneficiary")


def resolve(tx: Transaction, kind: str, source_id: int | None, rows: Sequence[Staged]) -> None:
    """Put ids in the place of codes and keys; rows whose codes or keys are nowhere are refused."""
    for field, row_class in CODES.get(kind, {}).items():
        _codes(tx, row_class, field, rows)
    if source_id is None:
        return
    if kind in CUSTOMERS or kind == "policies":
        ids = _customer_ids(tx, source_id, _customer_keys(kind, rows))
        for row in rows:
            _customers(tx, kind, row, ids)
    if kind in STAFF:
        _staff(tx, STAFF[kind], [row for row in rows if not row.is_refused])


def _values(row: Staged, field: str) -> tuple[Any, ...]:
    value = row.values.get(field)
    return value if isinstance(value, tuple) else () if value is None else (value,)


def _codes(tx: Transaction, row_class: type[Row], field: str, rows: Sequence[Staged]) -> None:
    target = table(row_class)
    wanted = {code for row in rows for code in _values(row, field)}
    found = rows_in(tx, select(target.c.code, target.c.id), target.c.code, wanted)
    ids = {each.code: each.id for each in found}
    for row in rows:
        codes = _values(row, field)
        if any(code not in ids for code in codes):
            row.refuse(field, "UNKNOWN_CODE")
        elif isinstance(row.values.get(field), tuple):
            row.values[field] = tuple(dict.fromkeys(ids[code] for code in codes))
        elif codes:
            row.values[field] = ids[codes[0]]


def _customer_keys(kind: str, rows: Sequence[Staged]) -> set[str]:
    found: set[str] = set()
    for row in rows:
        for field in CUSTOMERS.get(kind, PARTIES):
            for value in _values(row, field):
                found |= {value.key, value.whole} if isinstance(value, SharedKey) else {value}
    return found


def _customer_ids(tx: Transaction, source_id: int, keys: Iterable[str]) -> dict[str, int]:
    statement: Select[Any] = select(records.c.source_key, records.c.customer_id).where(
        records.c.source_id == source_id, records.c.kind == "customers"
    )
    found = rows_in(tx, statement, records.c.source_key, keys)
    return {row.source_key: row.customer_id for row in found}


def _customers(tx: Transaction, kind: str, row: Staged, ids: dict[str, int]) -> None:
    if kind == "policies":
        _parties(row, ids)
        return
    given = {field: row.values[field] for field in CUSTOMERS[kind] if row.values.get(field)}
    for field, key in given.items():
        if key in ids:
            row.values[field] = ids[key]
        else:
            row.refuse(field, "UNKNOWN_REFERENCE")
    if row.is_refused:
        return
    if kind == "documents":
        row.key = document_key(tx, given["customer"], row.values["document"])
    if kind == "relations":
        _relation(row, given)


def _relation(row: Staged, keys: dict[str, str]) -> None:
    values = row.values
    if values["from"] == values["to"]:
        row.refuse("to", "INVALID", "Both keys mean the same customer.")
    told = values["source_kind"] or values["kind"]
    row.key = json.dumps([keys["from"], keys["to"], told], ensure_ascii=False)


def _parties(row: Staged, ids: dict[str, int]) -> None:
    for field in PARTIES:
        people = []
        for given in _values(row, field):
            party = _party(given, ids)
            if party is None:
                row.refuse(field, "UNKNOWN_REFERENCE")
                break
            people.append(party)
        if field in row.values:
            row.values[field] = tuple(people)
    if "beneficiary_name" in row.values:
        row.values["beneficiary_name"] = tuple(
            SourcedParty(name=name) for name in _values(row, "beneficiary_name")
        )


def _party(given: str | SharedKey, ids: dict[str, int]) -> SourcedParty | None:
    if isinstance(given, str):
        return SourcedParty(ids[given]) if given in ids else None
    if given.whole in ids:
        return SourcedParty(ids[given.whole])
    return SourcedParty(ids[given.key], share=given.share) if given.key in ids else None


def _staff(tx: Transaction, field: str, rows: Sequence[Staged]) -> None:
    """Codes of staff; unknown ones are made, and said where they come first."""
    ids, made = staff_by_code(tx, (row.values[field] for row in rows if row.values.get(field)))
    for row in rows:
        code = row.values.get(field)
        if code is None:
            continue
        row.values[field] = ids[code]
        if code in made:
            made.discard(code)
            row.warn(field, "NEW_STAFF")
