"""Lines become staged rows: every cell read, everything wrong in them found. Pure: asks no database."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from intake.cells import Unreadable, share
from intake.findings import Finding, refusal, warning
from intake.kinds import Column, Kind
from intake.sources.csv import Line
from master.errors import Invalid
from master.reads.own_phones import phones_in
from master.tables.codes import ContactPointKind, DocumentType, PolicyStatus
from master.writes.sourced.rows import Outcome, sourced_document, sourced_point
from matching.numbers import read_landline, read_mobile

CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
POINTS = ("mobile", "email", "wechat", "address")
Cells = dict[str, Any]


@dataclass(slots=True)
class Staged:
    """A line as values by field; codes and other systems' keys are still what the file says.

    outcome, entity_id: what became of it, once that is known.
    """

    line: int
    key: str
    values: dict[str, Any]
    updated_at: datetime | None = None
    findings: list[Finding] = field(default_factory=list)
    outcome: Outcome = Outcome.REFUSED
    entity_id: int | None = None

    @property
    def is_refused(self) -> bool:
        return any(finding.refuses for finding in self.findings)

    def refuse(self, column: str, code: str, message: str = "") -> None:
        self.findings.append(refusal(self.line, column, code, message))

    def warn(self, column: str, code: str, message: str = "") -> None:
        self.findings.append(warning(self.line, column, code, message))


@dataclass(frozen=True, slots=True)
class SharedKey:
    """A customer's key with a share; whole: the cell's text, should that be the key."""

    key: str
    share: Decimal | None
    whole: str


class Stager:
    """Reads the lines of one file."""

    def __init__(self, kind: Kind, header: Sequence[str], zone: ZoneInfo) -> None:
        """Raises Invalid where the header has unknown columns, one twice, or not those of the key."""
        self.kind, self.zone = kind, zone
        self.columns = [kind.column(name) for name in _checked(kind, header)]

    def stage(self, line: Line) -> Staged:
        staged = Staged(line.number, "", {})
        if line.fault is not None:
            staged.refuse("", line.fault)
        elif len(line.cells) != len(self.columns):
            staged.refuse("", "CELLS")
        else:
            cells = self._read(staged, line.cells)
            if not staged.is_refused:
                staged.key = cells[self.kind.key[0]]
                SHAPES.get(self.kind.name, _as_it_is)(staged, cells)
        return staged

    def _read(self, staged: Staged, given: Sequence[str]) -> Cells:
        suspect = _is_suspect(given)
        cells: Cells = {}
        for column, cell in zip(self.columns, given, strict=True):
            stripped = cell.strip()
            if suspect and (code := _unfit(stripped)):
                staged.refuse(column.name, code)
            elif stripped:
                cells[column.name] = self._value(staged, column, stripped)
            else:
                cells[column.name] = None
            if column.needed and not stripped:
                staged.refuse(column.name, "REQUIRED")
        return cells

    def _value(self, staged: Staged, column: Column, cell: str) -> Any:
        try:
            return column.read(cell, self.zone)
        except Unreadable as problem:
            staged.refuse(column.name, problem.code)
            return None


def _checked(kind: Kind, header: Sequence[str]) -> list[str]:
    names = [name.strip() for name in header]
    known = {column.name for column in kind.columns}
    if unknown := [name for name in names if name not in known]:
        told = ", ".join(name or "(a column without a name)" for name in unknown)
        known_ones = ", ".join(column.name for column in kind.columns)
        raise Invalid(f"Unknown columns for {kind.name}: {told}. Known are: {known_ones}.", ["header"])
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise Invalid(f"These columns are there twice: {', '.join(twice)}.", ["header"])
    if missing := [name for name in kind.key if name not in names]:
        raise Invalid(f"These columns are missing: {', '.join(missing)}.", ["header"])
    return names


def _is_suspect(cells: Sequence[str]) -> bool:
    """Whether a line holds anything that no cell may; asked of whole lines, as it is hardly ever so."""
    return _unfit("".join(cells)) is not None


def _unfit(text: str) -> str | None:
    if CONTROL.search(text):
        return "CONTROL"
    try:
        text.encode()
    except UnicodeEncodeError:
        return "ENCODING"
    return None


def _as_it_is(staged: Staged, cells: Cells) -> None:
    staged.values = {name: value for name, value in cells.items() if name not in ("source_key", "code")}


def _customer(staged: Staged, cells: Cells) -> None:
    staged.updated_at = cells.pop("updated_at", None)
    type, source_type = cells.pop("document_type", None) or (None, None)
    if source_type:
        staged.warn("document_type", "KEPT_AS_OTHER")
    _as_it_is(staged, cells)
    values = staged.values
    if "document_number" in values:
        number = values.pop("document_number")
        assumed = type is None
        document = number and sourced_document(
            type or DocumentType.RESIDENT_ID, number, source_type, assumed=assumed
        )
        values["documents"] = (document,) if document else ()
    for column in POINTS:
        if column in values:
            kind = ContactPointKind[column.upper()]
            values[column] = tuple(sourced_point(kind, value) for value in values[column] or ())
    if "tags" in values:
        values["tags"] = values["tags"] or ()


def _document(staged: Staged, cells: Cells) -> None:
    type, source_type = cells.pop("type")
    if source_type:
        staged.warn("type", "KEPT_AS_OTHER")
    primary = cells.get("primary")
    document = sourced_document(type, cells.pop("number"), source_type, primary=False)
    staged.values = {**cells, "document": document}
    if "primary" in cells:
        staged.values["primary"] = bool(primary)


def _relation(staged: Staged, cells: Cells) -> None:
    kind, source_kind = cells.pop("kind")
    if source_kind:
        staged.warn("kind", "KEPT_AS_OTHER")
    if cells["from"] == cells["to"]:
        staged.refuse("to", "INVALID", "Nobody is related to himself.")
    staged.values = {**cells, "kind": kind, "source_kind": source_kind}


def _policy(staged: Staged, cells: Cells) -> None:
    del cells["number"]
    staged.values = cells
    if "status" in cells:
        cells["status"], cells["source_status"] = cells["status"] or (PolicyStatus.OTHER, None)
        if cells["status"] is PolicyStatus.OTHER:
            staged.warn("status", "KEPT_AS_OTHER")
    if "annual_premium" in cells and cells["annual_premium"] is None:
        cells["annual_premium"] = Decimal(0)
        staged.warn("annual_premium", "KEPT_AS_ZERO")
    for column in ("applicant", "insured", "beneficiary", "beneficiary_name"):
        if column in cells:
            cells[column] = cells[column] or ()
    if cells.get("beneficiary"):
        cells["beneficiary"] = tuple(_shared(staged, each) for each in cells["beneficiary"])
        shares = [each.share for each in cells["beneficiary"] if each.share is not None]
        if shares and sum(shares) != 100:
            staged.warn("beneficiary", "SHARES")


def _shared(staged: Staged, cell: str) -> SharedKey:
    key, colon, percent = cell.rpartition(":")
    if not colon:
        return SharedKey(cell, None, cell)
    try:
        return SharedKey(key.strip(), share(percent), cell)
    except Unreadable as problem:
        if percent.strip() and not percent.strip()[0].isdecimal():
            return SharedKey(cell, None, cell)  # a colon inside a key
        staged.refuse("beneficiary", problem.code)
        return SharedKey(cell, None, cell)


def _with_phones(staged: Staged, cells: Cells) -> None:
    _as_it_is(staged, cells)
    phones = phones_in(cells.get("phone") or "")
    if any(read_mobile(phone).doubt and read_landline(phone).doubt for phone in phones):
        staged.warn("phone", "DOUBTFUL")


Shape = Callable[[Staged, Cells], None]
SHAPES: dict[str, Shape] = {
    "branches": _with_phones,
    "staff": _with_phones,
    "customers": _customer,
    "documents": _document,
    "relations": _relation,
    "policies": _policy,
}
