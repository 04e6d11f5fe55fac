"""Characters brought to one form: width, case, accents, traditional and simplified script."""

import re
import unicodedata
from functools import lru_cache
from importlib.resources import files

# Written between the parts of ethnic names, in whatever form a keyboard offers; never part of the name.
DOTS = frozenset("·•・‧∙⋅●․.。｡｡ᐧ")
APOSTROPHES = frozenset("'’‘ʼ`´＇")

# Letters that Unicode does not take apart into a base letter and a mark.
_WHOLE_LETTERS = {
    "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "þ": "th", "ı": "i", "ħ": "h",
    "ŧ": "t", "ŋ": "n", "ə": "e",
}  # fmt: skip

_BLANKS = re.compile(r"\s+")


def _simplified_characters() -> dict[int, str]:
    """The first simplified form of each traditional character, from OpenCC's table."""
    table = (files("opencc") / "dictionary" / "TSCharacters.txt").read_text("utf-8")
    pairs = (line.split("\t") for line in table.splitlines() if "\t" in line)
    return {ord(old): new.split(" ")[0] for old, new in pairs if len(old) == 1}


# Character by character, not by phrase (乾隆 and 乾 alike become 干): both sides of a comparison fold alike.
_SIMPLIFIED = _simplified_characters()


def is_han(character: str) -> bool:
    point = ord(character)
    return (
        0x4E00 <= point <= 0x9FFF
        or 0x3400 <= point <= 0x4DBF
        or 0x20000 <= point <= 0x3FFFF
        or 0xF900 <= point <= 0xFAFF
        or point == 0x3007
    )


def folded(text: str) -> str:
    """The form in which names are compared: NFKC, lower case, simplified script, single blanks."""
    plain = unicodedata.normalize("NFKC", _without_surrogates(text)).lower().translate(_SIMPLIFIED)
    kept = "".join(c for c in plain if c.isspace() or unicodedata.category(c)[0] != "C")
    return _BLANKS.sub(" ", kept).strip()


def digits(text: str) -> str:
    """The text's decimal digits as ASCII, in order; everything else is left out."""
    if text.isascii() and text.isdecimal():  # nearly always
        return text
    return "".join(str(unicodedata.decimal(c)) for c in unicodedata.normalize("NFKC", text) if c.isdecimal())


@lru_cache(maxsize=65_536)
def plain_character(character: str) -> str:
    """What one character is indexed as: nothing for marks and controls, two letters for some (ß)."""
    if character < "\x80":
        return character.lower() if character >= " " or character in "\t\n\r" else ""
    if unicodedata.category(character) in ("Cf", "Cs", "Cc", "Mn", "Me"):
        return ""
    return "".join(_plain(c) for c in unicodedata.normalize("NFKC", character).lower())


def _plain(character: str) -> str:
    if is_han(character):
        return _SIMPLIFIED.get(ord(character), character)
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    base = unicodedata.normalize("NFKD", character)[0]
    if base.isascii():
        return base
    if unicodedata.category(character) in ("Mn", "Me"):
        return ""
    return _WHOLE_LETTERS.get(character, character)


def plain(text: str) -> str:
    """The text as it is indexed: folded character by character, accents dropped."""
    return "".join(map(plain_character, text))


def _without_surrogates(text: str) -> str:
    return text if text.isascii() else "".join(c for c in text if not 0xD800 <= ord(c) <= 0xDFFF)
