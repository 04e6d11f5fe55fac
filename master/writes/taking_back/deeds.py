"""What one transaction did to rows: made them, or changed columns; as the histories of their tables tell."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, select

from master.session import Transaction
from master.tables.base import table
from master.tables.history import HISTORY, remembered_columns
from master.tables.sources import HandValueRow
from master.writes.sourced.statements import grouped, rows_in

by_hand = table(HandValueRow)

# What follows from other columns, or is judged by them: it is made anew, and nobody has said it.
FOLLOWING = frozenset({"status", "name_key", "number_index", "value_index", "doubt"})
JUST_BEFORE = timedelta(milliseconds=1)  # see keep_unknown in master/writes/sourced/golden.py
SET_BACK = timedelta(days=1)  # what comes later may be told an earlier time where a clock was set back

State = Mapping[str, Any]


@dataclass(frozen=True)
class TakingIn:
    """The transaction that took records of a batch in."""

    batch_id: int
    tx: str
    at: datetime
    source_id: int | None


@dataclass(frozen=True, slots=True)
class Deed:
    """before: None where the transaction made the row. after: as it left the row; now: as the row is."""

    key: int
    before: State | None
    after: State
    now: State

    @property
    def is_made(self) -> bool:
        return self.before is None

    @property
    def changed(self) -> list[str]:
        """Columns that it changed."""
        before = self.before
        return [] if before is None else [name for name in before if before[name] != self.after[name]]

    @property
    def stays(self) -> list[str]:
        """Columns that it changed and somebody else has changed since, but not to what they were."""
        before = self.before or {}
        names = (name for name in self.changed if name not in FOLLOWING)
        return [name for name in names if self.now[name] not in (self.after[name], before[name])]

    @property
    def changed_since(self) -> list[str]:
        """Columns that somebody else has changed since."""
        names = (name for name in self.after if name not in FOLLOWING)
        return [name for name in names if self.after[name] != self.now[name]]


@dataclass
class Found:
    """The rows of a table that were asked for, and what the transaction did to some of them."""

    target: Table
    rows: dict[int, State] = field(default_factory=dict)
    deeds: dict[int, Deed] = field(default_factory=dict)


def deeds_on(
    tx: Transaction,
    taking_in: TakingIn,
    column: ColumnElement[Any],
    values: Iterable[Any],
    *only: ColumnElement[bool],
) -> Found:
    """Of the rows whose column holds one of these values."""
    found = Found(column.table)
    target = found.target
    key = key_of(target)
    columns: list[Any] = list(remembered_columns(target))
    wanted = select(*columns).where(*only)
    found.rows = {getattr(row, key): _state(row) for row in rows_in(tx, wanted, column, values)}
    later = _later_states(tx, taking_in, target, found.rows)
    for id, now in found.rows.items():
        if (deed := _deed(taking_in, target, id, now, later.get(id, ()))) is not None:
            found.deeds[id] = deed
    return found


def key_of(target: Table) -> str:
    """The name of the one column that is its key."""
    (column,) = target.primary_key.columns
    return column.name


def _later_states(
    tx: Transaction, taking_in: TakingIn, target: Table, ids: Iterable[int]
) -> dict[Any, list[Any]]:
    """By row, its old states in order; none is left out that ended with the transaction or after it."""
    old = HISTORY[target.name]
    since = taking_in.at - SET_BACK
    wanted: Select[Any] = select(old).where(old.c.changed_at >= since).order_by(old.c.history_id)
    return grouped(rows_in(tx, wanted, old.c[key_of(target)], ids), key_of(target))


def _deed(taking_in: TakingIn, target: Table, id: int, now: State, later: Sequence[Any]) -> Deed | None:
    own = [place for place, row in enumerate(later) if row.tx == taking_in.tx]
    following = own[-1] + 1 if own else 0
    after = _state(later[following], now) if following < len(later) else now
    # Another source may have made it in the same millisecond.
    made = _is_made(taking_in, target, now) and after.get("source_id") in (None, taking_in.source_id)
    if made:
        return Deed(id, None, after, now)
    return Deed(id, _state(later[own[0]], now), after, now) if own else None


def _is_made(taking_in: TakingIn, target: Table, row: State) -> bool:
    if target is by_hand:
        is_unknown: bool = row["said_by"] == ""
        return is_unknown and row["recorded_at"] in (taking_in.at, taking_in.at - JUST_BEFORE)
    made: bool = row["recorded_at"] == taking_in.at
    return made


def _state(row: Any, like: State | None = None) -> State:
    """A row by column; like: with these columns alone."""
    names = row._mapping if like is None else like
    return {name: _plain(row._mapping[name]) for name in names}


def _plain(value: Any) -> Any:
    """Drivers differ in how they give bytes."""
    return bytes(value) if isinstance(value, memoryview) else value
