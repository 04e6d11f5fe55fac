"""Callers who do the same at the same moment: each is told what it would be told one after another."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from master.deadlocks import untangled
from master.errors import Conflict, Duplicate, Forbidden
from master.queue import again
from master.session import Actor, Master, Transaction
from master.tables.base import table
from master.tables.codes import ContactPointKind
from master.tables.customers import CustomerRow
from master.writes.customers import create_customer
from master.writes.idempotency import once
from master.writes.inputs import GivenContactPoint, NewCustomer, SourcedCustomer
from master.writes.sourced.put import put_customer
from master.writes.tokens import NewToken, create_token
from tests.conftest import TESTER

CALLERS = 6


def at_once(act: Callable[[int], object]) -> list[object]:
    """What each caller was told: they begin together."""
    gate = threading.Barrier(CALLERS)

    def call(number: int) -> object:
        gate.wait(20)
        try:
            return act(number)
        except Exception as error:
            return type(error)

    with ThreadPoolExecutor(CALLERS) as callers:
        return list(callers.map(call, range(CALLERS)))


@pytest.fixture
def caller(master: Master) -> Actor:
    with master.transaction(TESTER) as tx:
        token = create_token(tx, NewToken("one", "AGENT", branches=None))
    return Actor("one", "AGENT", token_id=token.split("_")[1])


def made_once(master: Master, caller: Actor, new: NewCustomer) -> int:
    with master.transaction(caller) as tx:
        return once(tx, "key", "createCustomer", new, lambda: create_customer(tx, new))


@pytest.mark.only_on("postgresql")  # SQLite has one writer
def test_who_waits_for_each_other_both_get_through(master: Master) -> None:
    """One queues customers in their order, the other changes them in the other order."""
    with master.transaction(TESTER) as tx:
        ids = [create_customer(tx, NewCustomer(name)) for name in ("张三", "李四")]
    both_began = threading.Barrier(2)

    def queue_all(order: list[int]) -> None:
        waits = [both_began.wait]  # in its first try only

        def act() -> None:
            with master.transaction(TESTER) as tx:
                again(tx, {order[0]: 1})
                while waits:
                    waits.pop()(20)
                again(tx, {order[1]: 1})

        untangled(act)

    with ThreadPoolExecutor(2) as callers:
        assert list(callers.map(queue_all, (ids, ids[::-1]))) == [None, None]


def count(master: Master) -> int:
    with master.reading() as connection:
        return connection.scalar(select(func.count()).select_from(table(CustomerRow))) or 0


def test_one_idempotency_key_used_at_once_has_one_effect_and_one_answer(
    master: Master, caller: Actor
) -> None:
    assert at_once(lambda number: made_once(master, caller, NewCustomer("张三"))) == [1] * CALLERS
    assert count(master) == 1


def test_one_idempotency_key_used_at_once_for_different_input_is_a_conflict_for_all_but_one(
    master: Master, caller: Actor
) -> None:
    told = at_once(lambda number: made_once(master, caller, NewCustomer(f"张{number}")))
    assert sorted(map(str, told)) == sorted(map(str, [1, *[Conflict] * (CALLERS - 1)]))


def test_equal_customers_made_at_once_are_told_as_duplicates_but_for_one(master: Master) -> None:
    mobiles = tuple(
        GivenContactPoint(ContactPointKind.MOBILE, number) for number in ("13800138000", "13800138001")
    )

    def make(number: int) -> int:
        points = mobiles[::-1] if number % 2 else mobiles  # in either order: nobody waits in a ring
        with master.transaction(TESTER) as tx:
            return create_customer(tx, NewCustomer("张三", contact_points=points))

    told = at_once(make)
    assert told.count(Duplicate) == CALLERS - 1
    assert count(master) == 1


def test_a_caller_whose_twin_fails_makes_the_customer(master: Master, caller: Actor) -> None:
    def act(tx: Transaction, number: int) -> int:
        if number % 2:
            raise RuntimeError
        return create_customer(tx, NewCustomer("张三"))

    def call(number: int) -> int:
        with master.transaction(caller) as tx:
            return once(tx, "key", "createCustomer", "same", lambda: act(tx, number))

    told = at_once(call)
    assert {each for each in told if isinstance(each, int)} == {told[0]}
    assert count(master) == 1


def test_a_source_that_tokens_make_at_once_is_fed_by_one_of_them(master: Master) -> None:
    with master.transaction(TESTER) as tx:
        tokens = [create_token(tx, NewToken("feed", "PARTNER", None)) for _ in range(CALLERS)]
    ids = [token.split("_")[1] for token in tokens]

    def put(number: int) -> int:
        with master.transaction(Actor("feed", "PARTNER", token_id=ids[number])) as tx:
            return put_customer(tx, SourcedCustomer("NEW", f"K{number}", name="张三"))

    assert sorted(map(str, at_once(put))) == sorted(map(str, [1, *[Forbidden] * (CALLERS - 1)]))
    assert count(master) == 1
