"""Golden values where several transactions speak of one customer, or of one source, at the same moment."""

import threading

import pytest
from sqlalchemy import select, text

from master.session import Master
from master.tables.base import table
from master.tables.sources import SourceSystemRow
from master.writes.inputs import SourcedCustomer
from master.writes.source_systems import choose_on, trust_source
from master.writes.sourced.put import put_customer
from tests.conftest import TESTER, SetTime
from tests.master.test_golden import both, chosen_on, name_of, trust

systems = table(SourceSystemRow)
WAITING = text("SELECT count(*) FROM pg_locks WHERE NOT granted")

pytestmark = pytest.mark.only_on("postgresql")  # SQLite has one writer


def until_somebody_waits(master: Master) -> None:
    with master.engine.connect() as connection:
        while not connection.scalar(WAITING):
            threading.Event().wait(0.01)


def test_what_a_source_says_while_values_are_chosen_again_is_heard(master: Master, time: SetTime) -> None:
    one = both(master, time)
    trust(master, "CRM", 5)
    assert name_of(master, one) == "张珊"
    with master.transaction(TESTER) as tx:
        trust_source(tx, "CORE", 1)
    time.forward(minutes=1)
    choosing = threading.Thread(target=chosen_on, args=(master,))
    with master.transaction(TESTER) as tx:
        put_customer(tx, SourcedCustomer("CRM", "B", name="张三"))
        choosing.start()
        until_somebody_waits(master)
    choosing.join()
    assert (name_of(master, one), chosen_on(master)) == ("张三", None)


def test_rows_of_a_source_come_in_while_it_is_ranked_and_values_follow(master: Master, time: SetTime) -> None:
    """Who has customers and hangs a row on the source, and who has the source and waits for the customers,
    would wait for each other for ever."""
    both(master, time)
    hangs_on = select(systems.c.code).where(systems.c.code == "CRM")
    hangs_on = hangs_on.with_for_update(read=True, key_share=True, nowait=True)  # as a foreign key does
    with master.transaction(TESTER) as ranking, master.transaction(TESTER) as importing:
        trust_source(ranking, "CRM", 5)
        assert importing.execute(hangs_on).all() == [("CRM",)]
    with master.transaction(TESTER) as following, master.transaction(TESTER) as importing:
        assert choose_on(following) == 1
        assert importing.execute(hangs_on).all() == [("CRM",)]
