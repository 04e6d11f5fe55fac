"""What a relation is: rows tied to their parent by a key, declared once as data for all that read them."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias

from sqlalchemy import ColumnElement, Date, Row, Select, bindparam
from sqlalchemy.sql.base import ColumnCollection

from master.access import customers_in_sight
from master.planning import unplanned
from master.roles import READ
from master.sight import Reach
from master.spelling import in_numbers
from master.tables.types import Instant

Columns: TypeAlias = ColumnCollection[str, ColumnElement[Any]]
InSight: TypeAlias = Callable[[Columns, Reach | None], ColumnElement[bool]]
Kind: TypeAlias = Literal["one", "many", "pages", "value"]

BY_ID = "ID"  # the name of the order that tells of nothing

# The request's clock, the same for all its statements: a SELECT may name these, the reader binds them.
NOW: ColumnElement[Any] = unplanned(bindparam("now", type_=Instant))
TODAY: ColumnElement[Any] = unplanned(bindparam("today", type_=Date))


@dataclass(frozen=True)
class Tied:
    """What a SELECT is told that puts its conditions where they belong by itself: `tied(column)` holds for
    the rows of the parents that are asked for, and `reach` says how far the viewer sees."""

    among: Callable[[ColumnElement[Any]], ColumnElement[bool]]
    reach: Reach | None = None

    def __call__(self, column: ColumnElement[Any]) -> ColumnElement[bool]:
        return self.among(column)


ANY = Tied(lambda column: column.is_not(None))


@dataclass(frozen=True)
class Rows:
    """One kind of row, as its API type is named, and the permission without which none is in sight."""

    name: str
    permission: str = READ


@dataclass(frozen=True)
class Order:
    """Columns that are unique together and never null, all in one direction."""

    columns: tuple[str, ...]
    descending: bool = False

    def reversed(self) -> "Order":
        return replace(self, descending=not self.descending)


def as_given(value: Any) -> Hashable:
    """The value as it is; lists as tuples."""
    return tuple(value) if isinstance(value, list) else value


@dataclass(frozen=True)
class Filter:
    """`where(columns, value)` holds for the rows that are kept; `read` makes the value from what was given.

    `read` may raise Refusal. `seen`: in place of `where` for a viewer of some branches, where that looks at
    rows which may be out of sight. picks: so few rows fit that the filter itself is the way to them.
    tells_of: the classes of what it tells of beside the field it names; for whoever sees all of them clear.
    """

    where: Callable[[Columns, Any], ColumnElement[bool]]
    read: Callable[[Any], Hashable] = as_given
    seen: Callable[[Columns, Any, Reach], ColumnElement[bool]] | None = None
    picks: bool = False
    tells_of: tuple[str, ...] = ()

    def holds(self, columns: Columns, value: Any, reach: Reach | None) -> ColumnElement[bool]:
        if reach is None or self.seen is None:
            return self.where(columns, value)
        return self.seen(columns, value, reach)


def equal(column: str) -> Filter:
    return Filter(lambda columns, value: columns[column] == value)


def picked(column: str) -> Filter:
    """equal, of a column in which a value stands once or nearly so."""
    return replace(equal(column), picks=True)


def among(column: str) -> Filter:
    return Filter(lambda columns, values: columns[column].in_(values))


def at_least(column: str) -> Filter:
    return Filter(lambda columns, value: columns[column] >= value)


def at_most(column: str) -> Filter:
    return Filter(lambda columns, value: columns[column] <= value)


@dataclass(frozen=True)
class Matching:
    """The rows of a small table that some words mean; as text, the words: what a cursor belongs to.

    listed: their ids as a JSON list.
    """

    words: str
    listed: str

    def __str__(self) -> str:
        return self.words


def matching(column: str) -> Filter:
    return Filter(lambda columns, value: in_numbers(columns[column], value.listed))


@dataclass(frozen=True, eq=False)
class Relation:
    """How rows of one kind hang on a parent.

    select: gives the rows of all parents, or, where the tie lies deeper than its outermost WHERE (DISTINCT,
    GROUP BY, recursion), a function that puts `tied(column)` where it belongs. key: the column that holds
    the parent's key; None: a root list. order_of: the classes of the fields that the order tells of; who
    may not put rows in their order gets `orders[BY_ID]`. link: columns that belong to the edge, not the row.
    in_sight: holds for the rows that a viewer of some branches sees; None: whoever sees the parent sees all.
    shows: the column with the customer whom a row shows something of, where that is not the parent.
    merged: gives the `survivor_id` of a row that is another one now, by the id it had.
    gathered: turns the rows of one parent into its one value.
    """

    name: str
    kind: Kind
    select: Select[Any] | Callable[[Tied], Select[Any]]
    key: str | None
    rows: Rows
    order: Order | None = None
    orders: Mapping[str, Order] = field(default_factory=dict)
    order_of: tuple[str, ...] = ()
    filters: Mapping[str, Filter] = field(default_factory=dict)
    link: tuple[str, ...] = ()
    in_sight: InSight | None = None
    shows: str | None = None
    merged: "Relation | None" = None
    gathered: Callable[[Sequence[Row[Any]]], Any] | None = None
    default: Any = None
    first: int = 25

    def ordered(self, name: str = "", reverse: bool = False) -> Order:
        """The order of this name, else the relation's own."""
        order = self.orders.get(name) or self.order
        if order is None:
            raise ValueError(f"{self.name} has no order")
        return order.reversed() if reverse else order

    def columns(self) -> Columns:
        """The columns that its rows have."""
        return self.tied(ANY).selected_columns

    def tied(self, tied: Tied | None) -> Select[Any]:
        """The SELECT, for the parents that `tied` picks; None: untied."""
        if callable(self.select):
            return self.select(tied or ANY)
        if tied is None or self.key is None:
            return self.select
        return self.select.where(tied(self.select.selected_columns[self.key]))


def with_sight(found: Select[Any], customer_id: ColumnElement[Any], tied: Tied) -> Select[Any]:
    """With a column that says of each row whether its customer is in sight, for viewers of some branches:
    then its name needs no look at that customer."""
    if tied.reach is None:
        return found
    return found.add_columns(customers_in_sight(customer_id, tied.reach).label("is_seen"))


def whose_customer(column: str) -> InSight:
    """The rows of customers in sight; column: holds the customer's id."""
    return lambda columns, reach: customers_in_sight(columns[column], reach)


@dataclass(frozen=True)
class Arguments:
    """What a reader asks of a relation beside the parent; hashable, so that equal questions are read once.

    passed: how many rows of the list the caller has read on the pages before.
    """

    filters: tuple[tuple[str, Hashable], ...] = ()
    order: str = ""
    reverse: bool = False
    first: int = 0
    after: tuple[Hashable, ...] | None = None
    passed: int = field(default=0, compare=False)


PLAIN = Arguments()
