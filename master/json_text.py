"""JSON as text made by `||`, as both databases spell it: the words that compiled queries are made of."""

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, LargeBinary, Select, String, bindparam, column, select, text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

# JSON text never holds control characters raw: both databases escape them. So these three can not be taken
# for anything that a row holds.
NULL_FOUND = "\x01"  # stands where no null may stand
STEP_BEGINS, STEP_ENDS = "\x02", "\x03"  # around what Python makes

MOST_PARTS = 400  # of one concatenation: SQLite nests expressions up to 1,000 deep


class said(ColumnElement[str]):  # noqa: N801  # used as a function
    """Text of our own, written into the statement: never anything that callers send."""

    inherit_cache = False
    type = String()

    def __init__(self, words: str) -> None:
        self.words = words


@compiles(said)
def _(element: said, compiler: Any, **kw: Any) -> str:
    return "'" + element.words.replace("'", "''") + "'"


class _Parts(FunctionElement[str]):
    """Concatenated without brackets: SQLite's parser nests brackets 100 deep only."""

    inherit_cache = False
    type = String()


@compiles(_Parts)
def _(element: _Parts, compiler: Any, **kw: Any) -> str:
    parts = [compiler.process(each, **kw) for each in element.clauses]
    if len(parts) <= MOST_PARTS:
        return " || ".join(parts)
    groups = (parts[start : start + MOST_PARTS] for start in range(0, len(parts), MOST_PARTS))
    return " || ".join("(" + " || ".join(group) + ")" for group in groups)


def joined(*parts: ColumnElement[Any]) -> ColumnElement[str]:
    """The parts one behind the other; null where one of them is. The first must be text."""
    merged: list[ColumnElement[Any]] = []
    for part in _flat(parts):
        if merged and isinstance(part, said) and isinstance(merged[-1], said):
            merged[-1] = said(merged[-1].words + part.words)
        else:
            merged.append(part)
    return merged[0] if len(merged) == 1 else _Parts(*merged)


def _flat(parts: Iterable[ColumnElement[Any]]) -> Iterator[ColumnElement[Any]]:
    for part in parts:
        if isinstance(part, _Parts):
            yield from _flat(part.clauses)
        else:
            yield part


class quoted(FunctionElement[str]):  # noqa: N801  # used as a function
    """Text as a JSON string. Of null SQLite makes `null`, PostgreSQL null."""

    inherit_cache = False
    type = String()


@compiles(quoted, "sqlite")
def _(element: quoted, compiler: Any, **kw: Any) -> str:
    return f"json_quote({compiler.process(element.clauses, **kw)})"


@compiles(quoted, "postgresql")
def _(element: quoted, compiler: Any, **kw: Any) -> str:
    return f"to_json({compiler.process(element.clauses, **kw)})::text"


class gathered(FunctionElement[str]):  # noqa: N801  # used as a function
    """The texts of all rows in their order, with commas (or the second argument) between; null for none."""

    inherit_cache = False
    type = String()


@compiles(gathered, "sqlite")
def _(element: gathered, compiler: Any, **kw: Any) -> str:
    return f"group_concat({_with_comma(element, compiler, kw)})"


@compiles(gathered, "postgresql")
def _(element: gathered, compiler: Any, **kw: Any) -> str:
    each, *rest = element.clauses
    given = compiler.process(each, **kw)
    comma = compiler.process(rest[0], **kw) if rest else "','"
    return f"string_agg(({given})::text, {comma})"


def _with_comma(element: gathered, compiler: Any, kw: Any) -> str:
    parts = [compiler.process(each, **kw) for each in element.clauses]
    return ", ".join(parts if len(parts) > 1 else [*parts, "','"])


class instant_text(FunctionElement[str]):  # noqa: N801  # used as a function
    """An instant in its one spelling, UTC with milliseconds; null of null.

    Instants and days that other clients wrote and Python does not take are the sign of an error: SQLite keeps
    any text as one, and PostgreSQL makes null of infinity.
    """

    inherit_cache = False
    type = String()


@compiles(instant_text, "sqlite")
def _(element: instant_text, compiler: Any, **kw: Any) -> str:
    given = compiler.process(element.clauses, **kw)
    return _readable(given, f"{given} = strftime('%Y-%m-%dT%H:%M:%fZ', {given})", given)


@compiles(instant_text, "postgresql")
def _(element: instant_text, compiler: Any, **kw: Any) -> str:
    given = compiler.process(element.clauses, **kw)
    told = f"""to_char({given} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')"""
    return _readable(given, f"{given} BETWEEN '0001-01-02 00:00Z' AND '9999-12-31 00:00Z'", told)


class day_text(FunctionElement[str]):  # noqa: N801  # used as a function
    """A date as 2026-11-22; null of null."""

    inherit_cache = False
    type = String()


@compiles(day_text, "sqlite")
def _(element: day_text, compiler: Any, **kw: Any) -> str:
    given = compiler.process(element.clauses, **kw)
    return _readable(given, f"{given} = date({given})", given)


@compiles(day_text, "postgresql")
def _(element: day_text, compiler: Any, **kw: Any) -> str:
    given = compiler.process(element.clauses, **kw)
    told = f"to_char({given}, 'YYYY-MM-DD')"
    return _readable(given, f"{given} BETWEEN '0001-01-01' AND '9999-12-31'", told)


def _readable(given: str, condition: str, told: str) -> str:
    return f"CASE WHEN {condition} THEN {told} WHEN {given} IS NOT NULL THEN '{NULL_FOUND}' END"


