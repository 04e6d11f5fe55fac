"""Statements on the driver itself: sent together, in their order, and undone with all others."""

from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import bindparam, event, insert, select, text, update
from sqlalchemy.exc import DataError, IntegrityError, OperationalError

from master.clock import spelled
from master.session import Master, Transaction
from master.spelling import WORTH_A_STREAM, insert_many
from master.statements import Statement
from master.stopping import Stop
from master.tables.base import table
from master.tables.branches import BranchRow
from master.wire import Afterwards, ask
from tests.conftest import TESTER, empty

branches = table(BranchRow)
ADD = insert(branches)
NAME = update(branches).where(branches.c.code == bindparam("branch")).values(name=bindparam("new"))
ALL = select(branches)
NAMES = select(branches.c.name).where(branches.c.code == bindparam("branch"))


def add(tx: Transaction, code: str) -> None:
    tx.tell(ADD, [{"code": code, "name": code.lower(), "recorded_at": tx.at}])


def names(master: Master) -> list[str]:
    with master.reading() as connection:
        return list(connection.scalars(select(branches.c.name).order_by(branches.c.id)))


def test_what_is_told_is_there_for_whoever_asks_next(master: Master) -> None:
    with master.transaction(TESTER) as tx:
        add(tx, "N")
        tx.tell(NAME, [{"branch": "N", "new": "North"}])
        assert [row.name for row in tx.ask(NAMES, {"branch": "N"})] == ["North"]
        tx.tell(NAME, [{"branch": "N", "new": "Far North"}])
        assert tx.execute(select(branches.c.name)).scalars().all() == ["Far North"]


def test_what_is_told_last_is_committed(master: Master) -> None:
    with master.transaction(TESTER) as tx:
        add(tx, "N")
        add(tx, "S")
    assert names(master) == ["n", "s"]


def test_what_is_told_of_a_transaction_that_fails_is_not_done(master: Master) -> None:
    with pytest.raises(ZeroDivisionError), master.transaction(TESTER) as tx:
        add(tx, "N")
        tx.ask(NAMES, {"branch": "N"})
        add(tx, "S")
        raise ZeroDivisionError
    with master.transaction(TESTER) as tx:  # on the same connection, which still holds what was prepared
        add(tx, "E")
    assert names(master) == ["e"]


def test_a_savepoint_takes_back_what_was_told_since(master: Master) -> None:
    with master.transaction(TESTER) as tx:
        add(tx, "N")
        with pytest.raises(ZeroDivisionError), tx.connection.begin_nested():
            add(tx, "S")
            raise ZeroDivisionError
        add(tx, "E")
    assert names(master) == ["n", "e"]


def test_what_the_database_refuses_is_told_as_ever_and_names_no_values(master: Master) -> None:
    with pytest.raises(IntegrityError) as refused, master.transaction(TESTER) as tx:
        add(tx, "N")
        add(tx, "N")
        tx.ask(NAMES, {"branch": "N"})
    assert "parameters" not in str(refused.value)
    assert names(master) == []
    with master.transaction(TESTER) as tx:
        add(tx, "S")
    assert names(master) == ["s"]


def test_a_savepoint_is_left_when_what_was_told_in_it_is_refused(master: Master) -> None:
    with master.transaction(TESTER) as tx:
        add(tx, "N")
        with pytest.raises(IntegrityError), tx.connection.begin_nested():
            add(tx, "N")
        add(tx, "E")
    assert names(master) == ["n", "e"]


def test_more_than_one_answer_holds_comes_whole(master: Master) -> None:
    many = [f"B{number:04d}" for number in range(1_000)]
    with master.transaction(TESTER) as tx:
        for code in many:
            add(tx, code)
        assert len(tx.ask(ALL, {})) == 1_000
    assert len(names(master)) == 1_000


