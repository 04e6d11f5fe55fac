"""What is shown of a value that may not be seen whole: its kind and its ends; pure.

A mask of a mask is the mask itself, and each holds a star, by which it is refused when it is given back.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping

from matching.numbers import MASK
from matching.scripts import is_han
from matching.surnames import COMPOUND_SURNAMES

TEXT = MASK * 3
LONGEST_PERSONAL = 6  # characters: organisations' names are longer, and end as these do
SHOWN_TAIL = 4  # characters of a number's end that its mask shows

_ORGANISATION = re.compile(
    rf"(公司|集团|中心|企业|大学|[工{re.escape(MASK)}]作室|[厂店院所会社部行局校馆站场队])\W*$"
)

# Provinces, cities and districts: nothing in their names that streets, houses and housing estates have.
_LETTER = r"(?![路街巷弄号栋幢室省市区县旗])[\u3400-\u9fff]"
_CITY = r"市(?![场民政郊区])"
_DISTRICT = r"(?<![小社校园厂院片舍属宅活墅期一二三四五六七八九十东西南北])区|县|旗"
_DIVISION = re.compile(
    rf"(?:(?:{_LETTER}){{2,8}}(?:省|(?<=自治)区|(?<=特别行政)区)\s*)?"
    rf"(?:(?:{_LETTER}){{1,10}}?(?:{_CITY}|自治州|地区|盟)\s*)?"
    rf"(?:(?:{_LETTER}){{1,15}}(?:{_DISTRICT}|{_CITY}))?"
)


def masked_name(name: str) -> str:
    """张三丰 → 张**, 欧阳锋 → 欧阳*, John Smith → J*** S****; of organisations both ends: 北京******公司."""
    if not any(is_han(c) for c in name):
        return _initials(name)
    if sum(map(_counts, name)) > LONGEST_PERSONAL and _ORGANISATION.search(name):
        return _shown(name, 2, 2)
    return _shown(name, 2 if name[:2] in COMPOUND_SURNAMES and len(name) > 2 else 1, 0)


def masked_number(number: str) -> str:
    """110101********1234, E****5678; of shorter numbers less is shown, of very short ones nothing."""
    return _number(number, longest_start=6)


def masked_phone(number: str) -> str:
    """138****8000, +86 1** **** 8000."""
    return _number(number, longest_start=3)


def masked_contact(value: str, kind: str) -> str:
    """By kind: 138****8000, z***@example.com, an address down to its district."""
    return _BY_KIND.get(kind, masked_text)(value)


def masked_text(text: str) -> str:
    """Nothing of it."""
    return TEXT if text else text


def _number(number: str, longest_start: int) -> str:
    """At least four characters are hidden."""
    size = sum(map(_counts, number))
    if size < 8:
        return _shown(number, 0, 2 if size > 5 else 0)
    start = 6 if size >= 15 else 3 if size >= 11 else 1 if size > 8 else 0
    return _shown(number, min(start, longest_start), SHOWN_TAIL)


def _counts(character: str) -> bool:
    """Whether it is a part of the value, or stands for one in a mask, and no sign between parts."""
    return character == MASK or character.isalnum() or unicodedata.category(character)[0] == "M"


def _shown(text: str, start: int, end: int) -> str:
    """So much of the start and the end, and all signs between; nothing when that would be everything."""
    places = [place for place, c in enumerate(text) if _counts(c)]
    hidden = set(places[start : len(places) - end] or places)
    return "".join(MASK if place in hidden else c for place, c in enumerate(text))


def _initials(name: str) -> str:
    """The first letter of each word; nothing when that would be everything."""
    places = [place for place, c in enumerate(name) if _counts(c)]
    hidden = {place for place in places if place > 0 and _counts(name[place - 1])}
    if not hidden and MASK not in name:
        hidden = set(places)
    return "".join(MASK if place in hidden else c for place, c in enumerate(name))


def _masked_email(value: str) -> str:
    name, at, host = value.rpartition("@")
    return f"{_masked_account(name) or TEXT}{at}{host}" if at else _masked_account(value)


def _masked_account(value: str) -> str:
    """Its first character, unless that is all of it; how long it is stays hidden."""
    first = value[:1] if len(value) > 1 and value[0] != MASK else ""
    return first + masked_text(value)


def _masked_address(value: str) -> str:
    found = _DIVISION.match(value)
    division = found[0] if found and len(found[0]) < len(value) else ""
    return division + masked_text(value)


_BY_KIND: Mapping[str, Callable[[str], str]] = {
    "MOBILE": masked_phone,
    "LANDLINE": masked_phone,
    "EMAIL": _masked_email,
    "WECHAT": _masked_account,
    "ADDRESS": _masked_address,
}
