"""What is said, changed and merged while a matching run goes on, and what it keeps of earlier words."""

import pytest

from app.sweeping import Sweep
from master.session import Master
from master.writes.customer_changes import update_customer
from master.writes.inputs import CustomerChange
from master.writes.merging.merge import Merging, merge_customers
from master.writes.merging.unmerge import unmerge_customer
from matching.rules import shipped
from tests.conftest import TESTER
from tests.resolvers.reviewing import ID, decide, doubles, task, tasks
from tests.schema.hub import Hub, filling


@pytest.fixture
def reviews(master: Master) -> Hub:
    doubles(master)
    return Hub(master)


def silent(done: int, of: int) -> None:
    """Nobody looks on."""


def test_who_is_told_apart_while_a_run_goes_on_is_not_merged_by_it(reviews: Hub) -> None:
    sweep = Sweep.of(reviews.master, shipped())
    assert sweep.groups == [[1, 2]]
    decide(reviews, "DIFFERENT", "w1")
    assert dict(sweep.merge(silent)) == {"told apart meanwhile": 1}
    told = task(reviews, "w1")
    assert (told["answer"], told["one"]["id"], told["other"]["id"]) == ("DIFFERENT", "c1", "c2")


def test_who_is_changed_while_a_run_goes_on_is_left_to_the_next_one(reviews: Hub) -> None:
    sweep = Sweep.of(reviews.master, shipped())
    assert sweep.groups == [[1, 2]]
    with reviews.master.transaction(TESTER) as tx:
        update_customer(tx, CustomerChange(2, 1, name="李四"))
    assert dict(sweep.merge(silent)) == {"changed meanwhile": 1}


@pytest.mark.parametrize("by_a_steward", [True, False])
def test_who_are_two_stay_so_when_one_of_them_becomes_another_customer(
    reviews: Hub, by_a_steward: bool
) -> None:
    """Told apart, or unmerged: that 2 is 6 now says nothing of 1 and 2."""
    with filling(reviews.master) as fill:
        fill.document(fill.customer(6, "张三"), ID, "RESIDENT_ID", primary=True)
        fill.derive()
    decide(reviews, "DIFFERENT" if by_a_steward else "SAME", "w1")
    with reviews.master.transaction(TESTER) as tx:
        if not by_a_steward:
            unmerge_customer(tx, 1, "They are two.")
        merge_customers(tx, Merging(6, (2,), "The same."))
    assert Sweep.of(reviews.master, shipped()).groups == []


def test_no_task_is_opened_again_of_somebody_who_was_merged_while_the_run_went_on(reviews: Hub) -> None:
    sweep = Sweep.of(reviews.master, shipped())
    with reviews.master.transaction(TESTER) as tx:
        merge_customers(tx, Merging(5, (4,), "The same."))
    assert dict(sweep.keep(silent)) == {"known": 1, "withdrawn": 0}
    assert [each["status"] for each in tasks(reviews)] == ["OPEN", "WITHDRAWN"]
