"""What is said, changed and merged while a matching run goes on, and what it keeps of earlier words."""

from typing import Any

import pytest

from app.joining import Joining
from app.relatives import FoundRelatives
from app.sweeping import Sweep, write
from master.onlookers import nobody
from master.reads.match_runs import kept_run
from master.session import Master
from master.writes.customer_changes import update_customer
from master.writes.inputs import CustomerChange
from master.writes.match_runs import begin_run, note_kept
from master.writes.merging.merge import Merging, merge_customers
from master.writes.merging.unmerge import unmerge_customer
from matching.kept_rules import name_of
from matching.rules import shipped
from tests.conftest import TESTER
from tests.resolvers.relating import family, suggestions
from tests.resolvers.reviewing import ID, decide, doubles, task, tasks
from tests.resolvers.test_submissions import outcomes, record, submit
from tests.schema.hub import Hub, filling


@pytest.fixture
def reviews(master: Master) -> Hub:
    doubles(master)
    return Hub(master)


def joining(master: Master) -> Joining:
    """What a run that has kept all its tasks is to merge."""
    id = write(master, lambda tx: begin_run(tx, "shipped"))
    write(master, lambda tx: note_kept(tx, id, name_of(shipped())))
    return again(master, id)


def again(master: Master, id: int) -> Joining:
    """The same run, begun again."""
    with master.reading() as connection:
        return Joining.of(master, kept_run(connection, id))


def test_who_is_told_apart_while_a_run_goes_on_is_not_merged_by_it(reviews: Hub) -> None:
    run = joining(reviews.master)
    assert [group.ids for group in run.groups] == [[1, 2]]
    decide(reviews, "DIFFERENT", "w1")
    assert dict(run.merge(nobody)) == {"told apart meanwhile": 1}
    told = task(reviews, "w1")
    assert (told["answer"], told["one"]["id"], told["other"]["id"]) == ("DIFFERENT", "c1", "c2")


def test_who_is_changed_while_a_run_goes_on_is_left_to_the_next_one(reviews: Hub) -> None:
    run = joining(reviews.master)
    assert [group.ids for group in run.groups] == [[1, 2]]
    with reviews.master.transaction(TESTER) as tx:
        update_customer(tx, CustomerChange(2, 1, name="李四"))
    assert dict(run.merge(nobody)) == {"changed meanwhile": 1}


@pytest.fixture
def many(master: Master) -> Master:
    """c1 to c13, of whom c1, c2 and c13 have one document, and c3 and c4 another one, and so on."""
    with filling(master) as fill:
        fill.token()
        for n in range(1, 14):
            of = 0 if n == 13 else (n - 1) // 2
            person = fill.customer(n, f"张{'一二三四五六'[of]}")
            fill.document(person, f"E{of}2345678", "PASSPORT", primary=True)
            fill.point(person, f"1380013800{of}")
        fill.derive()
    Sweep.of(master, shipped()).keep(nobody)
    return master


def test_a_run_that_was_killed_while_merging_goes_on_behind_what_it_did(
    many: Master, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, merges = joining(many), 0
    assert [group.ids for group in run.groups] == [[1, 2, 13], [3, 4], [5, 6], [7, 8], [9, 10], [11, 12]]

    def killed(tx: Any, wanted: Merging) -> Any:
        nonlocal merges
        merges += 1
        if merges == 4:
            raise KeyboardInterrupt
        return merge_customers(tx, wanted)

    monkeypatch.setattr("app.joining.merge_customers", killed)
    with pytest.raises(KeyboardInterrupt):
        run.merge(nobody)
    left = again(many, run.run.id)
    assert [group.ids for group in left.groups] == [[7, 8], [9, 10], [11, 12]]
    assert dict(left.merge(nobody)) == {"merged": 7}
    assert again(many, run.run.id).groups == []


def test_of_whom_a_steward_can_not_tell_a_run_leaves_them_two(reviews: Hub) -> None:
    decide(reviews, "UNSURE", "w1")
    assert Sweep.of(reviews.master, shipped()).groups == []
    assert joining(reviews.master).groups == []


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
    assert dict(sweep.keep(nobody)) == {"known": 1, "withdrawn": 0}
    assert [each["status"] for each in tasks(reviews)] == ["OPEN", "WITHDRAWN"]


def company(hub: Hub, key: str) -> str:
    """What becomes of this new key for a company of a name."""
    ((outcome, _),) = outcomes(submit(hub, record(key, "北京华夏科技有限公司", kind="ORGANIZATION")))
    return outcome


def test_what_comes_in_to_be_reviewed_while_a_run_goes_on_is_not_withdrawn_by_it(reviews: Hub) -> None:
    assert company(reviews, "A") == "ADDED"
    sweep = Sweep.of(reviews.master, shipped())
    assert company(reviews, "B") == "REVIEW"
    assert dict(sweep.keep(nobody)) == {"known": 2, "withdrawn": 0}
    assert [each["status"] for each in tasks(reviews)] == ["OPEN"] * 3
    assert dict(Sweep.of(reviews.master, shipped()).keep(nobody)) == {"known": 3, "withdrawn": 0}


def test_relatives_who_are_suggested_while_a_run_goes_on_are_not_withdrawn_by_it(master: Master) -> None:
    with filling(master) as fill:
        fill.customer(9, "李四")
        fill.derive()
    relatives = FoundRelatives.of(Sweep.of(master, shipped()))
    family(master)
    assert len(suggestions(Hub(master), status="OPEN")) == 6
    assert dict(relatives.keep(nobody)) == {"withdrawn": 0}
    assert len(suggestions(Hub(master), status="OPEN")) == 6
