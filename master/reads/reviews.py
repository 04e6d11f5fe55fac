"""What stewards have said of pairs."""

from collections.abc import Iterator

from sqlalchemy import Connection, select

from master.tables.base import table
from master.tables.codes import ReviewAnswer, ReviewStatus
from master.tables.customers import CustomerRow
from master.tables.reviews import ReviewTaskRow

customers, tasks = table(CustomerRow), table(ReviewTaskRow)


def told_apart(connection: Connection) -> dict[tuple[int, int], bytes]:
    """Pairs that a steward says are two, and what was compared of them then."""
    apart = select(tasks.c.one_id, tasks.c.other_id, tasks.c.identity).where(
        tasks.c.status == ReviewStatus.DECIDED, tasks.c.answer == ReviewAnswer.DIFFERENT
    )
    return {(row.one_id, row.other_id): bytes(row.identity) for row in connection.execute(apart)}


def open_tasks(connection: Connection, most: int) -> Iterator[tuple[str, str, str, float]]:
    """Numbers of open pairs with verdict and log2 odds, the likeliest first."""
    one, other = customers.alias("one"), customers.alias("other")
    waiting = (
        select(one.c.number, other.c.number.label("other_number"), tasks.c.verdict, tasks.c.odds)
        .join_from(tasks, one, one.c.id == tasks.c.one_id)
        .join(other, other.c.id == tasks.c.other_id)
        .where(tasks.c.status == ReviewStatus.OPEN)
        .order_by(tasks.c.priority.desc(), tasks.c.id.desc())
        .limit(most)
    )
    for row in connection.execute(waiting):
        yield row.number, row.other_number, row.verdict, row.odds


def customer_id(connection: Connection, number: str) -> int | None:
    """Of the customer with this number."""
    return connection.scalar(select(customers.c.id).where(customers.c.number == number))


def judged(connection: Connection) -> Iterator[tuple[str, str, bool]]:
    """Numbers of pairs that stewards agree to be one customer or two, as `kehu match evaluate` reads them."""
    one, other = customers.alias("one"), customers.alias("other")
    said = (
        select(one.c.number, other.c.number.label("other_number"), tasks.c.answer)
        .join_from(tasks, one, one.c.id == tasks.c.one_id)
        .join(other, other.c.id == tasks.c.other_id)
        .where(tasks.c.status == ReviewStatus.DECIDED, tasks.c.answer != ReviewAnswer.UNSURE)
        .order_by(tasks.c.id)
    )
    for row in connection.execute(said):
        yield row.number, row.other_number, row.answer is ReviewAnswer.SAME
