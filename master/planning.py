"""What the databases' planners are to know of bound values and of rows, and what they are not."""

from typing import Any

from sqlalchemy import ColumnElement, Dialect, Integer, Select, literal_column, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from master.spelling import array_of, in_numbers


class unplanned_in_numbers(in_numbers):  # noqa: N801  # used as a function
    """in_numbers, of numbers of which no plan makes use: see `unplanned`."""

    inherit_cache = True


@compiles(unplanned_in_numbers, "postgresql")
def _(element: unplanned_in_numbers, compiler: Any, **kw: Any) -> str:
    number, numbers = (compiler.process(each, **kw) for each in element.clauses)
    return f"{number} = ANY ((SELECT {array_of(numbers)})::BIGINT[])"


class unplanned(FunctionElement[Any]):  # noqa: N801  # used as a function
    """A bound value of which no plan makes use: PostgreSQL plans a statement anew for each run where knowing
    its values promises less work, and that alone takes a third of the time of a list of 50 customers."""

    inherit_cache = True

    def __init__(self, bound: ColumnElement[Any]) -> None:
        super().__init__(bound)
        self.type = bound.type


@compiles(unplanned, "sqlite")
def _(element: unplanned, compiler: Any, **kw: Any) -> str:
    return str(compiler.process(element.clauses, **kw))


@compiles(unplanned, "postgresql")
def _(element: unplanned, compiler: Any, **kw: Any) -> str:
    return f"(SELECT {compiler.process(element.clauses, **kw)})"


def cut_to(rows: Select[Any], most: int, dialect: Dialect) -> Select[Any]:
    """Rows in order, of which a bound limit will take no more than this: unless a number in the text tells it
    better, PostgreSQL takes a bound one for a tenth of all rows, and plans each run anew to know."""
    if dialect.name != "postgresql":
        return rows
    return select(rows.limit(literal_column(str(most), Integer())).subquery())
