"""What changed since a look: in whatever order writers commit, nobody is missed and nobody told twice."""

import threading

import pytest
from sqlalchemy import text

from indexing.changes import Changes
from master.session import Master
from tests.indexing.following import make, rename


def test_a_look_tells_each_change_once_with_the_last_revision(master: Master) -> None:
    make(master, "张三")
    changes = Changes(master)
    assert changes.look() == {}
    rename(master, 1, "李四")
    rename(master, 1, "王五")
    assert changes.look() == {1: 3}
    assert changes.look() == {}
    with master.committing() as connection:
        connection.execute(text("DELETE FROM customers"))
    assert changes.look() == {1: 4}


@pytest.mark.only_on("postgresql")  # SQLite has one writer
def test_a_transaction_that_commits_after_later_ones_is_not_lost(master: Master) -> None:
    make(master, "张三", "李四")
    changes = Changes(master)
    has_written, may_commit = threading.Event(), threading.Event()

    def slow_change() -> None:
        with master.committing() as connection:
            connection.execute(text("UPDATE customers SET name = '张三丰' WHERE id = 1"))
            has_written.set()
            assert may_commit.wait(20)

    slow = threading.Thread(target=slow_change)
    slow.start()
    assert has_written.wait(20)
    rename(master, 2, "李四光")
    assert changes.look() == {2: 2}
    assert changes.look() == {}
    begun_meanwhile = Changes(master)
    may_commit.set()
    slow.join()
    assert changes.look() == {1: 2}
    assert begun_meanwhile.look() == {1: 2, 2: 2}
    assert changes.look() == {}
