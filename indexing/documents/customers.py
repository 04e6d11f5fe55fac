"""A customer as the index knows it, and the fields of the index beside it."""

import hashlib
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta
from operator import attrgetter

# Raise it when the fields below, or the terms of tokens.py, change: an older index is then made anew.
SCHEMA_VERSION = 10

# Terms joined by blanks, made in tokens.py; a query asks for them exactly.
WHOLE_FIELD = "whole"  # whole numbers, hashed
TERM_FIELDS = ("hs", "py", "pi", "lt", WHOLE_FIELD)
# Personal and policy numbers as blank-joined trigrams, hashed; their order counts.
GRAM_FIELDS = ("ph", "id", "po")
# Codes to filter by; the first three are counted as facets too.
FACET_FIELDS = ("tags", "branch", "status")
CODE_FIELDS = ("kind", "branch_path", "belongs", "product_lines")
# Kept as they are, to re-rank by and to list.
STORED_FIELDS = ("name", "number")

_MONTHS = (1 << 12) - 1
NO_BRANCH = "*"  # no branch has such a code
_IDS = (1 << 48) - 1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class CustomerDocument:
    """Everything about one customer that can be searched; numbers in their normal forms."""

    id: int
    number: str
    revision: int
    kind: str
    status: str
    birth_date: date | None
    updated_at: datetime
    # The current name first, then former ones.
    names: tuple[str, ...]
    # Mobiles and landlines.
    phones: tuple[str, ...]
    # The mobiles alone, for filters, which are exact.
    mobiles: tuple[str, ...]
    documents: tuple[str, ...]
    # The same with their types in front ("PASSPORT E12345678"), for filters, which are exact.
    typed_documents: tuple[str, ...]
    emails: tuple[str, ...]
    # Numbers of the policies the customer is a party to.
    policies: tuple[str, ...]
    # Codes of the tags that have not expired.
    tags: tuple[str, ...]
    # The home branch, and with all branches above it.
    branch: str | None
    branch_path: tuple[str, ...]
    # Every branch the customer belongs to, with all above them; NO_BRANCH alone where it belongs to none.
    belongs: tuple[str, ...]
    product_lines: tuple[str, ...]
    # How many policies are in force.
    in_force: int
    last_contact: datetime | None
    # Of those who were merged into this one; their names stand among the former ones.
    former_numbers: tuple[str, ...] = ()


_everything = attrgetter(*(each.name for each in fields(CustomerDocument)))


def sort_key(document: CustomerDocument) -> int:
    """An unsigned 64-bit integer, larger = first among equals: in-force policies, last contact, lower id."""
    contact = document.last_contact
    months = 0 if contact is None else (contact.year - 2000) * 12 + contact.month
    return (
        min(max(document.in_force, 0), 15) << 60 | min(max(months, 0), _MONTHS) << 48 | (_IDS - document.id)
    )


def day_number(day: date) -> int:
    """20261121 for 2026-11-21: sorts like the day, and reads like it."""
    return day.year * 10_000 + day.month * 100 + day.day


def milliseconds(at: datetime) -> int:
    """Since 1970, in UTC."""
    return (at - _EPOCH) // _MILLISECOND


def content_mark(document: CustomerDocument, key: bytes) -> int:
    """63 bits that differ when anything in the document does, on every machine: what checks compare.

    Keyed: whoever knows all but a number of a customer could else try which number makes the mark.
    """
    text = repr(_everything(document)).encode("utf-8", "surrogatepass")
    digest = hashlib.blake2b(text, key=key, digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1
