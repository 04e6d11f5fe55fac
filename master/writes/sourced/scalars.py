"""Single values of a row: what a source's change does to them."""

from collections.abc import Mapping
from typing import Any

from master.writes.sourced.records import Change
from master.writes.sourced.said import plain


def new_columns(
    change: Change, present: Any, columns: Mapping[str, str], lasting: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """The columns (by field) of a present row that the change sets; lasting: fields that are never emptied.

    A value that the source withdraws goes only where it still stands: what was corrected in the hub stays.
    """
    found: dict[str, Any] = {}
    for field, column in columns.items():
        if field not in change.fields:
            continue
        value, current = change.row.values[field], getattr(present, column)
        if value is None and (field in lasting or plain(current) != change.before.get(field)):
            continue
        if value != current:
            found[column] = value
    return found


def given_columns(values: Mapping[str, Any], columns: Mapping[str, str]) -> dict[str, Any]:
    """All the columns (by field) of a new row, None where nothing is said."""
    return {column: values.get(field) for field, column in columns.items()}