class hex_text(FunctionElement[str]):  # noqa: N801  # used as a function
    """Bytes as hexadecimal digits; null of null."""

    inherit_cache = False
    type = String()


@compiles(hex_text, "sqlite")
def _(element: hex_text, compiler: Any, **kw: Any) -> str:
    given = compiler.process(element.clauses, **kw)
    return f"CASE WHEN {given} IS NOT NULL THEN hex({given}) END"


@compiles(hex_text, "postgresql")
def _(element: hex_text, compiler: Any, **kw: Any) -> str:
    return f"encode({compiler.process(element.clauses, **kw)}, 'hex')"


class real_text(FunctionElement[str]):  # noqa: N801  # used as a function
    """A double in as many digits as tell it from all others; null of null."""

    inherit_cache = False
    type = String()


@compiles(real_text, "sqlite")
def _(element: real_text, compiler: Any, **kw: Any) -> str:
    # SQLite 3.40 writes 15 digits by itself, which is another number nine times of ten.
    given = compiler.process(element.clauses, **kw)
    return f"CASE WHEN {given} IS NOT NULL THEN printf('%!.17g', {given}) END"


@compiles(real_text, "postgresql")
def _(element: real_text, compiler: Any, **kw: Any) -> str:
    return f"({compiler.process(element.clauses, **kw)})::text"


class number_text(FunctionElement[str]):  # noqa: N801  # used as a function
    """A whole number in digits; null of null."""

    inherit_cache = False
    type = String()


@compiles(number_text)
def _(element: number_text, compiler: Any, **kw: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **kw)} AS TEXT)"


class whole_text(FunctionElement[str]):  # noqa: N801  # used as a function
    """A column that holds whole numbers, in digits, or as `told` says; null of null.

    SQLite keeps in it whatever another client wrote: what is no whole number is the sign of an error.
    """

    inherit_cache = False
    type = String()

    def __init__(self, column: ColumnElement[Any], told: ColumnElement[str] | None = None) -> None:
        super().__init__(column, number_text(column) if told is None else told)


@compiles(whole_text, "sqlite")
def _(element: whole_text, compiler: Any, **kw: Any) -> str:
    given, told = (compiler.process(each, **kw) for each in element.clauses)
    return _readable(given, f"typeof({given}) = 'integer'", told)


@compiles(whole_text, "postgresql")
def _(element: whole_text, compiler: Any, **kw: Any) -> str:
    _, told = element.clauses
    return str(compiler.process(told, **kw))


def decimal_text(scaled: ColumnElement[Any]) -> ColumnElement[str]:
    """A whole number of 1/10,000 as a decimal: two places at least, further zeros dropped; null of null."""
    told = joined(
        _Written("CASE WHEN {0} < 0 THEN '-' ELSE '' END", scaled),
        _Written("CAST(abs({0}) / 10000 AS TEXT)", scaled),
        said("."),
        _Written(_PLACES, scaled),
    )
    return whole_text(scaled, told)


_PLACES = (
    "substr(CAST(10000 + abs({0}) % 10000 AS TEXT), 2,"
    " CASE WHEN {0} % 100 = 0 THEN 2 WHEN {0} % 10 = 0 THEN 3 ELSE 4 END)"
)


class _Written(FunctionElement[str]):
    """SQL that both databases take, with columns in its places."""

    inherit_cache = False
    type = String()

    def __init__(self, form: str, *given: ColumnElement[Any]) -> None:
        super().__init__(*given)
        self.form = form


@compiles(_Written)
def _(element: _Written, compiler: Any, **kw: Any) -> str:
    return element.form.format(*(compiler.process(each, **kw) for each in element.clauses))


def listed(dialect: str, name: str, *further: str) -> Select[Any]:
    """What a bound JSON list of [kind, number] holds: place (from 0), kind, number; further: what the numbers
    are called that come behind them."""
    numbers = ("number", *further)
    columns: list[ColumnElement[Any]] = [column("place", BigInteger), column("kind", String)]
    columns += [column(each, BigInteger) for each in numbers]
    if dialect == "postgresql":
        its = [f"CAST(each ->> {at} AS BIGINT) AS {each}" for at, each in enumerate(numbers, start=1)]
        place, kind = "place - 1", "each ->> 0"
        of = f"jsonb_array_elements(CAST(:{name} AS jsonb)) WITH ORDINALITY AS listed (each, place)"
    else:
        its = [f"json_extract(value, '$[{at}]') AS {each}" for at, each in enumerate(numbers, start=1)]
        place, kind, of = "key", "json_extract(value, '$[0]')", f"json_each(:{name})"
    words = f"SELECT {place} AS place, {kind} AS kind, {', '.join(its)} FROM {of}"
    found = text(words).bindparams(bindparam(name)).columns(*columns).subquery(f"listed_{name}")
    return select(*found.c)


class as_bytes(FunctionElement[bytes]):  # noqa: N801  # used as a function
    """Text as its bytes in UTF-8, for drivers that would make a str of it."""

    inherit_cache = False
    type = LargeBinary()


@compiles(as_bytes, "sqlite")
def _(element: as_bytes, compiler: Any, **kw: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **kw)} AS BLOB)"


@compiles(as_bytes, "postgresql")
def _(element: as_bytes, compiler: Any, **kw: Any) -> str:
    return str(compiler.process(element.clauses, **kw))  # libpq gives bytes (prepared.py)
