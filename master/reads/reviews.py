"""Review tasks as they stand, what stewards have said of pairs, and how often the model had it right."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, case, func, literal, select

from master.access import customers_in_sight
from master.sight import Sight, bound, reach_of
from master.tables.base import table
from master.tables.codes import ReviewAnswer, ReviewStatus
from master.tables.customers import CustomerRow
from master.tables.merges import MergedCustomerRow
from master.tables.reviews import ReviewTaskRow
from master.tables.tokens import ApiTokenRow

customers, tasks = table(CustomerRow), table(ReviewTaskRow)
merged, tokens = table(MergedCustomerRow), table(ApiTokenRow)

HOLDER = "token:"  # what an actor begins with who holds a token

AT_ONCE = 5_000  # customers whose numbers are read together


def who_is_now(customer_id: ColumnElement[int]) -> ColumnElement[int]:
    """The id of the customer that this one is today."""
    survivor = select(merged.c.survivor_id).where(merged.c.id == customer_id).scalar_subquery()
    return func.coalesce(survivor, customer_id)


# Each with who the two are today: one, where they were merged.
TASKS = select(
    *tasks.c, who_is_now(tasks.c.one_id).label("one_now"), who_is_now(tasks.c.other_id).label("other_now")
)


def name_of_actor(actor: ColumnElement[Any]) -> ColumnElement[Any]:
    """The name of its token, where it holds one."""
    its = func.substr(actor, len(HOLDER) + 1) == tokens.c.id
    held = select(tokens.c.name).where(actor.like(f"{HOLDER}%"), its).scalar_subquery()
    return func.coalesce(held, actor)


def by_name(connection: Connection, actor: str) -> str:
    """What an actor is called."""
    name: str = connection.execute(select(name_of_actor(literal(actor)))).scalar_one()
    return name


def open_tasks(connection: Connection, most: int) -> Iterator[tuple[str, str, str, float]]:
    """Numbers of open pairs with verdict and log2 odds, the likeliest first."""
    wanted = tasks.c.status == ReviewStatus.OPEN
    order = (tasks.c.priority.desc(), tasks.c.id.desc())
    found = connection.execute(select(tasks).where(wanted).order_by(*order).limit(most)).all()
    for numbers, row in _numbered(connection, found):
        yield *numbers, row.verdict, row.odds


def customer_id(connection: Connection, number: str) -> int | None:
    """Of whoever had this number first, be it another customer by now."""
    own = select(customers.c.id).where(customers.c.number == number)
    return connection.scalar(own.union_all(select(merged.c.id).where(merged.c.number == number)))


def task_of(connection: Connection, one: int, other: int) -> int | None:
    """The id of the task of this pair."""
    its = (tasks.c.one_id == min(one, other), tasks.c.other_id == max(one, other))
    return connection.scalar(select(tasks.c.id).where(*its))


def judged(connection: Connection) -> Iterator[tuple[str, str, bool]]:
    """Numbers of pairs that stewards agree to be one customer or two, as `kehu match evaluate` reads them."""
    for numbers, row in _numbered(connection, decided(connection)):
        yield *numbers, row.answer is ReviewAnswer.SAME


def decided(connection: Connection) -> Sequence[Row[Any]]:
    """The tasks of which stewards know the answer, oldest first."""
    known = (tasks.c.status == ReviewStatus.DECIDED, tasks.c.answer != ReviewAnswer.UNSURE)
    return connection.execute(select(tasks).where(*known).order_by(tasks.c.id)).all()


def merged_pairs(connection: Connection) -> Sequence[Row[Any]]:
    """The tasks of pairs that are one customer now."""
    found = TASKS.subquery()
    return connection.execute(select(found).where(found.c.one_now == found.c.other_now)).all()


def every_task(connection: Connection) -> Iterator[Row[Any]]:
    """All of them, oldest first."""
    yield from connection.execute(select(tasks).order_by(tasks.c.id))


def _numbered(connection: Connection, rows: Sequence[Row[Any]]) -> Iterator[tuple[tuple[str, str], Row[Any]]]:
    """With the numbers of both, also of whoever was merged since; without those of whom one was deleted."""
    ids = sorted({id for row in rows for id in (row.one_id, row.other_id)})
    numbers: dict[int, str] = {}
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        for each in (customers, merged):
            found = connection.execute(select(each.c.id, each.c.number).where(each.c.id.in_(some)))
            numbers |= {row.id: row.number for row in found}
    for row in rows:
        if row.one_id in numbers and row.other_id in numbers:
            yield (numbers[row.one_id], numbers[row.other_id]), row


@dataclass(frozen=True)
class Figures:
    """Of the tasks in sight. oldest_at: when the oldest open one was proposed; agreed: how many of those of
    which stewards know the answer were decided as the odds had it; None: not to be told."""

    open: int
    claimed: int
    oldest_at: datetime | None
    decided: int
    unsure: int
    agreed: int | None


def figures(connection: Connection, sight: Sight | None, at: datetime) -> Figures:
    found, reach = TASKS.subquery(), reach_of(sight)
    is_open, is_decided = (found.c.status == each for each in (ReviewStatus.OPEN, ReviewStatus.DECIDED))
    is_same, is_unsure = (found.c.answer == each for each in (ReviewAnswer.SAME, ReviewAnswer.UNSURE))
    as_likely = case((is_same, found.c.odds >= 0), else_=found.c.odds < 0)

    def many(*holds: ColumnElement[bool]) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((and_(*holds), 1), else_=0)), 0)

    wanted = select(
        many(is_open),
        many(is_open, found.c.claimed_until > at),
        func.min(case((is_open, found.c.proposed_at))),
        many(is_decided, ~is_unsure),
        many(is_decided, is_unsure),
        many(is_decided, ~is_unsure, as_likely),
    ).where(customers_in_sight(found.c.one_now, reach), customers_in_sight(found.c.other_now, reach))
    return Figures(*connection.execute(wanted.params(bound(sight))).one())


@dataclass(frozen=True)
class OpenTasks:
    """Of all branches. oldest_at: when the oldest one was proposed."""

    count: int
    oldest_at: datetime | None


def open_count(connection: Connection) -> OpenTasks:
    """Cheap however many were decided, for those who ask often."""
    wanted = select(func.count(), func.min(tasks.c.proposed_at)).where(tasks.c.status == ReviewStatus.OPEN)
    return OpenTasks(*connection.execute(wanted).one())


def merged_numbers(connection: Connection) -> set[str]:
    """The numbers of those who are another customer now."""
    return set(connection.scalars(select(merged.c.number)))
