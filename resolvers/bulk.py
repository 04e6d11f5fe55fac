"""Commands on many things at once: each in a transaction of its own, and what was done is told."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from master.errors import LimitExceeded, Refusal, TimedOut
from master.session import Transaction
from schema.arguments import refuse_long
from schema.context import Info
from schema.errors import UserError, told

T = TypeVar("T")

MOST_AT_ONCE = 50  # of one command: a merge takes some 30 ms

NO_TIME = "There was no time left for this one: ask for the rest again."


@dataclass(frozen=True)
class BulkDone(Generic[T]):
    """What came of those that were done, and what was refused, with the place of each in what was given."""

    results: list[T]
    errors: list[UserError]


@dataclass(frozen=True)
class Bulk:
    """ids: as they were given in the field of this name, which refusals of one of them name."""

    field: str
    ids: Sequence[str]
    permission: str
    reason: str | None = None


async def each_of(info: Info, wanted: Bulk, act: Callable[[Transaction, str], T]) -> BulkDone[T]:
    """What is refused of one does not keep the others from being done. Where nothing was done, raises
    LimitExceeded and TimedOut."""
    refuse_long(wanted.ids, [wanted.field], MOST_AT_ONCE)
    errors, results = [], list[T]()
    for place, id in enumerate(wanted.ids):
        try:
            if results and info.context.is_short_of_time:
                raise TimedOut(NO_TIME)
            results.append(await info.context.write(wanted.permission, _on(id, act), wanted.reason))
        except (LimitExceeded, TimedOut) as refusal:
            if not results:  # errors of the request as everywhere, not of what was given
                raise
            # What is done stands, and has to be told.
            errors += [_told(refusal, wanted.field, each) for each in range(place, len(wanted.ids))]
            break
        except Refusal as refusal:
            errors.append(_told(refusal, wanted.field, place))
    return BulkDone(results, errors)


def _on(id: str, act: Callable[[Transaction, str], T]) -> Callable[[Transaction], T]:
    return lambda tx: act(tx, id)


def _told(refusal: Refusal, field: str, place: int) -> UserError:
    """With the place of the thing in what was given."""
    error = told(refusal)
    path = error.path or []
    error.path = [field, str(place)] if path[:1] in ([], [field], ["duplicates"]) else path
    return error
