"""The lists, line by line."""

from collections.abc import Iterator
from importlib.resources import files


def lines(name: str) -> Iterator[str]:
    """Of a list, without where it comes from."""
    text = (files("matching.lists") / f"{name}.tsv").read_text(encoding="utf-8")
    return (line for line in text.splitlines() if not line.startswith("#"))


def rows(name: str) -> Iterator[tuple[str, str]]:
    """Of a list of two columns."""
    for line in lines(name):
        key, value = line.split("\t")
        yield key, value
