"""How a sample is filled: the same for the same seed, in batches, with all that follows from it."""

from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import Connection, Table, func, select

from intake.sample import fill as filling
from intake.sample.batches import make_batch
from intake.sample.fill import SampleCounts, fill
from master.errors import Conflict
from master.keys import Keys
from master.session import Actor, Master
from master.tables.audit import AuditEntryRow
from master.tables.base import table
from master.tables.changes import EventRow, IndexQueueRow
from master.tables.contacts import ContactRow
from master.tables.customers import (
    CustomerRow,
)
from master.tables.leads import LeadRow
from master.tables.policies import PolicyRow
from master.tables.tags import CustomerTagRow
from master.writes.derived import refresh
from tests.intake.sample.hubs import CUSTOMERS, all_of, digest_of, new_hub


def test_the_same_seed_gives_the_same_hub(tmp_path: Path, empty_sqlite: Path, keys: Keys) -> None:
    found = []
    for name, seed in (("a", 7), ("b", 7), ("c", 8)):
        master = new_hub(empty_sqlite, tmp_path / name, keys)
        fill(master, customers=120, seed=seed)
        found.append(digest_of(master))
        master.close()
    assert found[0] == found[1]
    assert found[0]["customers"] != found[2]["customers"]


def test_a_second_process_makes_the_same_batches(
    tmp_path: Path, empty_sqlite: Path, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filling, "BATCH", 60)
    told: list[tuple[int, int]] = []
    beside = new_hub(empty_sqlite, tmp_path / "beside", keys)
    fill(beside, customers=150, seed=3, progress=lambda done, wanted: told.append((done, wanted)))
    monkeypatch.setattr(filling, "_made", lambda orders: map(make_batch, orders))
    within = new_hub(empty_sqlite, tmp_path / "within", keys)
    fill(within, customers=150, seed=3)
    assert told == [(60, 150), (120, 150), (150, 150)]
    assert digest_of(beside) == digest_of(within)
    beside.close()
    within.close()


def test_both_databases_hold_the_same_rows(
    master: Master, tmp_path: Path, empty_sqlite: Path, keys: Keys
) -> None:
    fill(master, customers=300, seed=9)
    other = new_hub(empty_sqlite, tmp_path / "other", keys)
    fill(other, customers=300, seed=9)
    assert digest_of(master) == digest_of(other)
    other.close()


@pytest.mark.parametrize("customers", [1, 2, 3, 11, 13])
def test_any_number_of_customers_can_be_made(master: Master, customers: int) -> None:
    assert fill(master, customers=customers, seed=5).customers == customers
    with master.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(table(CustomerRow))) == customers


def test_a_hub_with_customers_is_refused(hub: Master) -> None:
    with pytest.raises(Conflict):
        fill(hub, customers=1, seed=1)


def test_counts_are_those_of_this_seed_and_within_bands(
    tmp_path: Path, empty_sqlite: Path, keys: Keys
) -> None:
    master = new_hub(empty_sqlite, tmp_path, keys)
    counts = fill(master, customers=1_000, seed=1)
    master.close()
    assert counts == SampleCounts(
        customers=1_000, policies=2_702, contacts=4_872, tags=3_599, leads=1_441, households=177
    )


def test_numbers_a_customer_are_within_bands(seen: Connection) -> None:
    def each(target: Table) -> float:
        return (seen.scalar(select(func.count()).select_from(target)) or 0) / CUSTOMERS

    assert 2.2 < each(table(PolicyRow)) < 3.0
    assert 4.0 < each(table(ContactRow)) < 6.0
    assert 3.3 < each(table(CustomerTagRow)) < 4.7
    assert 1.2 < each(table(LeadRow)) < 1.8
    companies = Counter(row.kind for row in all_of(seen, table(CustomerRow)))["ORGANIZATION"]
    assert 0.06 < companies / CUSTOMERS < 0.10


def test_every_customer_has_revision_and_version_one_and_one_event(seen: Connection) -> None:
    customers = all_of(seen, table(CustomerRow))
    assert {(row.revision, row.version) for row in customers} == {(1, 1)}
    assert len({row.revised_in for row in customers}) == 1
    events = Counter(row.customer_id for row in all_of(seen, table(EventRow)))
    assert events == dict.fromkeys((row.id for row in customers), 1)
    assert len(all_of(seen, table(IndexQueueRow))) == CUSTOMERS


def test_deriving_again_changes_nothing(hub: Master) -> None:
    with hub.transaction(Actor("test")) as tx:
        before = tx.connection.exec_driver_sql("SELECT total_changes()").scalar()
        ids = tx.connection.scalars(select(table(CustomerRow).c.id)).all()
        refresh(tx, ids)
        assert tx.connection.exec_driver_sql("SELECT total_changes()").scalar() == before
    assert len(ids) == CUSTOMERS


def test_there_is_one_audit_entry_for_the_frame_and_one_a_batch(seen: Connection) -> None:
    entries = all_of(seen, table(AuditEntryRow))
    assert [(entry.action, entry.actor) for entry in entries] == [
        ("sample.frame", "sample"),
        ("sample.batch", "sample"),
    ]
