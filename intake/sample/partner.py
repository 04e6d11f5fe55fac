"""What a bank that sells policies has: some of the hub's people, as it writes them, and their children."""

import csv
import io
from collections.abc import Callable, Iterator
from datetime import date
from random import Random

from sqlalchemy import Connection

from intake.sample.chance import dice_of, one_of, whole
from intake.sample.families import surname_of
from intake.sample.identities import mobile
from intake.sample.names import given_name
from master.reads.records import ids_after, records_of
from matching.normal import name_key
from matching.records import CustomerRecord

SOURCE = "BANK"
EACH = 25  # one person of so many is the bank's too
MOST = 100  # rows: they are there to be looked at
COLUMNS = ("source_key", "name", "gender", "birth_date", "document_number", "mobile", "address")

Cells = tuple[str, ...]


def bank_file(connection: Connection, seed: int) -> str:
    """An import file of customers, the same one for the same customers and seed."""
    dice, text = dice_of("bank", seed), io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for place, each in enumerate(_people(connection), start=1):
        writer.writerow((f"B{place:05d}", *one_of(dice, WAYS)(dice, each)))
    return text.getvalue()


def _people(connection: Connection) -> Iterator[CustomerRecord]:
    """Grown people of whom document, mobile and address are known, from all over the hub."""
    ids = ids_after(connection, 0, MOST * EACH)[EACH - 1 :: EACH]
    for each in records_of(connection, ids):
        if each.kind == "PERSON" and each.documents and each.mobiles and each.addresses and each.gender:
            yield each


def _in_letters(dice: Random, person: CustomerRecord) -> Cells:
    """As the passport has the name; the same document: the same person."""
    return _row(person, name_key(person.name).upper(), mobile(dice))


def _without_document(dice: Random, person: CustomerRecord) -> Cells:
    """Name, day of birth and mobile are the same."""
    return _row(person, person.name, person.mobiles[0], document="")


def _renamed(dice: Random, person: CustomerRecord) -> Cells:
    """Another given name, and no document: somebody has to look at it."""
    name = surname_of(person.name) + given_name(dice, person.gender, _born(person).year)
    return _row(person, name, person.mobiles[0], document="")


def _child(dice: Random, person: CustomerRecord) -> Cells:
    """At home with the parent, and called on the parent's mobile."""
    year = min(_born(person).year + whole(dice, 24, 34), 2024)
    gender = one_of(dice, ("MALE", "FEMALE"))
    name = surname_of(person.name) + given_name(dice, gender, year)
    born = f"{year}-{whole(dice, 1, 12):02d}-{whole(dice, 1, 28):02d}"
    return (name, gender, born, "", person.mobiles[0], person.addresses[0])


WAYS: tuple[Callable[[Random, CustomerRecord], Cells], ...] = (
    _in_letters,
    _without_document,
    _renamed,
    _child,
)


def _row(person: CustomerRecord, name: str, number: str, document: str | None = None) -> Cells:
    paper = person.documents[0][1] if document is None else document
    return (name, person.gender, _born(person).isoformat(), paper, number, person.addresses[0])


def _born(person: CustomerRecord) -> date:
    return date(int(person.birth[:4]), int(person.birth[4:6]), int(person.birth[6:]))
