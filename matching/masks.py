"""What is shown of a value that may not be seen whole: its kind and its ends; pure."""

import re
from collections.abc import Callable, Mapping

from matching.numbers import MASK
from matching.scripts import DOTS, is_han
from matching.surnames import COMPOUND_SURNAMES

TEXT = MASK * 3
LONGEST_PERSONAL = 6  # Han names above this are those of organisations
SHOWN_TAIL = 4  # characters of a number's end that its mask shows

_DIVISION = re.compile(
    r"^.{0,30}?(?:[市州盟]|地区)(?:.{1,10}?[区县旗市])?|^.{1,12}?(?:省|自治区)|^.{1,10}?[区县旗]"
)


def masked_name(name: str) -> str:
    """张三丰 → 张**, John Smith → J*** S****; long Han names, as of companies: both ends, 北京******公司."""
    if not any(is_han(c) for c in name):
        return re.sub(r"(?<=\w)\w", MASK, name)
    if len(name) > LONGEST_PERSONAL and not DOTS & set(name):
        return _shown(name, 2, 2)
    return _shown(name, 2 if name[:2] in COMPOUND_SURNAMES and len(name) > 2 else 1, 0)


def masked_number(number: str) -> str:
    """110101********1234, 138 **** 8000; of shorter numbers less is shown, of very short ones nothing."""
    size = sum(c.isalnum() for c in number)
    if size < 8:
        return _shown(number, 0, 2 if size > 5 else 0)
    return _shown(number, 6 if size >= 15 else 3 if size >= 11 else 1, SHOWN_TAIL)


def masked_contact(value: str, kind: str) -> str:
    """By kind: 138****8000, z***@example.com, an address down to its district."""
    return _BY_KIND.get(kind, masked_text)(value)


def masked_text(text: str) -> str:
    """Nothing of it."""
    return TEXT if text else text


def _shown(text: str, start: int, end: int) -> str:
    """So many letters and digits of the start and the end, and all signs between them."""
    places = [place for place, c in enumerate(text) if c.isalnum()]
    hidden = set(places[start : len(places) - end] or places)
    return "".join(MASK if place in hidden else c for place, c in enumerate(text))


def _masked_email(value: str) -> str:
    name, at, host = value.rpartition("@")
    return f"{name[:1]}{TEXT}{at}{host}" if at else _masked_account(value)


def _masked_account(value: str) -> str:
    return value[:1] + TEXT


def _masked_address(value: str) -> str:
    found = _DIVISION.match(value)
    return (found[0] if found and len(found[0]) < len(value) else "") + TEXT


_BY_KIND: Mapping[str, Callable[[str], str]] = {
    "MOBILE": masked_number,
    "LANDLINE": masked_number,
    "EMAIL": _masked_email,
    "WECHAT": _masked_account,
    "ADDRESS": _masked_address,
}
