"""Checks of single values that people and partners give: what may not stand is refused, with its path."""

import unicodedata
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy import Table, select

from master.errors import Invalid, NotFound
from master.session import Transaction
from master.tables.base import table
from master.tables.branches import BranchRow
from master.tables.codes import CustomerKind, DocumentType, Gender
from master.writes.inputs import Amount, GivenContactPoint, GivenDocument
from matching.numbers import MASK, NumberReading, read_contact_point, read_document

HIDDEN = ("Cc", "Cf")  # Unicode's control and format characters: they break lines, turn text round or hide it
JOINERS = "\u200c\u200d"  # scripts that need them
LONGEST_NAME = 200
LONGEST_LINE = 500
LONGEST_NOTES = 20_000
LARGEST_AMOUNT = Decimal(10) ** 14
CURRENCY_LETTERS = 3

Path = Sequence[str]

branches = table(BranchRow)


def line(value: str, path: Path, longest: int = LONGEST_LINE) -> str:
    """One line of text without blanks around it. Raises Invalid for a blank, masked or overlong one."""
    text = notes(value, path, longest)
    if not text.strip(JOINERS):
        raise Invalid("This must not be blank.", path)
    if any(unicodedata.category(character) in HIDDEN and character not in JOINERS for character in text):
        raise Invalid("This must be one line without control or invisible characters.", path)
    return text


def notes(value: str, path: Path, longest: int = LONGEST_NOTES) -> str:
    """Text of any number of lines. Raises Invalid for a masked or overlong one."""
    text = unicodedata.normalize("NFC", value).strip()
    refuse_mask(text, path)
    if len(text) > longest:
        raise Invalid(f"This has {len(text)} characters; at most {longest} are allowed.", path)
    return text


def refuse_mask(text: str, path: Path) -> None:
    """Raises Invalid for text that holds a mask, in whatever width."""
    if MASK in unicodedata.normalize("NFKC", text):
        raise Invalid("This holds a mask (*): give the whole value, or leave the field out.", path)


def birth_date(value: date | None, kind: CustomerKind, today: date) -> date | None:
    if value is None:
        return None
    if kind is not CustomerKind.PERSON:
        raise Invalid("An organisation has no birth date.", ["birthDate"])
    if not date(1850, 1, 1) <= value <= today:
        raise Invalid("A birth date lies between 1850 and today.", ["birthDate"])
    return value


def document(given: GivenDocument, kind: CustomerKind, path: Path) -> NumberReading:
    """The document's reading. Raises Invalid where its number is in doubt, or the type is for others."""
    number = line(given.number, [*path, "number"])
    persons_only = (
        given.type is not DocumentType.UNIFIED_SOCIAL_CREDIT_CODE and given.type is not DocumentType.OTHER
    )
    if persons_only and kind is not CustomerKind.PERSON:
        raise Invalid(f"An organisation has no {given.type}.", [*path, "type"])
    if given.type is DocumentType.UNIFIED_SOCIAL_CREDIT_CODE and kind is CustomerKind.PERSON:
        raise Invalid("A person has no unified social credit code.", [*path, "type"])
    reading = read_document(given.type, number)
    if reading.doubt:
        raise Invalid(reading.doubt, [*path, "number"])
    return reading


def contact_point(given: GivenContactPoint, path: Path) -> NumberReading:
    reading = read_contact_point(given.kind, line(given.value, [*path, "value"]))
    if reading.doubt:
        raise Invalid(reading.doubt, [*path, "value"])
    return reading


def disagreement(reading: NumberReading, birth: date | None, gender: Gender | None) -> str | None:
    """Why a document and what else is known of the person do not fit; None: they do."""
    if reading.birth_date and birth and reading.birth_date != birth:
        return "The birth date is not the one in the document's number."
    if reading.gender and gender in (Gender.MALE, Gender.FEMALE) and reading.gender != gender:
        return "The gender is not the one in the document's number."
    return None


def amount(given: Amount, path: Path) -> Amount:
    if not 0 <= given.amount < LARGEST_AMOUNT:
        raise Invalid("An amount lies between 0 and 100,000,000,000,000.", [*path, "amount"])
    letters = given.currency.isascii() and given.currency.isalpha() and given.currency.isupper()
    if not letters or len(given.currency) != CURRENCY_LETTERS:
        raise Invalid("A currency is three capital letters (ISO 4217), as CNY.", [*path, "currency"])
    return given


def branch(tx: Transaction, code: str | None, path: Path) -> int | None:
    """The id of the branch in sight with this code; None for none. Raises NotFound."""
    id = id_of_code(tx, branches, code, path, "branch")
    if id is not None and tx.actor.sight is not None and id not in tx.actor.sight.ids:
        raise NotFound("There is no branch with this code among yours.", path)
    return id


def id_of_code(tx: Transaction, target: Table, code: str | None, path: Path, what: str) -> int | None:
    """The id of the row with this code; None for none. Raises NotFound, and Invalid for a masked code."""
    if code is None:
        return None
    refuse_mask(code, path)
    found: int | None = tx.connection.scalar(select(target.c.id).where(target.c.code == code))
    if found is None:
        raise NotFound(f"There is no {what} with this code.", path)
    return found
