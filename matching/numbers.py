"""Personal numbers read into one form each, with what is doubtful about them."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from operator import mul

from matching.scripts import digits

# GB 11643-1999.
RESIDENT_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
RESIDENT_CHECKS = "10X98765432"
# GB 32100-2015: no I, O, S, V, Z.
USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"

# Stands in shown values for what their reader may not see.
MASK = "*"

_CHECK_DIGIT = "The check digit does not fit."
_EARLIEST_BIRTH = date(1880, 1, 1)
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_LANDLINE = re.compile(r"0[1-9][0-9]{8,10}|[48]00[0-9]{7}|[2-8][0-9]{6,7}|9[56][0-9]{3,6}")
_FOREIGN_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_EXTENSION = re.compile(r"(?:ext\.?|x|转|轉|分机|#)\s*([0-9]{1,6})$")
_DASHED_EXTENSION = re.compile(r"-([0-9]{1,6})$")
_NOT_IN_NUMBERS = re.compile(r"[\s\-‐‑‒–—―_.·/\\()]+")


@dataclass(frozen=True, slots=True)
class NumberReading:
    """A number's normal form; doubt says, without the number, why it may be wrong."""

    normal: str
    doubt: str | None = None
    birth_date: date | None = None
    gender: str | None = None


def resident_id_check_digit(first_17: str) -> str:
    """The last character of a resident ID, from the 17 digits before it (GB 11643)."""
    total = sum(map(mul, map(int, first_17), RESIDENT_WEIGHTS))
    return RESIDENT_CHECKS[total % 11]


def uscc_check_character(first_17: str) -> str:
    """The last character of a unified social credit code, from the 17 before it (GB 32100)."""
    if len(first_17) != 17:
        raise ValueError("A unified social credit code has 17 characters before the check character.")
    total = sum(USCC_ALPHABET.index(c) * pow(3, place, 31) for place, c in enumerate(first_17))
    return USCC_ALPHABET[(31 - total % 31) % 31]


def compact(text: str) -> str:
    """NFKC, upper case, without blanks, dashes, dots and brackets: the form of numbers with letters."""
    if text.isascii() and text.isprintable():  # nearly always; ten times faster
        return text.upper() if text.isalnum() else _NOT_IN_NUMBERS.sub("", text.upper())
    plain = unicodedata.normalize("NFKC", text).upper()
    kept = (c for c in _NOT_IN_NUMBERS.sub("", plain) if unicodedata.category(c)[0] != "C")
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in kept)


@lru_cache(maxsize=4_096)  # who comes in is read as it comes, beside whom it may be, and where it is kept
def read_document(type: str, number: str) -> NumberReading:
    """The number as documents of this type (a DocumentType) are compared; resident IDs have 18 characters."""
    return _DOCUMENTS.get(type, _other)(compact(number))


def normal_document(type: str, number: str) -> str:
    """read_document's normal form alone, which costs a tenth: only numbers of 15 digits may become others."""
    text = compact(number)
    return read_document(type, text).normal if len(text) == 15 else text


def _resident(text: str) -> NumberReading:
    if re.fullmatch(r"[0-9]{15}", text):
        longer = text[:6] + "19" + text[6:]
        return _resident_18(longer + resident_id_check_digit(longer))
    if not re.fullmatch(r"[0-9]{17}[0-9X]", text):
        return NumberReading(text, "A resident ID has 18 digits, of which the last may be X.")
    return _resident_18(text)


def _resident_18(text: str) -> NumberReading:
    gender = "MALE" if int(text[16]) % 2 else "FEMALE"
    if resident_id_check_digit(text[:17]) != text[17]:
        return NumberReading(text, _CHECK_DIGIT)
    if not "11" <= text[:2] <= "91":
        return NumberReading(text, "There is no such region code.")
    birth = _date(text[6:14])
    if birth is None or birth < _EARLIEST_BIRTH:
        return NumberReading(text, "The birth date in it is impossible.")
    return NumberReading(text, None, birth, gender)


def _date(text: str) -> date | None:
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        return None


def _uscc(text: str) -> NumberReading:
    if len(text) != 18 or any(c not in USCC_ALPHABET for c in text):
        return NumberReading(
            text, "A unified social credit code has 18 digits and letters, none of I O S V Z."
        )
    if uscc_check_character(text[:17]) != text[17]:
        return NumberReading(text, "The check character does not fit.")
    return NumberReading(text)


def _other(text: str) -> NumberReading:
    return NumberReading(text, None if text else "It is empty.")


def _shaped(pattern: str, doubt: str) -> Callable[[str], NumberReading]:
    def read(text: str) -> NumberReading:
        return NumberReading(text, None if re.fullmatch(pattern, text) else doubt)

    return read


