"""CSV files (RFC 4180), read as a stream: UTF-8 or GB18030; what is broken in them is told by line."""

import codecs
import csv
import hashlib
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import Self, TextIO

from master.errors import Invalid

# A quote that opens and never closes spoils its own line, not the file. No cell of csv's may be longer.
MOST_CHARACTERS_IN_A_RECORD = 131_072
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True)
class FileFacts:
    """digest: SHA-256 of the bytes, in hex."""

    digest: str
    encoding: str
    size: int


@dataclass(frozen=True, slots=True)
class Line:
    """A record and the number of its first line; fault: the code of why its cells can not be told apart: then
    the whole line stands for them."""

    number: int
    cells: list[str]
    fault: str | None = None


def look_at(path: Path, encoding: str | None = None) -> FileFacts:
    """Read the file once: its digest, and its encoding unless that is given. Raises Invalid."""
    digest = hashlib.sha256()
    size = good = bad = 0
    with path.open("rb") as file:
        for line in file:
            if size == 0 and encoding is None and line.startswith(UTF_16):
                raise Invalid("The file is in UTF-16: save it as UTF-8, or give its encoding.", ["encoding"])
            digest.update(line)
            size += len(line)
            if not line.isascii():
                if _is_utf_8(line):
                    good += 1
                else:
                    bad += 1
    # By majority: one broken byte must not turn a file of UTF-8 into GB18030, which reads nearly anything.
    recognised = "utf-8-sig" if good >= bad else "gb18030"
    return FileFacts(digest.hexdigest(), _known(encoding) if encoding else recognised, size)


def _is_utf_8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _known(encoding: str) -> str:
    try:
        name = codecs.lookup(encoding).name
        "".encode(name)  # a LookupError for what is no encoding of text
    except LookupError:
        raise Invalid("There is no such encoding: give utf-8 or gb18030.", ["encoding"]) from None
    return "utf-8-sig" if name == "utf-8" else name


class CsvFile:
    """A file's records, one after another. Bytes that are wrong come as lone surrogates."""

    def __init__(self, path: Path, facts: FileFacts) -> None:
        self._bytes = path.open("rb")
        self._file = TextIOWrapper(self._bytes, facts.encoding, errors="surrogateescape", newline="")
        self._lines = _Lines(self._file)
        self._facts = facts

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *problem: object) -> None:
        self._file.close()

    @property
    def share_read(self) -> float:
        """How much of the file has been read, from 0 to 1."""
        return min(1.0, self._bytes.tell() / self._facts.size) if self._facts.size else 1.0

    def __iter__(self) -> Iterator[Line]:
        reader = csv.reader(self._lines, strict=True)
        while True:
            number = self._lines.next_record()
            try:
                cells = next(reader)
            except StopIteration:
                return
            except (csv.Error, _Endless) as problem:
                fault = self._lines.fault(problem)
                spoiled = self._lines.give_back()
                reader = csv.reader(self._lines, strict=True)
                yield Line(number, spoiled, fault)
                continue
            if any(cells):
                yield Line(number, cells)


class _Endless(Exception):
    """A record goes on for too long."""


class _Lines:
    """A file's lines for csv.reader, which can be given back after the first of a broken record."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._waiting: deque[str] = deque()
        self._taken: list[str] = []
        self._done = self._length = 0

    def next_record(self) -> int:
        """The number of the line at which the next record begins."""
        self._done += len(self._taken)
        self._taken.clear()
        self._length = 0
        return self._done + 1

    def fault(self, problem: Exception) -> str:
        """Why the record that was taken last can not be read, as a code."""
        if not isinstance(problem, _Endless) and "field limit" not in str(problem):
            return "QUOTES"
        return "TOO_LONG" if len(self._taken) == 1 else "UNCLOSED"

    def give_back(self) -> list[str]:
        """What was taken but for its first line, which is kept, and told."""
        self._waiting.extendleft(reversed(self._taken[1:]))
        del self._taken[1:]
        return [line.rstrip("\r\n") for line in self._taken]

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self._length > MOST_CHARACTERS_IN_A_RECORD:
            raise _Endless
        try:
            line = self._waiting.popleft() if self._waiting else next(self._file)
        except UnicodeError:
            raise Invalid("The file is not in the encoding that was given.", ["encoding"]) from None
        self._taken.append(line)
        self._length += len(line)
        return line
