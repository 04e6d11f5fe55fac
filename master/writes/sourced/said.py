"""The one spelling of what a source said: JSON by field, in which equal things are equal text."""

from decimal import Decimal
from typing import Any

import orjson

from master.writes.sourced.rows import Said, SourcedDocument, SourcedParty, SourcedPoint

OPTIONS = orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z | orjson.OPT_PASSTHROUGH_DATACLASS


def spelled(values: dict[str, Any]) -> bytes:
    """What is known of the values as JSON: fields that the source says are empty are left out."""
    known = {field: value for field, value in values.items() if value is not None and value != ()}
    return orjson.dumps(known, _plain, OPTIONS)


def plain(value: Any) -> Any:
    """A value as it comes back from JSON: what is compared with what a source said last."""
    return orjson.loads(orjson.dumps(value, _plain, OPTIONS))


def parsed(text: str) -> Said:
    said: Said = orjson.loads(text)
    return said


def _plain(value: object) -> object:
    match value:
        case SourcedDocument():
            return [value.type, value.number, value.source_type, value.primary]
        case SourcedPoint():
            return [value.value, value.preferred]
        case SourcedParty():
            return [value.customer_id, value.name, value.share]
        case Decimal():
            return f"{value.normalize():f}"
    raise TypeError(f"{type(value).__name__} is not spelled in JSON")