def _foreign_permit(text: str) -> NumberReading:
    """Since 2023 numbered like a resident ID beginning with 9; before, three letters and twelve digits."""
    if re.fullmatch(r"9[0-9]{16}[0-9X]", text):
        return _resident_18(text)
    known = re.fullmatch(r"[A-Z]{3}[0-9]{12}", text)
    return NumberReading(text, None if known else "A foreign permanent resident permit has another form.")


def _household(text: str) -> NumberReading:
    """The number of a household register is its bearer's resident ID, or the booklet's own."""
    return _resident(text) if re.fullmatch(r"[0-9]{15}|[0-9]{17}[0-9X]", text) else _other(text)


_DOCUMENTS: dict[str, Callable[[str], NumberReading]] = {
    "RESIDENT_ID": _resident,
    "HOUSEHOLD_REGISTER": _household,
    "UNIFIED_SOCIAL_CREDIT_CODE": _uscc,
    "FOREIGN_RESIDENT_PERMIT": _foreign_permit,
    "PASSPORT": _shaped(r"[A-Z0-9]{5,20}", "A passport number has 5 to 20 letters and digits."),
    "HK_MACAO_PERMIT": _shaped(r"[CHMW][0-9A-Z][0-9]{7,9}", "Such a permit has a letter and eight digits."),
    "TAIWAN_PERMIT": _shaped(r"[LT]?[0-9]{7,10}[A-Z]?", "Such a permit has eight or ten digits."),
    "BIRTH_CERTIFICATE": _shaped(r"[A-Z][0-9]{9}", "A birth certificate has a letter and nine digits."),
}


def read_mobile(text: str) -> NumberReading:
    """Eleven digits for the mainland, however typed; else the digits, with + where a country code leads."""
    if text.isascii() and _MOBILE.fullmatch(text):  # nearly always
        return NumberReading(text)
    plain = unicodedata.normalize("NFKC", text).strip()
    number = digits(plain)
    local = _without_country(number, plain.startswith("+"))
    if local is not None:
        return NumberReading(local, None if _MOBILE.fullmatch(local) else "It is no mobile number.")
    foreign = "+" + (number if plain.startswith("+") else number.removeprefix("00"))
    return NumberReading(foreign, None if _FOREIGN_PHONE.fullmatch(foreign) else "It is no phone number.")


def _without_country(number: str, has_plus: bool) -> str | None:
    """The number inside China, or None when it is a foreign one."""
    if has_plus and not number.startswith("86"):
        return None
    if number.startswith("00") and not number.startswith("0086"):
        return None
    for prefix in ("0086", "86"):
        rest = number.removeprefix(prefix)
        if rest != number and (has_plus or prefix == "0086" or _MOBILE.fullmatch(rest)):
            return rest
    # 0 before a mobile: how long-distance calls to mobiles were dialled.
    return number[1:] if number.startswith("01") and _MOBILE.fullmatch(number[1:]) else number


def read_landline(text: str) -> NumberReading:
    """Area code and number as digits (01012345678), an extension behind a dash."""
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    plain, extension = _extension(plain)
    number = digits(plain)
    local = _without_country(number, plain.startswith("+"))
    if local is None:
        foreign = "+" + number.removeprefix("00")
        return NumberReading(foreign, None if _FOREIGN_PHONE.fullmatch(foreign) else "It is no phone number.")
    if local != number and not local.startswith("0") and re.fullmatch(r"[1-9][0-9]{8,10}", local):
        local = local if _MOBILE.fullmatch(local) else "0" + local
    known = _LANDLINE.fullmatch(local) or _MOBILE.fullmatch(local)
    return NumberReading(local + extension, None if known else "It is no landline number.")


def _extension(plain: str) -> tuple[str, str]:
    marked = _EXTENSION.search(plain)
    dashed = _DASHED_EXTENSION.search(plain)
    if dashed and len(digits(plain[: dashed.start()])) < 10:
        dashed = None
    found = marked or dashed
    return (plain[: found.start()], "-" + found.group(1)) if found else (plain, "")


def read_email(text: str) -> NumberReading:
    normal = "".join(unicodedata.normalize("NFKC", text).lower().split())
    return NumberReading(normal, None if _EMAIL.fullmatch(normal) else "It is no e-mail address.")


def _read_wechat(text: str) -> NumberReading:
    return NumberReading("".join(unicodedata.normalize("NFKC", text).lower().split()))


def _read_address(text: str) -> NumberReading:
    return NumberReading(" ".join(unicodedata.normalize("NFKC", text).split()))


_CONTACT_POINTS: dict[str, Callable[[str], NumberReading]] = {
    "MOBILE": read_mobile,
    "LANDLINE": read_landline,
    "EMAIL": read_email,
    "WECHAT": _read_wechat,
    "ADDRESS": _read_address,
}


def read_contact_point(kind: str, value: str) -> NumberReading:
    """The value as contact points of this kind (a ContactPointKind) are compared."""
    return _CONTACT_POINTS[kind](value)
