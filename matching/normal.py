"""The normal forms that names are compared, sorted and indexed by."""

from matching.pinyin import Cell, cells, readings
from matching.scripts import digits, folded, is_han, plain

__all__ = ["Cell", "cells", "digits", "folded", "is_han", "name_key", "plain", "readings"]

LONGEST_KEY = 200


def name_key(name: str) -> str:
    """ASCII that sorts names by how they sound: syllables and words joined by blanks, never empty.

    What cannot be spelled in ASCII sorts behind, by code point.
    """
    main = next(iter(readings(name)), ())
    return " ".join(map(_ascii, main))[:LONGEST_KEY] or "~"


def _ascii(syllable: str) -> str:
    if syllable.isascii():
        return syllable
    return "".join(c if c.isascii() else f"~{ord(c):06x}" for c in syllable)
