"""What all commands have in common: one write in a transaction, and its refusals told as data."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import strawberry
from sqlalchemy import Table, select

from master.errors import Conflict, LimitExceeded, NotFound, Refusal, TimedOut
from master.reads.freshness import freshness_later
from master.session import Transaction
from master.writes.kept import KEEP, Kept
from schema.arguments import refuse_long
from schema.context import Info
from schema.errors import UserError, told
from schema.ids import row_id

T = TypeVar("T")

CUSTOMERS_WRITE = "customers.write"

Act = Callable[[Transaction], int]


@dataclass(frozen=True)
class Done:
    """What came of a command: the row's id and its customer's freshness, or the refusal."""

    id: int | None
    freshness: str | None
    refusal: Refusal | None = None

    @property
    def errors(self) -> list[UserError]:
        return [] if self.refusal is None else [told(self.refusal)]


async def command(
    info: Info,
    permission: str,
    act: Act,
    *,
    present: int | None = None,
    below: Table | None = None,
    reason: str | None = None,
    beside: Callable[[], Sequence[int]] = tuple,
) -> Done:
    """Does it. present: the row to show as it is now on CONFLICT; below: the table of the row whose id `act`
    gives, where that is not a customer's own; beside: other customers that were changed."""

    def acted(tx: Transaction) -> tuple[int, Callable[[], str]]:
        id = act(tx)
        customer = id if below is None else _customer_of(tx, below, id)
        freshness = freshness_later(tx.connection, customer, *beside())
        if info.context.ahead is not None:
            info.context.ahead(tx, id)
        return id, freshness

    done = await tried(info.context.write(permission, acted, reason))
    if isinstance(done, Refusal):
        return Done(present if isinstance(done, Conflict) else None, None, done)
    id, freshness = done
    return Done(id, freshness())


async def tried(change: Awaitable[T]) -> T | Refusal:
    """What comes of it, or the refusal that its payload tells."""
    try:
        return await change
    except (LimitExceeded, TimedOut):  # errors of the request as everywhere, not of what was given
        raise
    except Refusal as refusal:
        return refusal


def _customer_of(tx: Transaction, below: Table, id: int) -> int:
    customer: int = tx.execute(select(below.c.customer_id).where(below.c.id == id)).scalar_one()
    return customer


def found(prefix: str, id: str, path: Sequence[str], what: str) -> int:
    """The number in a global id. Raises NotFound."""
    number = row_id(prefix, id)
    if number is None:
        raise NotFound(f"There is no {what} with this id.", path)
    return number


def given(value: T | None) -> T | None:
    """None for what was left out."""
    return None if value is strawberry.UNSET else value


def few(values: list[T] | None, field: str) -> list[T]:
    """What was given of a list. Raises LimitExceeded."""
    listed = given(values) or []
    refuse_long(listed, ["input", field])
    return listed


def kept(value: T | None) -> Kept[T | None]:
    """KEEP for what was left out."""
    return KEEP if value is strawberry.UNSET else value
