"""Gender and birth date, which persons alone have: what can not be right is not taken, and said."""

from dataclasses import replace
from datetime import date
from typing import Any

from master.errors import Invalid
from master.tables.codes import CustomerKind
from master.writes import checks
from master.writes.sourced.rows import Batch, Outcome, Remark, Said, SourcedRow

NOT_FOR_ORGANIZATIONS, IMPOSSIBLE_BIRTH_DATE = "NOT_FOR_ORGANIZATIONS", "IMPOSSIBLE_BIRTH_DATE"
NOT_TAKEN = (NOT_FOR_ORGANIZATIONS, IMPOSSIBLE_BIRTH_DATE)
OF_ORGANIZATIONS = {
    "gender": Remark("gender", NOT_FOR_ORGANIZATIONS, "An organisation has no gender."),
    "birth_date": Remark("birth_date", NOT_FOR_ORGANIZATIONS, "An organisation has no birth date."),
}


class PersonChecks:
    """Keeps what it found of the rows, by their keys."""

    def __init__(self, today: date) -> None:
        self.today = today
        self._found: dict[str, tuple[Remark, ...]] = {}

    def checked(self, row: SourcedRow) -> SourcedRow:
        """The row without what can not be right, as far as the row itself tells."""
        if row.values.get("kind") == CustomerKind.ORGANIZATION:
            return self._organization(row, {})
        birth = row.values.get("birth_date")
        try:
            checks.birth_date(birth, CustomerKind.PERSON, self.today)
        except Invalid as problem:
            self._found[row.key] = (Remark("birth_date", IMPOSSIBLE_BIRTH_DATE, problem.message),)
            kept = {field: value for field, value in row.values.items() if field != "birth_date"}
            return replace(row, values=kept)
        return row

    def checked_beside(self, row: SourcedRow, before: Said) -> SourcedRow:
        """The same, of a row whose source has said before what it is."""
        kind = row.values.get("kind") or before.get("kind")
        return self._organization(row, before) if kind == CustomerKind.ORGANIZATION else row

    def tell(self, batch: Batch) -> None:
        for key, remarks in self._found.items():
            applied = batch.applied[key]
            if applied.outcome is not Outcome.STALE:
                batch.applied[key] = replace(applied, remarks=(*remarks, *applied.remarks))

    def _organization(self, row: SourcedRow, before: Said) -> SourcedRow:
        """Without either, whatever was said before."""
        given = [field for field in OF_ORGANIZATIONS if row.values.get(field) is not None]
        if given:
            self._found[row.key] = tuple(OF_ORGANIZATIONS[field] for field in given)
        emptied: dict[str, Any] = dict.fromkeys((*given, *(OF_ORGANIZATIONS.keys() & before.keys())))
        return replace(row, values={**row.values, **emptied}) if emptied else row
