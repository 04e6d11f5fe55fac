"""What each typed part was taken for, and the query that takes it for something else."""

from dataclasses import replace
from enum import StrEnum
from typing import Any

import strawberry

from indexing.meanings import OtherReading as Other
from indexing.meanings import SearchReading as Reading
from indexing.meanings import search_readings
from indexing.permitted import By
from indexing.said import Meaning
from indexing.words import read_words
from schema.described import described_from
from schema.fields import answered_by, named
from schema.search_pages import SearchPage

# Meanings of values that a role may not look for at all: by the name that Permitted has for these.
_VALUES = {
    Meaning.NAME: "names",
    Meaning.SURNAME: "names",
    Meaning.PINYIN: "names",
    Meaning.INITIALS: "names",
    Meaning.WORD: "names",
    Meaning.ORGANIZATION: "names",
    Meaning.PHONE: "contacts",
    Meaning.EMAIL: "contacts",
    Meaning.DOCUMENT: "documents",
    Meaning.POLICY: "policies",
    Meaning.BIRTH_DATE: "births",
}


@strawberry.enum(
    description="What a typed part is taken for. NUMBER: any of the numbers; SAID: said around the values."
)
class SearchMeaning(StrEnum):
    NAME = "NAME"
    SURNAME = "SURNAME"
    PINYIN = "PINYIN"
    INITIALS = "INITIALS"
    WORD = "WORD"
    ORGANIZATION = "ORGANIZATION"
    PHONE = "PHONE"
    DOCUMENT = "DOCUMENT"
    POLICY = "POLICY"
    CUSTOMER_NUMBER = "CUSTOMER_NUMBER"
    BIRTH_DATE = "BIRTH_DATE"
    EMAIL = "EMAIL"
    PLATE = "PLATE"
    NUMBER = "NUMBER"
    MASKED = "MASKED"
    SAID = "SAID"


def _of_other(root: Other) -> Any:
    return SearchMeaning(root.meaning.value)


@described_from(Other)
class OtherReading:
    """Something else that a part may be."""

    meaning: SearchMeaning = answered_by(_of_other)
    """What it would be taken for."""
    query: str
    """The whole query by which it is taken so: search for this."""


def _of_part(root: Reading) -> Any:
    return SearchMeaning(root.meaning.value)


@described_from(Reading)
class SearchReading:
    """What a typed part was taken for."""

    part: str
    """As typed, in normal form, with the marker before it: 尾号:8000."""
    meaning: SearchMeaning = answered_by(_of_part)
    """The likeliest; where it is not forced, the others are looked for too, and hits tell what fits."""
    value: str
    """The part without its marker."""
    is_searched: bool = named("searched")
    """Whether it is looked for; what is said around the values (先生, 那个) is only told."""
    is_forced: bool = named("forced")
    """Whether a marker (手机尾号8000, policy:8000) said so: nothing else is looked for then."""
    others: list[OtherReading]
    """What else it may be, as far as the viewer may look for that."""


def readings_of(root: SearchPage) -> Any:
    """Of the words alone: they tell nothing of anybody in the hub."""
    return [_permitted(each, root) for each in search_readings(read_words(root.words))]


def _permitted(reading: Reading, page: SearchPage) -> Reading:
    others = tuple(other for other in reading.others if _may_mean(other.meaning, page))
    return replace(reading, others=others)


def _may_mean(meaning: Meaning, page: SearchPage) -> bool:
    return meaning not in _VALUES or getattr(page.permitted, _VALUES[meaning]) is not By.NOTHING
