"""The possible numbers near to a mistyped one; pure."""

import re
from functools import lru_cache

from matching.numbers import read_document, resident_id_check_digit

_RESIDENT_ID = re.compile(r"[0-9]{17}[0-9x]")


@lru_cache(maxsize=16)  # the notice, the query and the highlights of one search ask the same
def near_resident_ids(text: str) -> tuple[str, ...]:
    """For a resident ID with a wrong check digit: the possible ones a single slip away, lower case.

    A slip is one wrong or two swapped characters. Nothing for a text that is no such ID.
    """
    if not _RESIDENT_ID.fullmatch(text) or resident_id_check_digit(text[:17]) == text[17].upper():
        return ()
    found = {text[:17] + check for check in "0123456789x"}
    for at in range(17):
        found.update(text[:at] + digit + text[at + 1 :] for digit in "0123456789")
        found.add(text[:at] + text[at + 1] + text[at] + text[at + 2 :])
    return tuple(sorted(near for near in found if read_document("RESIDENT_ID", near).doubt is None))
