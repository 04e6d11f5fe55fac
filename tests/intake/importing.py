"""How tests import a few lines of text, and look at what came of them."""

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Select, func, select

from intake.run import ImportResult, import_file
from master.session import Master
from master.tables.audit import AuditEntryRow
from master.tables.base import Row, table
from master.tables.changes import EventRow
from master.tables.customers import ContactPointRow, CustomerRow, IdentityDocumentRow
from master.tables.sources import SourceRecordRow

COUNTED = ("read", "added", "linked", "review", "changed", "unchanged", "stale", "refused", "warnings")


@dataclass
class Importing:
    """A master, and a folder for the files that are imported into it."""

    master: Master
    folder: Path

    @property
    def report_path(self) -> Path:
        return self.folder / "report.csv"

    def file(self, text: str, encoding: str = "utf-8") -> Path:
        path = self.folder / "given.csv"
        path.write_bytes(text.encode(encoding))
        return path

    def take(
        self, kind: str, text: str, source: str | None = "CRM", *, matching: bool = False, **options: Any
    ) -> ImportResult:
        """Without matching, where a test does not ask for it: names and mobiles of most are alike."""
        path, report = self.file(text), self.report_path
        return import_file(
            self.master, kind, path, source=source, report=report, matching=matching, **options
        )

    def report(self) -> list[tuple[int, str, str]]:
        """Line, column and code of everything found in the last import."""
        with self.report_path.open(encoding="utf-8", newline="") as file:
            return [(int(row["line"]), row["column"], row["code"]) for row in csv.DictReader(file)]

    def rows(self, statement: Select[Any]) -> list[Any]:
        with self.master.reading() as connection:
            return [tuple(row) for row in connection.execute(statement)]

    def value(self, statement: Select[Any]) -> Any:
        ((found,),) = self.rows(statement)
        return found

    def count(self, row: type[Row]) -> int:
        counted: int = self.value(select(func.count()).select_from(table(row)))
        return counted

    def id_of(self, key: str, source_kind: str = "customers") -> int:
        records = table(SourceRecordRow)
        wanted = select(records.c.entity_id).where(records.c.source_key == key, records.c.kind == source_kind)
        found: int = self.value(wanted)
        return found

    def customer(self, key: str, *columns: str) -> Any:
        """One column of a customer, or several as a tuple."""
        customers = table(CustomerRow)
        wanted = [customers.c[column] for column in columns]
        (found,) = self.rows(select(*wanted).where(customers.c.id == self.id_of(key)))
        return found[0] if len(columns) == 1 else found

    def points(self, key: str) -> list[Any]:
        """The values of a customer's open contact points with their kinds, in the order they were made."""
        points = table(ContactPointRow)
        wanted = select(points.c.kind, points.c.value).order_by(points.c.id)
        return self.rows(wanted.where(points.c.customer_id == self.id_of(key), points.c.ended_at.is_(None)))

    def documents(self, key: str) -> list[Any]:
        documents = table(IdentityDocumentRow)
        wanted = select(documents.c.type, documents.c.number, documents.c.primary, documents.c.doubt)
        mine = (documents.c.customer_id == self.id_of(key), documents.c.ended_at.is_(None))
        return self.rows(wanted.where(*mine).order_by(documents.c.id))

    def state(self) -> dict[str, int]:
        """What no import that changes nothing may raise."""
        customers = table(CustomerRow)
        return {
            "customers": self.count(CustomerRow),
            "revisions": self.value(select(func.coalesce(func.sum(customers.c.revision), 0))),
            "events": self.count(EventRow),
            "records": self.count(SourceRecordRow),
            "audited": self.count(AuditEntryRow),
        }


def counts(result: ImportResult) -> dict[str, int]:
    """The counts that are not zero."""
    return {name: getattr(result, name) for name in COUNTED if getattr(result, name)}
