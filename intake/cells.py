"""How single cells are read: text, codes, dates, instants, amounts. Pure; raises Unreadable."""

import math
import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from master.clock import milliseconds
from master.tables.codes import Gender
from master.tables.leads import LARGEST_SCORE
from master.tables.types import LARGEST

Read = Callable[[str, ZoneInfo], Any]
E = TypeVar("E", bound=StrEnum)

GENDERS = {
    **dict.fromkeys(("M", "男", "1", "MALE"), Gender.MALE),
    **dict.fromkeys(("F", "女", "2", "FEMALE"), Gender.FEMALE),
    **dict.fromkeys(("0", "9", "未知", "未说明", "UNSPECIFIED"), Gender.UNSPECIFIED),  # GB/T 2261.1
}
FLAGS = {
    **dict.fromkeys(("1", "TRUE", "T", "YES", "Y", "是"), True),
    **dict.fromkeys(("0", "FALSE", "F", "NO", "N", "否"), False),
}
DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})|(\d{4})/(\d{1,2})/(\d{1,2})|(\d{4})(\d\d)(\d\d)")
LOCAL = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})[ T]+(\d{1,2}):(\d\d)(?::(\d\d))?")
THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
CURRENCY = re.compile("[A-Z]{3}")  # ISO 4217
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,2})?")


class Unreadable(Exception):
    """code: of intake.findings.REFUSALS."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def text(longest: int) -> Read:
    """One line, in NFC, blanks between words kept single."""

    def read(cell: str, zone: ZoneInfo) -> str:
        found = (
            " ".join(cell.split()) if cell.isascii() else " ".join(unicodedata.normalize("NFC", cell).split())
        )
        return _short(found, longest)

    return read


def notes(longest: int) -> Read:
    """Text of any number of lines."""

    def read(cell: str, zone: ZoneInfo) -> str:
        return _short(unicodedata.normalize("NFC", cell.replace("\r\n", "\n").replace("\r", "\n")), longest)

    return read


def code(longest: int = 100) -> Read:
    """A code in plain text: full width letters are folded."""

    def read(cell: str, zone: ZoneInfo) -> str:
        found = _short(_folded(cell), longest)
        if '"' in found or "\\" in found:
            raise Unreadable("INVALID_CODE")
        return found

    return read


def currency(cell: str, zone: ZoneInfo) -> str:
    """Three letters, in any case."""
    found = _folded(cell).upper()
    if not CURRENCY.fullmatch(found):
        raise Unreadable("INVALID_CURRENCY")
    return found


def one_of(codes: type[E]) -> Read:
    """A code of a closed list, in any case."""

    def read(cell: str, zone: ZoneInfo) -> E:
        found = _choice(codes, cell)
        if found is None:
            raise Unreadable("UNKNOWN_CODE")
        return found

    return read


def one_of_or_other(codes: type[E], other: E, longest: int = 100) -> Read:
    """(code, None), or (OTHER, the source's own code) where the list does not have it."""

    def read(cell: str, zone: ZoneInfo) -> tuple[E, str | None]:
        found = _choice(codes, cell)
        return (found, None) if found is not None else (other, _short(" ".join(cell.split()), longest))

    return read


def among(values: dict[str, Any]) -> Read:
    """One of these spellings, in any case."""

    def read(cell: str, zone: ZoneInfo) -> Any:
        try:
            return values[_folded(cell).upper()]
        except KeyError:
            raise Unreadable("INVALID") from None

    return read


gender = among(GENDERS)
flag = among(FLAGS)


def several(read_one: Read) -> Read:
    """Values divided by |, as a tuple."""

    def read(cell: str, zone: ZoneInfo) -> tuple[Any, ...]:
        return tuple(read_one(part.strip(), zone) for part in cell.split("|") if part.strip())

    return read


def day(cell: str, zone: ZoneInfo) -> date:
    """1990-01-31, 1990/1/31 or 19900131."""
    found = DAY.fullmatch(_folded(cell))
    if found is None:
        raise Unreadable("INVALID_DATE")
    try:
        return date(*(int(part) for part in found.groups() if part is not None))
    except ValueError:
        raise Unreadable("INVALID_DATE") from None


def instant(cell: str, zone: ZoneInfo) -> datetime:
    """ISO 8601, or 2026-11-21 08:30[:00] in the hub's zone; a day alone is its beginning."""
    folded = _folded(cell)
    try:
        if local := LOCAL.fullmatch(folded):
            year, month, of_month, hour, minute, second = (int(part or 0) for part in local.groups())
            found = datetime(year, month, of_month, hour, minute, second)
        elif DAY.fullmatch(folded):
            found = datetime.combine(day(folded, zone), time())
        else:
            found = datetime.fromisoformat(folded)
        return milliseconds(found if found.tzinfo else found.replace(tzinfo=zone))
    except (Unreadable, ValueError, OverflowError):
        raise Unreadable("INVALID_INSTANT") from None


def amount(cell: str, zone: ZoneInfo) -> Decimal:
    """Money: at most four decimals; 1,200.00 too."""
    folded = _folded(cell)
    plain = folded.replace(",", "") if THOUSANDS.fullmatch(folded) else folded
    if not NUMBER.fullmatch(plain):
        raise Unreadable("INVALID_NUMBER")
    try:
        found = Decimal(plain)
    except InvalidOperation:
        raise Unreadable("INVALID_NUMBER") from None
    if not 0 <= found <= LARGEST or found != round(found, 4):
        raise Unreadable("INVALID_NUMBER")
    return found


def score(cell: str, zone: ZoneInfo) -> float:
    folded = _folded(cell)
    found = float(folded) if NUMBER.fullmatch(folded) else math.nan
    if not abs(found) <= LARGEST_SCORE:
        raise Unreadable("INVALID_NUMBER")
    return found


def share(cell: str) -> Decimal:
    """Per cent, from 0 to 100."""
    found = amount(cell.strip().removesuffix("%"), ZoneInfo("UTC"))
    if found > 100:
        raise Unreadable("INVALID_NUMBER")
    return found


def _choice(codes: type[E], cell: str) -> E | None:
    try:
        return codes(_folded(cell).upper())
    except ValueError:
        return None


def _folded(cell: str) -> str:
    return cell if cell.isascii() else unicodedata.normalize("NFKC", cell).strip()


def _short(found: str, longest: int) -> str:
    if len(found) > longest:
        raise Unreadable("TOO_LONG")
    return found
