"""Global ids: a letter for the kind of thing, and the number of its row."""

import re

_NUMBER = re.compile(r"[1-9][0-9]{0,18}")
LARGEST = 2**63 - 1

CUSTOMER, POLICY, CONTACT, LEAD, TAG, HOUSEHOLD = "c", "p", "i", "l", "t", "h"
DOCUMENT, CONTACT_POINT, RELATION = "d", "k", "r"
SAVED_SEARCH, MERGE, REVIEW, SUGGESTION = "s", "m", "w", "f"
BATCH = "b"


def global_id(prefix: str, number: int) -> str:
    return f"{prefix}{number}"


def row_id(prefix: str, id: str) -> int | None:
    """The number of the row; None for the id of another kind of thing, or no id of ours at all."""
    number = id[len(prefix) :]
    if not id.startswith(prefix) or not _NUMBER.fullmatch(number) or int(number) > LARGEST:
        return None
    return int(number)
