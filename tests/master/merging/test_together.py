"""Merges of the same customers at the same moment, and what is written to them meanwhile."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import insert, select

from master.deadlocks import untangled
from master.errors import Conflict, Refusal
from master.session import Master
from master.tables.base import table
from master.tables.contacts import ContactRow
from master.tables.sources import SourceRecordRow
from tests.conftest import NOW, TESTER
from tests.master.merging.town import a_town, everything, merge, two, unmerge

contacts, records = table(ContactRow), table(SourceRecordRow)


def together(*acts: Callable[[], object]) -> list[object]:
    """What each gives, or what it was refused with; they begin together."""
    gate = threading.Barrier(len(acts))

    def act(what: Callable[[], object]) -> object:
        gate.wait(20)
        try:
            return untangled(what)
        except Refusal as refusal:
            return type(refusal)

    with ThreadPoolExecutor(len(acts)) as callers:
        return list(callers.map(act, acts))


def test_of_two_merges_with_a_common_customer_one_wins(master: Master) -> None:
    with a_town(master) as (town, fill):
        one, other, third = (town.customer(fill, n) for n in (1, 3, 5))
    told = together(
        lambda: merge(master, one, other).merges,
        lambda: merge(master, third, other).merges,
        lambda: merge(master, one, third, other).merges,
    )
    assert Counter(each if each is Conflict else "won" for each in told) == {"won": 1, Conflict: 2}


def test_of_two_who_are_merged_into_each_other_one_stays(master: Master) -> None:
    one, other = two(master)
    told = together(lambda: merge(master, one, other).merges, lambda: merge(master, other, one).merges)
    assert Counter(each if each is Conflict else "won" for each in told) == {"won": 1, Conflict: 1}


def test_of_two_unmerges_of_one_merge_one_wins(master: Master) -> None:
    one, other = two(master)
    before = everything(master)
    (done,) = merge(master, one, other).merges
    told = together(*[lambda: unmerge(master, done).restored] * 3)
    assert Counter(told) == {other: 1, Conflict: 2}
    assert everything(master) == before


@pytest.mark.only_on("postgresql")  # SQLite has one writer
def test_what_is_written_to_a_customer_that_is_being_merged_reaches_the_survivor(master: Master) -> None:
    """The database lets nothing hang on the one that has gone; the writer begins anew and finds the other."""
    one, other = two(master)
    looked, merged = threading.Event(), threading.Event()

    def feed() -> None:
        with master.transaction(TESTER) as tx:
            wanted = select(records.c.customer_id).where(records.c.source_key == "K3")
            customer = tx.connection.scalar(wanted)
            looked.set()
            merged.wait(20)
            row = {"customer_id": customer, "channel": "CALL", "direction": "INBOUND", "subject": "late"}
            tx.execute(insert(contacts), [{**row, "occurred_at": NOW}])

    def join() -> None:
        looked.wait(20)
        merge(master, one, other)
        merged.set()

    together(feed, join)
    with master.reading() as connection:
        late = connection.scalars(select(contacts.c.customer_id).where(contacts.c.subject == "late")).all()
    assert late == [one]
