"""Commands that the database ended, for something else was done at the same moment, are done again."""

import asyncio
import threading
from collections.abc import Callable

import pytest
from sqlalchemy.exc import DBAPIError

from master.access import Viewer
from master.deadlocks import TRIES
from master.roles import shipped_roles
from master.session import Transaction
from schema.context import open_context
from tests.schema.hub import Hub, filling

pytestmark = pytest.mark.only_on("postgresql")  # SQLite has one writer

ENDED = "DO $$ BEGIN RAISE EXCEPTION 'at the same moment' USING ERRCODE = '{}'; END $$"
RENAME = "UPDATE customers SET name = %s WHERE id = %s"


async def written(hub: Hub, *acts: Callable[[Transaction], None]) -> None:
    """Each by a request of its own, at once."""

    async def write(act: Callable[[Transaction], None]) -> None:
        async with open_context(hub.master, Viewer("tester", shipped_roles()["AGENT"], "t1")) as context:
            await context.write("customers.write", act)

    await asyncio.gather(*map(write, acts))


@pytest.fixture
def two(hub: Hub) -> Hub:
    with filling(hub.master) as fill:
        for n in (1, 2):
            fill.customer(n)
        fill.derive()
    return hub


def names(hub: Hub) -> list[str]:
    return [each["name"] for each in hub.get("{ customers { nodes { name } } }")["customers"]["nodes"]]


def test_two_that_wait_for_each_other_are_both_done(two: Hub) -> None:
    both_began = threading.Barrier(2)

    def renaming(order: tuple[int, int]) -> Callable[[Transaction], None]:
        waits = [both_began.wait]  # in its first try only

        def act(tx: Transaction) -> None:
            tx.connection.exec_driver_sql(RENAME, (f"first {order[0]}", order[0]))
            while waits:
                waits.pop()(20)
            tx.connection.exec_driver_sql(RENAME, (f"second {order[0]}", order[1]))

        return act

    asyncio.run(written(two, renaming((1, 2)), renaming((2, 1))))
    assert sorted(names(two)) in (["first 1", "second 1"], ["first 2", "second 2"])


@pytest.mark.parametrize(
    ("code", "ends", "tries"),
    [("40P01", 1, 2), ("40001", 1, 2), ("40001", TRIES, TRIES), ("23505", 1, 1)],
)
def test_what_is_ended_so_is_tried_five_times_and_nothing_else_is_tried_again(
    two: Hub, code: str, ends: int, tries: int
) -> None:
    tried = 0

    def rename(tx: Transaction) -> None:
        nonlocal tried
        tried += 1
        tx.connection.exec_driver_sql(RENAME, ("new", 1))
        if tried <= ends:
            tx.connection.exec_driver_sql(ENDED.format(code))

    if ends < tries:
        asyncio.run(written(two, rename))
    else:
        with pytest.raises(DBAPIError):
            asyncio.run(written(two, rename))
    assert (tried, "new" in names(two)) == (tries, ends < tries)
