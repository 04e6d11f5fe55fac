"""Statements whose SQL text is made once, and which then run on the database's own driver."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Dialect, Select
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

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


def driver_dialect(engine_dialect: Dialect) -> Dialect:
    """How statements are spelled that go to the driver itself; with the seals of the engine's."""
    if engine_dialect.name != "postgresql":
        return engine_dialect
    dialect = PGDialect_psycopg(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]
    dialect.kehu_seals = engine_dialect.kehu_seals  # type: ignore[attr-defined]  # see sealing.give_keys
    return dialect


def statement_of(select: Select[Any], dialect: Dialect, given: Iterable[str]) -> Statement:
    """The statement; given: the names of the binds that each run brings."""
    compiled: Any = select.compile(dialect=dialect)
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
