"""A record in the normal forms that are compared: order, script, case and format no longer matter."""

import re
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from matching.names import Name, organization_name, person_name
from matching.numbers import read_document, read_email, read_mobile
from matching.records import CustomerRecord
from matching.scripts import plain

T = TypeVar("T")

# Types whose numbers prove themselves by a check digit: two good ones that differ are two persons.
CHECKED = frozenset({"RESIDENT_ID", "FOREIGN_RESIDENT_PERMIT", "UNIFIED_SOCIAL_CREDIT_CODE"})

NAMELESS = Name("", "", "", "")

# What addresses are written with or without: in divisions' names, and behind numbers.
_LEFT_OUT = dict.fromkeys(map(ord, "省市区县")) | dict.fromkeys(map(ord, "号栋幢座室楼层弄门"), " ")
_TOKENS = re.compile(r"[0-9]+|[a-z]+|[^\W0-9a-z_]+")


@dataclass(frozen=True, slots=True)
class Document:
    """A number in its normal form; is_proven: its check digit fits."""

    type: str
    number: str
    is_proven: bool


@dataclass(frozen=True, slots=True)
class NormalRecord:
    """A record as it is compared; the first of each list counts most."""

    id: Hashable
    kind: str
    names: tuple[Name, ...]
    gender: str
    births: tuple[str, ...]
    documents: tuple[Document, ...]
    mobiles: tuple[str, ...]
    emails: tuple[str, ...]
    addresses: tuple[str, ...]


def normalized(record: CustomerRecord, *, reads_documents: bool = True) -> NormalRecord:
    """The record in normal forms; birth date and gender out of a good resident ID where they are not told.

    reads_documents: False for whoever may not know what stands in them.
    """
    documents = _once(_document(type, number) for type, number in record.documents)
    ids = (each.number for each in documents if each.type == "RESIDENT_ID" and each.is_proven)
    told = next(ids, "") if reads_documents else ""
    named = organization_name if record.kind == "ORGANIZATION" else person_name
    return NormalRecord(
        id=record.id,
        kind=record.kind,
        names=_once(named(name) for name in (record.name, *record.former_names) if name.strip())
        or (NAMELESS,),
        gender=record.gender if record.gender in ("MALE", "FEMALE") else _gender(told),
        births=_once((record.birth or told[6:14], *record.former_births)),
        documents=documents,
        mobiles=_once(read_mobile(each).normal for each in record.mobiles if each),
        emails=_once(read_email(each).normal for each in record.emails if each),
        addresses=_once(address_key(each) for each in record.addresses if each),
    )


@lru_cache(maxsize=16_384)
def address_key(address: str) -> str:
    """Its numbers and words, in an order of their own: 中山路5号301室 and 301室 中山路5 are alike."""
    return " ".join(sorted(_TOKENS.findall(plain(address).translate(_LEFT_OUT))))


def _document(type: str, number: str) -> Document:
    read = read_document(type, number)
    return Document(type, read.normal, type in CHECKED and read.doubt is None)


def _gender(resident_id: str) -> str:
    if not resident_id:
        return ""
    return "MALE" if int(resident_id[16]) % 2 else "FEMALE"


def _once(values: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(value for value in values if value))
