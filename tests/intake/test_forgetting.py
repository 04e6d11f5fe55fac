"""Records of batches are kept as they came for as long as the settings say."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from master.errors import Conflict
from master.reads.batches import intake
from master.tables.base import table
from master.tables.customers import CustomerRow
from master.tables.sources import ImportRunRow, IncomingRecordRow
from master.upkeep import Keeping, forget
from master.writes.taking_back.back import rehearsed_take_back, take_back, take_back_next
from tests.conftest import TESTER, SetTime
from tests.intake.importing import Importing
from tests.intake.test_taking_back import take

runs, incoming = table(ImportRunRow), table(IncomingRecordRow)
MONTH = Keeping(records=timedelta(days=30))


def people(count: int) -> str:
    return "".join(["source_key,name\n", *(f"K{place},张{place}\n" for place in range(count))])


def forgotten(hub: Importing, keeping: Keeping) -> list[bool]:
    """What each round says of whether there is more; as many as there are."""
    told = [True]
    while told[-1]:
        with hub.master.transaction(TESTER) as tx:
            told.append(forget(tx, keeping))
    return told[1:]


def kept(hub: Importing) -> dict[int, int]:
    counts = select(incoming.c.batch_id, func.count()).group_by(incoming.c.batch_id)
    with hub.master.reading() as connection:
        return {row[0]: row[1] for row in connection.execute(counts)}


def test_records_are_kept_for_good_where_no_setting_says_otherwise(hub: Importing, time: SetTime) -> None:
    batch = take(hub, time, "customers", people(3))
    time.forward(days=4000)
    assert forgotten(hub, Keeping()) == [False]
    assert kept(hub)[batch] == 3


def test_what_is_too_old_is_dropped_some_at_a_time(hub: Importing, time: SetTime) -> None:
    old = take(hub, time, "customers", people(1001))
    time.forward(days=29)
    new = take(hub, time, "customers", people(2))
    time.forward(days=1, minutes=1)
    assert forgotten(hub, MONTH) == [True, False]
    assert kept(hub) == {new: 2}
    assert forgotten(hub, MONTH) == [False]
    times = dict(hub.rows(select(runs.c.id, runs.c.forgotten_at.is_not(None))))
    assert (times[old], times[new]) == (True, False)


def test_a_batch_of_which_records_were_dropped_can_not_be_taken_back(hub: Importing, time: SetTime) -> None:
    batch = take(hub, time, "customers", people(2))
    time.forward(days=31)
    forgotten(hub, MONTH)
    customers = hub.count(CustomerRow)
    for act in (rehearsed_take_back, lambda *given: take_back(*given, "the wrong file")):
        with pytest.raises(Conflict, match="no longer kept as they came"):
            act(hub.master, TESTER, batch)
    assert hub.count(CustomerRow) == customers


def test_nothing_is_dropped_behind_a_batch_that_is_half_taken_back(hub: Importing, time: SetTime) -> None:
    """What a later file repeated stays when the rest of the batch is taken back, however late that is."""
    first = take(hub, time, "customers", people(1200))  # in two transactions
    again = take(hub, time, "customers", people(1200))
    with hub.master.transaction(TESTER, "the wrong file") as tx:
        assert not take_back_next(tx, first, "the wrong file").is_done
    time.forward(days=31)
    assert forgotten(hub, MONTH) == [False]
    assert kept(hub)[first] == kept(hub)[again] == 1200
    take_back(hub.master, TESTER, first, "the wrong file")
    assert hub.count(CustomerRow) == 1200
    forgotten(hub, MONTH)
    assert kept(hub) == {}


def test_the_same_file_again_changes_nothing_though_its_records_were_dropped(
    hub: Importing, time: SetTime
) -> None:
    take(hub, time, "customers", people(2))
    time.forward(days=31)
    forgotten(hub, MONTH)
    take(hub, time, "customers", people(2))
    assert hub.count(CustomerRow) == 2


def test_the_records_of_a_day_are_counted_by_outcome(hub: Importing, time: SetTime) -> None:
    take(hub, time, "customers", people(3))
    time.forward(hours=25)
    take(hub, time, "customers", "source_key,name\nK0,张0\nK1,李\nK8,\n")
    with hub.master.reading() as connection:
        told = intake(connection, hub.master.clock.now())
    assert {name: count for name, count in told.records.items() if count} == {
        "unchanged": 1,
        "changed": 1,
        "refused": 1,
    }
    assert told.half_done == 0
