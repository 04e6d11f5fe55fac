"""Revisions, versions, events, the queue and history: counted by triggers, whoever writes."""

from typing import Any

import pytest
from sqlalchemy import insert, select, text, update

from master.session import Master
from master.tables.base import table
from master.tables.changes import EventRow, IndexQueueRow, WideChangeRow
from master.tables.contacts import ContactRow
from master.tables.customers import CustomerRow, IdentityDocumentRow
from master.tables.history import HISTORY
from master.tables.tags import CustomerTagRow, TagCategoryRow, TagRow
from tests.conftest import NOW, TESTER

customers, documents, tags = table(CustomerRow), table(IdentityDocumentRow), table(TagRow)


@pytest.fixture
def somebody(master: Master) -> int:
    with master.transaction(TESTER) as tx:
        tx.execute(insert(customers), [{"id": 1, "number": "C1", "kind": "PERSON", "name": "张三"}])
        number = {"number": "A1", "number_index": "A1"}
        tx.execute(insert(documents), [{"customer_id": 1, "type": "OTHER", **number}])
    return 1


def counters(master: Master) -> tuple[int, int]:
    with master.reading() as connection:
        row = connection.execute(select(customers.c.version, customers.c.revision)).one()
        return row.version, row.revision


def rows(master: Master, target: Any) -> list[Any]:
    with master.reading() as connection:
        return list(connection.execute(select(target)))


def test_a_new_customer_with_its_documents_has_version_and_revision_one(
    master: Master, somebody: int
) -> None:
    assert counters(master) == (1, 1)
    (event,) = rows(master, table(EventRow))
    assert (event.customer_id, event.revision, event.at, event.actor) == (1, 1, NOW, "test")
    (waiting,) = rows(master, table(IndexQueueRow))
    assert (waiting.customer_id, waiting.revision, waiting.attempts) == (1, 1, 0)


def test_many_changes_in_one_transaction_count_once(master: Master, somebody: int) -> None:
    with master.transaction(TESTER, "asked on the phone") as tx:
        tx.execute(update(customers).values(name="张四"))
        tx.execute(update(customers).values(gender="MALE"))
        tx.execute(update(documents).values(doubt="?"))
    assert counters(master) == (2, 2)
    assert [event.revision for event in rows(master, table(EventRow))] == [1, 2]
    assert [waiting.revision for waiting in rows(master, table(IndexQueueRow))] == [2]


def test_a_contact_raises_the_revision_and_not_the_version(master: Master, somebody: int) -> None:
    call = {"customer_id": 1, "channel": "CALL", "direction": "INBOUND", "occurred_at": NOW, "subject": "?"}
    with master.transaction(TESTER) as tx:
        tx.execute(insert(table(ContactRow)), [call])
    assert counters(master) == (1, 2)


def test_setting_a_column_to_what_it_is_changes_nothing(master: Master, somebody: int) -> None:
    with master.transaction(TESTER) as tx:
        tx.execute(update(customers).values(name="张三"))
    assert counters(master) == (1, 1)


def test_a_change_by_the_databases_own_client_is_counted_and_remembered(
    master: Master, somebody: int
) -> None:
    with master.committing() as connection:
        connection.execute(text("UPDATE customers SET name = '李四'"))
    assert counters(master) == (2, 2)
    actor = rows(master, table(EventRow))[-1].actor
    assert actor == ("db:sqlite" if master.is_sqlite else f"db:{master.engine.url.username}")
    (kept,) = rows(master, HISTORY["customers"])
    assert (kept.name, kept.operation, kept.actor, kept.reason) == ("张三", "UPDATE", actor, None)


def test_history_keeps_the_old_state_and_who_ended_it_and_why(master: Master, somebody: int) -> None:
    with master.transaction(TESTER, "asked on the phone") as tx:
        tx.execute(update(customers).values(name="张四"))
    (kept,) = rows(master, HISTORY["customers"])
    assert (kept.name, kept.actor, kept.reason, kept.changed_at) == (
        "张三",
        "test",
        "asked on the phone",
        NOW,
    )


def test_a_row_that_another_client_deletes_leaves_history_and_an_event(master: Master, somebody: int) -> None:
    with master.committing() as connection:
        connection.execute(text("DELETE FROM identity_documents"))
        connection.execute(text("DELETE FROM customers"))
    assert [kept.operation for kept in rows(master, HISTORY["customers"])] == ["DELETE"]
    assert [event.revision for event in rows(master, table(EventRow))] == [1, 2, 3]
    assert [waiting.revision for waiting in rows(master, table(IndexQueueRow))] == [3]


def test_a_renamed_tag_is_one_wide_change(master: Master, somebody: int) -> None:
    with master.transaction(TESTER) as tx:
        tx.execute(insert(table(TagCategoryRow)), [{"id": 1, "name": "价值"}])
        tx.execute(insert(tags), [{"id": 1, "code": "VIP", "name": "贵宾", "category_id": 1}])
        given = {"customer_id": 1, "tag_id": 1, "source": "MANUAL", "assigned_at": NOW}
        tx.execute(insert(table(CustomerTagRow)), [given])
    with master.transaction(TESTER) as tx:
        tx.execute(update(tags).values(name="高净值"))
    assert [(wide.subject, wide.row_id) for wide in rows(master, table(WideChangeRow))] == [("tags", 1)]
    assert counters(master) == (1, 2)


def test_a_transaction_that_raises_leaves_nothing(master: Master, somebody: int) -> None:
    with pytest.raises(RuntimeError, match="lost"), master.transaction(TESTER) as tx:
        tx.execute(update(customers).values(name="张四"))
        raise RuntimeError("lost")
    assert counters(master) == (1, 1)
    assert rows(master, HISTORY["customers"]) == []


def test_a_status_that_follows_from_policies_is_a_revision_and_no_version(
    master: Master, somebody: int
) -> None:
    with master.transaction(TESTER) as tx:
        tx.execute(update(customers).values(status="ACTIVE", name_key="zhang san"))
    assert counters(master) == (1, 2)


def test_what_is_derived_for_sorting_only_is_neither(master: Master, somebody: int) -> None:
    with master.transaction(TESTER) as tx:
        tx.execute(update(customers).values(name_key="zhang san"))
    assert counters(master) == (1, 1)


def test_a_changed_reference_counts_for_both_customers(master: Master, somebody: int) -> None:
    with master.transaction(TESTER) as tx:
        tx.execute(insert(customers), [{"id": 2, "number": "C2", "kind": "PERSON", "name": "李四"}])
    with master.transaction(TESTER) as tx:
        tx.execute(update(documents).values(customer_id=2))
    with master.reading() as connection:
        found = connection.execute(select(customers.c.version, customers.c.revision).order_by(customers.c.id))
        assert [tuple(row) for row in found] == [(2, 2), (2, 2)]
