"""The history tables: one for each remembered table, filled by triggers with its rows' old states."""

from typing import Any

from sqlalchemy import Column, Enum, Index, String, Table
from sqlalchemy.types import TypeEngine

from master.tables.base import Row, table
from master.tables.dependencies import COUNTERS, REMEMBERED
from master.tables.types import Id, Instant


def remembered_columns(source: Table) -> list[Column[object]]:
    """The columns whose change is a change of the row itself: counters and generated ones are not."""
    return [column for column in source.columns if column.name not in COUNTERS and column.computed is None]


def _kept(kind: TypeEngine[Any]) -> TypeEngine[Any]:
    """History is not checked again: codes may have been dropped since."""
    return String() if isinstance(kind, Enum) else kind


def history_of(source: Table) -> Table:
    """<table>_history: the row as it was until `changed_at`, and who ended that state, how and why."""
    return Table(
        f"{source.name}_history",
        Row.metadata,
        Column("history_id", Id, primary_key=True, autoincrement=True),
        Column("changed_at", Instant, nullable=False),
        Column("operation", String, nullable=False),
        Column("tx", String),
        Column("actor", String, nullable=False),
        Column("reason", String),
        *(Column(column.name, _kept(column.type)) for column in remembered_columns(source)),
        Index(f"ix_{source.name}_history_key_changed_at", *source.primary_key.columns.keys(), "changed_at"),
    )


HISTORY = {source.name: history_of(source) for source in map(table, REMEMBERED)}
