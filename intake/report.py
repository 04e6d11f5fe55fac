"""The report of an import: a CSV file with a line for everything found, without a value of the file."""

import csv
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Self

from intake.findings import Finding

HEADER = ["line", "column", "code", "message", "hint"]


class Report:
    """Written as the import goes; one that goes on after a kill keeps what was said up to `after_line`."""

    def __init__(self, path: Path | None, after_line: int = 0) -> None:
        if path is not None:
            _begin(path, after_line)
        self._is_kept = path is not None
        self._file = (path or Path(os.devnull)).open("a", encoding="utf-8", newline="")
        self._writer = csv.writer(self._file)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *problem: object) -> None:
        self._file.close()

    def add(self, findings: Iterable[Finding]) -> None:
        """Write these, through to the file: what is committed has been reported."""
        self._writer.writerows(
            [finding.line, finding.column, finding.code, finding.message, finding.hint]
            for finding in findings
        )
        self._file.flush()
        if self._is_kept:
            os.fsync(self._file.fileno())


def _begin(path: Path, after_line: int) -> None:
    """Put a report there that holds nothing yet, or the earlier part; a kill leaves the old one or this."""
    kept = _kept(path, after_line) if after_line else []
    beside = path.with_name(f"{path.name}.new")
    with beside.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEADER, *kept])
    beside.replace(path)


def _kept(path: Path, after_line: int) -> list[list[str]]:
    """The lines of an earlier part's report, without those that a killed batch left behind."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    if not rows or rows[0] != HEADER:
        return []
    whole = [row for row in rows[1:] if len(row) == len(HEADER) and row[0].isdecimal()]
    return [row for row in whole if int(row[0]) <= after_line]
