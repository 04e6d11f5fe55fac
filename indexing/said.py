"""What is said around a value and is no part of it: titles, fillers, and words that tell what follows."""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from importlib.resources import files


class Meaning(Enum):
    """What a typed part is taken for."""

    NAME = "NAME"
    SURNAME = "SURNAME"
    PINYIN = "PINYIN"
    INITIALS = "INITIALS"
    WORD = "WORD"  # of a name in Latin letters
    ORGANIZATION = "ORGANIZATION"
    PHONE = "PHONE"
    DOCUMENT = "DOCUMENT"
    POLICY = "POLICY"
    CUSTOMER_NUMBER = "CUSTOMER_NUMBER"
    BIRTH_DATE = "BIRTH_DATE"
    EMAIL = "EMAIL"
    PLATE = "PLATE"
    NUMBER = "NUMBER"  # any of the numbers
    MASKED = "MASKED"  # a number with stars in it, not searched for
    SAID = "SAID"  # said around the values, not searched for


class Place(Enum):
    """Where in the value the part lies, when that was said."""

    ANYWHERE = ""
    START = "START"
    END = "END"


@dataclass(frozen=True, slots=True)
class Marker:
    """What was said of the part behind it: its meaning, or None for any, and its place.

    is_explicit: by a sign (姓名:), so that it holds for names too.
    """

    said: str
    meaning: Meaning | None
    place: Place
    is_explicit: bool = False

    def followed_by(self, other: "Marker") -> "Marker":
        """手机 尾号: what both say."""
        return Marker(
            self.said + other.said,
            other.meaning or self.meaning,
            other.place if other.place is not Place.ANYWHERE else self.place,
            other.is_explicit,
        )


LONGEST_TITLED = 4  # characters; longer is an organisation, which has no title behind it


def _rows() -> list[dict[str, str]]:
    text = (files("indexing.lists") / "said.tsv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))


_SAID = _rows()
_MARKERS = {
    row["said"]: Marker(
        row["said"], Meaning(row["meaning"]) if row["meaning"] else None, Place(row["place"] or "")
    )
    for row in _SAID
    if row["role"] == "MARKER"
}
# The marker that makes a part be taken for a meaning, as people read it.
MARKER_OF = {
    marker.meaning: said
    for said, marker in reversed(_MARKERS.items())
    if marker.meaning and marker.place is Place.ANYWHERE and not said.isascii()
}


def _one_of(words: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


_FILLERS = re.compile(_one_of(row["said"] for row in _SAID if row["role"] == "FILLER"))
_TITLES = re.compile(rf"(?<=.)(?:{_one_of(row['said'] for row in _SAID if row['role'] == 'TITLE')})+的?$")
_AT_END = re.compile(rf"({_one_of(said for said in _MARKERS if not said.isascii())})[是为]?$")
_SURNAMED = re.compile(r"姓(.{1,2}?)的?$")


def marker(said: str) -> Marker | None:
    """What this, with a colon behind it, says of what follows."""
    return _MARKERS.get(said)


def parted(han: str) -> Iterator[str | Marker]:
    """The values in a run of Han characters, each stretch said around them as a marker without meaning.

    A marker that tells something stands last, and tells it of what comes behind the run.
    """
    found = _AT_END.search(han)
    run = han[: found.start()].removesuffix("的") if found else han
    start = 0
    for filler in _FILLERS.finditer(run):
        yield from _titled(run[start : filler.start()])
        yield _said(filler[0])
        start = filler.end()
    yield from _titled(run[start:])
    if found:
        yield _MARKERS[found[1]]


def _titled(value: str) -> Iterator[str | Marker]:
    title = _TITLES.search(value)
    name = value[: title.start()] if title else value
    if not title or len(name) > LONGEST_TITLED:
        name, title = value, None
    surnamed = _SURNAMED.fullmatch(name)
    if surnamed:
        yield Marker("姓", Meaning.SURNAME, Place.ANYWHERE, is_explicit=True)
        name = surnamed[1]
    if name:
        yield name
    if title:
        yield _said(title[0])


def _said(text: str) -> Marker:
    return Marker(text, Meaning.SAID, Place.ANYWHERE)