def test_who_listens_to_statements_hears_of_these_in_their_order(master: Master) -> None:
    heard: list[str] = []

    def hear(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        heard.append(statement.split(maxsplit=1)[0])

    event.listen(master.engine, "before_cursor_execute", hear)
    with master.transaction(TESTER) as tx:
        add(tx, "N")
        tx.ask(NAMES, {"branch": "N"})
    event.remove(master.engine, "before_cursor_execute", hear)
    assert [each for each in heard if each in ("INSERT", "SELECT")][-2:] == ["INSERT", "SELECT"]


def test_statements_made_anew_at_each_call_are_answered_too(master: Master) -> None:
    with master.transaction(TESTER) as tx:
        add(tx, "N")
        found = [
            tx.ask(select(branches.c.id).where(branches.c.code != str(number)), {}) for number in range(400)
        ]
    assert {len(rows) for rows in found} == {1}


def test_what_psycopg_has_forgotten_is_prepared_again(master: Master) -> None:
    for code in ("N", "S", "E"):
        with master.transaction(TESTER) as tx:
            for _ in range(10):  # until psycopg itself has prepared something, which it then forgets
                tx.execute(select(branches.c.id))
            add(tx, code)
            with suppress(ZeroDivisionError), tx.connection.begin_nested():
                raise ZeroDivisionError
            tx.tell(NAME, [{"branch": code, "new": f"New {code}"}])
            tx.execute(text("DROP TABLE IF EXISTS nowhere"))
            assert [row.name for row in tx.ask(NAMES, {"branch": code})] == [f"New {code}"]
    assert names(master) == ["New N", "New S", "New E"]


def test_text_is_refused_rather_than_cut_short(postgresql_master: Master) -> None:
    """SQLite keeps text with any character."""
    empty(postgresql_master)
    with pytest.raises(DataError), postgresql_master.transaction(TESTER) as tx:
        add(tx, "N\0S")
    assert names(postgresql_master) == []


def test_a_reading_that_nobody_waits_for_any_more_ends_quietly(master: Master) -> None:
    stop = Stop()
    with master.reading(stop) as connection:
        assert ask(connection, ALL, {}) == []
        stop.say()


def test_many_rows_go_as_one_stream_behind_what_was_told(master: Master) -> None:
    name = "tab\t, line\n, \\N and 西"
    codes = [f"B{place:03d}" for place in range(WORTH_A_STREAM)]
    with master.transaction(TESTER) as tx:
        add(tx, "A")
        rows = [(code, name, None, spelled(tx.at)) for code in codes]
        insert_many(tx.connection, "branches", ("code", "name", "parent_id", "recorded_at"), rows)
    with master.reading() as connection:
        found = connection.execute(select(branches.c.code, branches.c.name).order_by(branches.c.id)).all()
    assert found == [("A", "a"), *((code, name) for code in codes)]


def test_what_is_refused_of_a_stream_is_told_as_ever(master: Master) -> None:
    with pytest.raises(IntegrityError), master.transaction(TESTER) as tx:
        rows = [("N", "north", spelled(tx.at))] * WORTH_A_STREAM
        insert_many(tx.connection, "branches", ("code", "name", "recorded_at"), rows)
    assert names(master) == []
    with master.transaction(TESTER) as tx:
        add(tx, "S")
    assert names(master) == ["s"]


def test_what_is_asked_later_is_answered_by_the_next_that_asks_or_the_commit(master: Master) -> None:
    with master.transaction(TESTER) as tx:
        before = tx.later(NAMES, {"branch": "N"})
        add(tx, "N")
        assert [row.name for row in tx.ask(NAMES, {"branch": "N"})] == ["n"]
        tx.tell(NAME, [{"branch": "N", "new": "North"}])
        after = tx.later(NAMES, {"branch": "N"})
    assert (before.rows, [row.name for row in after.rows]) == ([], ["North"])


def test_what_is_asked_later_in_a_transaction_that_fails_has_no_rows(master: Master) -> None:
    with suppress(ZeroDivisionError), master.transaction(TESTER) as tx:
        later = tx.later(NAMES, {"branch": "N"})
        raise ZeroDivisionError
    if master.is_sqlite:
        assert later.rows == []  # answered at once
    else:
        with pytest.raises(RuntimeError, match="taken back"):
            _ = later.rows


def behind(tx: Transaction, sql: str, values: tuple[Any, ...] = ()) -> Afterwards:
    return tx.afterwards(Statement(sql, values, ()), values)


def test_what_stands_behind_a_commit_sees_what_was_committed(master: Master) -> None:
    with master.transaction(TESTER) as tx:
        found = behind(tx, "SELECT name FROM branches")
        add(tx, "N")
        assert found.value is None
    # SQLite answers each by itself.
    assert found.value == (None if master.is_sqlite else b"n")


@pytest.mark.parametrize("asked", [("SELECT 1/0", ()), ("SELEKT", ()), ("SELECT $1::text", ("\0",))])
def test_what_fails_behind_a_commit_undoes_nothing(master: Master, asked: tuple[str, Any]) -> None:
    with master.transaction(TESTER) as tx:
        found = behind(tx, *asked)
        add(tx, "N")
    assert (found.value, names(master)) == (None, ["n"])
    with master.transaction(TESTER) as tx:  # on the same connection
        add(tx, "S")
    assert names(master) == ["n", "s"]


ENDED = "SELECT pg_terminate_backend(pg_backend_pid())::text || pg_sleep(5)::text"


def test_who_loses_the_connection_behind_a_commit_is_told_that_it_is_done(postgresql_master: Master) -> None:
    empty(postgresql_master)
    told: list[str] = []
    master = replace(postgresql_master, on_commit=[lambda: told.append("committed")])
    with master.transaction(TESTER) as tx:
        found = behind(tx, ENDED)
        add(tx, "N")
    assert (found.value, told, names(master)) == (None, ["committed"], ["n"])
    with postgresql_master.transaction(TESTER) as tx:
        add(tx, "S")
    assert names(postgresql_master) == ["n", "s"]


def test_who_loses_the_connection_before_a_commit_is_told_that_it_is_lost(postgresql_master: Master) -> None:
    empty(postgresql_master)
    with pytest.raises(OperationalError) as lost, postgresql_master.transaction(TESTER) as tx:
        found = behind(tx, "SELECT name FROM branches")
        add(tx, "N")
        tx.later(text(ENDED), {})
    assert lost.value.connection_invalidated
    assert (found.value, names(postgresql_master)) == (None, [])


def test_what_stands_behind_a_commit_that_fails_is_not_answered(master: Master) -> None:
    with suppress(IntegrityError), master.transaction(TESTER) as tx:
        found = behind(tx, "SELECT name FROM branches")
        add(tx, "N")
        add(tx, "N")
    assert (found.value, names(master)) == (None, [])
    with suppress(ZeroDivisionError), master.transaction(TESTER) as tx:
        found = behind(tx, "SELECT name FROM branches")
        raise ZeroDivisionError
    with master.transaction(TESTER) as tx:
        add(tx, "S")
    assert (found.value, names(master)) == (None, ["s"])
