"""Blocking keys: made with the customer, followed by whoever else changes it, and filled in for all."""

from datetime import date

import pytest
from alembic import command
from sqlalchemy import delete, insert, select, text, update

from master.migrations import config_for, migrate
from master.onlookers import nobody
from master.reads.blocking_keys import key_digest, keys_of
from master.reads.records import ids_after, records_of
from master.session import Master
from master.tables.base import table
from master.tables.codes import ContactPointKind, DocumentType
from master.tables.customers import CustomerRow
from master.tables.matching import BlockingFillRow, BlockingKeyRow
from master.writes import blocking_keys
from master.writes.blocking_keys import fill_keys
from master.writes.customer_changes import update_customer
from master.writes.customers import create_customer
from master.writes.derived import refresh
from master.writes.inputs import CustomerChange, GivenContactPoint, GivenDocument, NewCustomer
from matching.block import KINDS
from matching.normalized import normalized
from tests.conftest import NOW, TESTER
from tests.master.test_migrations import older  # noqa: F401  # a fixture

customers, kept, fills = table(CustomerRow), table(BlockingKeyRow), table(BlockingFillRow)

ZHANG = NewCustomer(
    "张三",
    birth_date=date(1980, 1, 1),
    documents=(GivenDocument(DocumentType.PASSPORT, "E12345678"),),
    contact_points=(
        GivenContactPoint(ContactPointKind.MOBILE, "13800138000"),
        GivenContactPoint(ContactPointKind.EMAIL, "z@example.com"),
        GivenContactPoint(ContactPointKind.ADDRESS, "中山路12号34室"),
    ),
)


def rows(master: Master) -> set[tuple[int, bytes, int]]:
    with master.reading() as connection:
        return {(row.kind, bytes(row.digest), row.customer_id) for row in connection.execute(select(kept))}


def wanted(master: Master) -> set[tuple[int, bytes, int]]:
    """What the keys of all customers are to be, as matching/ makes them."""
    digest = key_digest(master.keys)
    with master.reading() as connection:
        return {
            (*key, int(str(each.id)))
            for each in records_of(connection, ids_after(connection, 0, 1_000))
            for key in keys_of(normalized(each), digest)
        }


def kinds(master: Master) -> set[str]:
    names = {number: name for name, number in KINDS.items()}
    return {names[kind] for kind, _, _ in rows(master)}


def made(master: Master, new: NewCustomer = ZHANG) -> int:
    with master.transaction(TESTER) as tx:
        return create_customer(tx, new)


@pytest.fixture
def unfilled(master: Master) -> Master:
    """Five customers whose keys are not there."""
    for number in range(5):
        made(master, NewCustomer(f"张{'一二三四五'[number]}"))
    with master.committing() as connection:
        connection.execute(delete(kept))
        connection.execute(delete(fills))
    return master


def test_a_new_customer_has_all_its_keys(master: Master) -> None:
    made(master)
    assert kinds(master) == set(KINDS) - {"start+address", "birth+address"}
    assert rows(master) == wanted(master)


def test_a_changed_customer_has_the_keys_of_what_it_is_now_and_of_its_former_name(master: Master) -> None:
    id = made(master)
    before = rows(master)
    change = CustomerChange(id, 1, name="王三", remove_documents=(1,))
    with master.transaction(TESTER) as tx:
        update_customer(tx, change)
    assert rows(master) == wanted(master) != before
    name = (KINDS["name"], key_digest(master.keys)("sanzhang"), id)
    assert name in rows(master) & before


def test_what_another_client_changed_is_mended_by_refreshing_it(master: Master) -> None:
    id = made(master)
    with master.committing() as connection:
        connection.execute(text("UPDATE customers SET name = '李四', birth_date = '1990-02-03'"))
    assert rows(master) != wanted(master)
    with master.transaction(TESTER) as tx:
        refresh(tx, [id])
    assert rows(master) == wanted(master)


def test_a_customer_that_is_deleted_takes_its_keys_along(master: Master) -> None:
    with master.transaction(TESTER) as tx:
        values = {"id": 1, "number": "C1", "kind": "PERSON", "name": "张三"}
        tx.execute(insert(customers), [values])
        refresh(tx, [1])
    assert rows(master)
    with master.committing() as connection:
        connection.execute(delete(customers))
    assert rows(master) == set()


def test_filling_gives_all_customers_their_keys_once(
    unfilled: Master, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocking_keys, "AT_ONCE", 2)
    told: list[tuple[int, int]] = []
    assert fill_keys(unfilled, lambda done, total: told.append((done, total))) == 5
    assert told == [(2, 5), (4, 5), (5, 5)]
    assert rows(unfilled) == wanted(unfilled)
    with unfilled.reading() as connection:
        assert connection.scalar(select(fills.c.ended_at)) == NOW
    assert fill_keys(unfilled, lambda done, total: told.append((done, total))) == 0


def test_filling_goes_on_where_it_was_stopped(unfilled: Master, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocking_keys, "AT_ONCE", 2)

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fill_keys(unfilled, stop)
    assert len({customer for _, _, customer in rows(unfilled)}) == 2
    assert fill_keys(unfilled, nobody) == 3
    assert rows(unfilled) == wanted(unfilled)


def test_keys_of_another_form_are_made_anew(unfilled: Master, monkeypatch: pytest.MonkeyPatch) -> None:
    fill_keys(unfilled, nobody)
    with unfilled.committing() as connection:
        connection.execute(update(kept).values(kind=KINDS["email"]))
    monkeypatch.setattr(blocking_keys, "FORM", 99)
    assert fill_keys(unfilled, nobody) == 5
    assert rows(unfilled) == wanted(unfilled)


def test_the_keys_of_earlier_versions_are_kept_until_all_are_made(older: Master) -> None:  # noqa: F811
    with older.committing() as connection:
        command.upgrade(config_for(connection), "0008")
        connection.execute(
            text("INSERT INTO customers (id, number, kind, name) VALUES (7, 'C7', 'PERSON', '张三')")
        )
        whole = [("DOCUMENT", b"d" * 16), ("MOBILE", b"m" * 16), ("EMAIL", b"e" * 16)]
        told = text("INSERT INTO match_keys (customer_id, kind, digest) VALUES (7, :kind, :digest)")
        connection.execute(told, [{"kind": kind, "digest": digest} for kind, digest in whole])
    migrate(older)
    assert rows(older) == {(1, b"d" * 8, 7), (4, b"m" * 8, 7), (5, b"e" * 8, 7)}
