"""While a batch is taken back others write: nobody's customer goes, and nothing hangs on nobody."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import select

from intake.run import Progress, import_file
from master.session import Master
from master.tables.base import table
from master.tables.customers import CustomerRow
from master.tables.policies import PolicyPartyRow
from master.tables.sources import ImportRunRow, SourceRecordRow
from master.writes.taking_back.back import take_back
from tests.conftest import TESTER, SetTime
from tests.intake.importing import Importing
from tests.intake.test_taking_back import last_batch
from tests.master.test_golden_at_once import until_somebody_waits

PEOPLE = 300
CUSTOMERS = "source_key,name,mobile\n" + "".join(f"K{n},客户{n},138{n:08d}\n" for n in range(PEOPLE))
POLICIES = "number,product,effective_date,insured\n" + "".join(
    f"N{n},P1,2026-01-01,K{n}\n" for n in range(0, PEOPLE, 3)
)

records, parties, runs = table(SourceRecordRow), table(PolicyPartyRow), table(ImportRunRow)
customers = table(CustomerRow)


def file(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_who_gets_a_policy_meanwhile_stays_or_the_policy_is_refused(hub: Importing, time: SetTime) -> None:
    master: Master = hub.master
    people = file(hub.folder, "people.csv", CUSTOMERS)
    import_file(master, "customers", people, source="CRM", matching=False)
    batch = last_batch(hub)
    time.forward(minutes=1)
    policies = file(hub.folder, "policies.csv", POLICIES)
    with ThreadPoolExecutor(2) as pool:
        coming = pool.submit(import_file, master, "policies", policies, source="CRM")
        going = pool.submit(take_back, master, TESTER, batch, "the wrong file")
        result, counts = coming.result(), going.result()
    assert result.added + result.refused == PEOPLE // 3
    assert counts.get("HAS_MORE", 0) == result.added
    assert counts["TAKEN_BACK"] == PEOPLE - result.added
    insured = hub.rows(select(parties.c.customer_id).where(parties.c.customer_id.is_not(None)))
    left = hub.rows(select(records.c.customer_id).where(records.c.kind == "customers"))
    assert sorted(insured) == sorted(left)


def test_two_who_take_a_batch_back_at_once_do_it_once(hub: Importing, time: SetTime) -> None:
    master: Master = hub.master
    people = file(hub.folder, "people.csv", CUSTOMERS)
    import_file(master, "customers", people, source="CRM", matching=False)
    batch = last_batch(hub)
    time.forward(minutes=1)
    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(take_back, master, TESTER, batch, "the wrong file") for _ in range(2)]
        done = [each.exception() or each.result() for each in both]
    assert {"TAKEN_BACK": PEOPLE} in done
    assert hub.count(SourceRecordRow) == 0
    assert hub.rows(select(runs.c.taken_back_at.is_not(None)).where(runs.c.id == batch)) == [(True,)]


@pytest.mark.only_on("postgresql")  # SQLite has one writer
def test_a_file_whose_batch_somebody_holds_waits_before_it_holds_anybody(
    hub: Importing, time: SetTime
) -> None:
    """Who takes a batch back has it and then its customers: the other way round both would wait for ever."""
    master: Master = hub.master
    hub.take("customers", "source_key,name\nK,张三\n")
    batch, known = last_batch(hub) + 1, hub.id_of("K")
    rows = "".join(f"N{n},客户{n}\n" for n in range(1_000))  # as many as one transaction takes in
    text = file(hub.folder, "more.csv", f"source_key,name\n{rows}K,张珊\n")
    begun, go_on = Event(), Event()

    def stop(progress: Progress) -> None:
        begun.set()
        go_on.wait()

    held = select(runs.c.id).where(runs.c.id == batch).with_for_update()
    free = select(customers.c.id).where(customers.c.id == known).with_for_update(nowait=True)
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(
            import_file, master, "customers", text, source="CRM", matching=False, progress=stop
        )
        begun.wait()
        with master.transaction(TESTER) as tx:
            assert tx.execute(held).all() == [(batch,)]
            go_on.set()
            until_somebody_waits(master)
            assert tx.execute(free).all() == [(known,)]
        assert (coming.result().added, coming.result().changed) == (1_000, 1)
