"""FEBRL as the peers are given it: its own columns, and the blocks that their manuals use."""

from collections.abc import Mapping
from typing import Any

from benchmarks.matching.febrl import Febrl

FIELDS = (
    "given_name", "surname", "street_number", "address_1", "suburb", "postcode", "state", "date_of_birth",
    "soc_sec_id",
)  # fmt: skip
BLOCKS = (
    ("date_of_birth",), ("soc_sec_id",), ("given_name", "surname"), ("given_name", "postcode"),
    ("surname", "postcode"), ("surname", "street_number"), ("street_number", "postcode"),
)  # fmt: skip
SAME = 0.95


def cleaned(known: Febrl) -> list[Mapping[str, Any]]:
    return [{field: row[field] or None for field in FIELDS} for row in known.rows]
