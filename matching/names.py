"""Names as they are compared: people's whatever their order or script, organisations' without legal form."""

import re
from dataclasses import dataclass
from functools import lru_cache

from matching.pinyin import Cell, cells, readings
from matching.scripts import plain
from matching.surnames import COMPOUND_SURNAMES

# The longest first, for each is taken off the end of what is left.
_LEGAL_FORMS = re.compile(
    r"(集团股份有限公司|股份有限公司|有限责任公司|集团有限公司|有限公司|股份公司|总公司|分公司|子公司|公司|集团)$"
    r"|[ ,]*\b(co ltd|company limited|limited|ltd|inc|incorporated|corp|corporation|llc|plc|gmbh|sa|ag)\b *$"
)
START = 3  # letters

_SIGNS = re.compile(r"[^\w]+")


@dataclass(frozen=True, slots=True)
class Name:
    """A name in the forms that are compared.

    exact: its characters, or its words in alphabetical order; of an organisation all of its name.
    sound: surname and given name as they are said, in alphabetical order, so that 张三, ZHANG SAN and
    San Zhang meet; of an organisation its name without place and legal form.
    """

    exact: str
    sound: str
    surname: str
    given: str

    @property
    def starts(self) -> tuple[str, ...]:
        """How its words start: one of them may be another in the other record, or end in a typo."""
        return tuple(dict.fromkeys(word[:START] for word in self.sound.split(" ") if len(word) > 1))

    @property
    def initials(self) -> str:
        """The first letters of its words, in alphabetical order."""
        return "".join(word[0] for word in self.sound.split(" ") if word)


@lru_cache(maxsize=65_536)
def person_name(name: str) -> Name:
    units = cells(name)
    if not units:
        return Name("", "", "", "")
    said = readings(name)[0]
    if all(unit.is_han for unit in units):
        surname, given = _parted(units, said)
        exact = "".join(unit.text for unit in units)
    else:  # the surname last, as in most scripts of letters; sound and exact do not depend on it
        surname, given = said[-1], " ".join(said[:-1])
        exact = " ".join(sorted(unit.text for unit in units))
    return Name(exact, " ".join(sorted(filter(None, (surname, *given.split(" "))))), surname, given)


def _parted(units: tuple[Cell, ...], said: tuple[str, ...]) -> tuple[str, str]:
    compound = len(units) >= 3 and units[0].text + units[1].text in COMPOUND_SURNAMES
    size = 2 if compound else 1
    return "".join(said[:size]), "".join(said[size:])


@lru_cache(maxsize=16_384)
def organization_name(name: str) -> Name:
    """Without signs; `sound` without the legal form as well."""
    whole = _SIGNS.sub(" ", plain(name)).strip()
    core = whole
    while (shorter := _LEGAL_FORMS.sub("", core).strip()) and shorter != core:
        core = shorter
    return Name(whole.replace(" ", ""), core.replace(" ", ""), "", "")
