"""Statements whose SQL text is made once, and which then run on the database's own driver."""

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Dialect
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.sql import Executable

Processor = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL that gives one value. fixed: the binds in their places, those of each run as None; given: place,
    name and processor of these."""

    text: str
    fixed: tuple[Any, ...]
    given: tuple[tuple[int, str, Processor | None], ...]

    def values(self, bound: Mapping[str, Any]) -> list[Any]:
        """The binds of one run, as the driver takes them."""
        values = list(self.fixed)
        for place, name, processor in self.given:
            value = bound[name]
            values[place] = value if processor is None else processor(value)
        return values


@dataclass(frozen=True, slots=True)
class Spelled:
    """A statement, and how its rows are read: row makes one of its values; readers: of those that the driver
    does not give as they are meant, by their places."""

    statement: Statement
    row: Callable[[Iterable[Any]], Any] = tuple
    readers: tuple[tuple[int, Processor], ...] = ()

    @classmethod
    def of_text(cls, text: str) -> "Spelled":
        """One that needs no values and gives none."""
        return cls(Statement(text, (), ()))

    def rows(self, found: Sequence[Sequence[Any]]) -> list[Any]:
        """The rows that the driver gave, with their values under their names."""
        if not self.readers:
            return [self.row(each) for each in found]
        return [self.row(self._read(each)) for each in found]

    def _read(self, found: Sequence[Any]) -> list[Any]:
        values = list(found)
        for place, read in self.readers:
            values[place] = read(values[place])
        return values


def driver_dialect(engine_dialect: Dialect) -> Dialect:
    """How statements are spelled that go to the driver itself; with the seals of the engine's."""
    if engine_dialect.name != "postgresql":
        return engine_dialect
    dialect = PGDialect_psycopg(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]
    dialect.kehu_seals = engine_dialect.kehu_seals  # type: ignore[attr-defined]  # see sealing.give_keys
    return dialect


def statement_of(statement: Executable, dialect: Dialect, given: Iterable[str]) -> Statement:
    """The statement; given: the names of the binds that each run brings."""
    return _statement(_compiled(statement, dialect, tuple(given)), given)


def spelled_of(statement: Executable, dialect: Dialect, given: Sequence[str]) -> Spelled:
    """The same with its rows; given: of an INSERT or UPDATE also the columns that it is to write."""
    compiled = _compiled(statement, dialect, given)
    if compiled.insert_prefetch or compiled.update_prefetch:
        raise TypeError(f"Python has defaults for what this writes: give them with the values: {statement}")
    columns = compiled._result_columns
    readers = [each.type.dialect_impl(dialect).result_processor(dialect, None) for each in columns]
    names = [each.keyname for each in columns]
    row: Any = namedtuple("Row", names, rename=True)  # type: ignore[misc]  # of names known now
    return Spelled(
        _statement(compiled, given),
        row._make if names else tuple,
        tuple((place, reader) for place, reader in enumerate(readers) if reader is not None),
    )


def _compiled(statement: Any, dialect: Dialect, given: Sequence[str]) -> Any:
    # As for many rows: it does not ask for the keys that the database makes.
    return statement.compile(dialect=dialect, column_keys=list(given), for_executemany=True)


def _statement(compiled: Any, given: Iterable[str]) -> Statement:
    names = frozenset(given) & compiled.binds.keys()
    state = compiled.construct_expanded_state(dict.fromkeys(names))
    processors: Mapping[str, Processor] = {**compiled._bind_processors, **state.processors}
    values: list[Any] = []
    brought: list[tuple[int, str, Processor | None]] = []
    for place, name in enumerate(state.positiontup):
        processor = processors.get(name)
        if name in names:
            brought.append((place, name, processor))
            values.append(None)
        else:
            value = state.parameters[name]
            values.append(value if processor is None else processor(value))
    return Statement(state.statement, tuple(values), tuple(brought))
