"""Reads the lists: tab-separated text beside this module."""

import csv
from importlib.resources import files

HERE = files(__package__)


def plain_rows(name: str) -> list[list[str]]:
    """The cells of a list without a header."""
    text = (HERE / f"{name}.tsv").read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines()]


def words(name: str) -> tuple[str, ...]:
    """A list of words of the one file of such lists."""
    return next(tuple(line[1].split()) for line in plain_rows("words") if line[0] == name)


def named_rows(name: str) -> list[dict[str, str]]:
    """The lines of a list with a header, by column name."""
    text = (HERE / f"{name}.tsv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))
