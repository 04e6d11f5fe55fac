"""What tokens see is counted, whoever changes it: while the count is the same, nobody is read anew."""

import pytest
from sqlalchemy import Connection, insert, select, text

from master.migrations import is_current, migrate
from master.session import Master
from master.tables.base import table
from master.tables.branches import BranchRow
from master.tables.install import install_triggers
from master.tables.tokens import SightChangesRow, TokenBranchRow
from master.writes.tokens import NewToken, create_token
from tests.conftest import TESTER, empty

branches = table(BranchRow)


def fill(master: Master) -> None:
    """Two branches, and a token that sees one of them."""
    empty(master)
    with master.transaction(TESTER) as tx:
        tx.execute(
            insert(branches), [{"id": id, "code": code, "name": code} for id, code in ((1, "N"), (2, "S"))]
        )
        create_token(tx, NewToken("desk", "AGENT", ("N",)))


def recode(connection: Connection, branch: int) -> None:
    connection.execute(text(f"UPDATE branches SET code = code || 'X' WHERE id = {branch}"))


def changes(master: Master) -> int:
    with master.reading() as connection:
        return connection.scalars(select(table(SightChangesRow).c.changes)).one()


@pytest.mark.parametrize("emptied", ["token_branches", "branches CASCADE"])
def test_a_table_that_is_emptied_at_once_counts(postgresql_master: Master, emptied: str) -> None:
    fill(postgresql_master)
    before = changes(postgresql_master)
    with postgresql_master.committing() as connection:
        connection.execute(text(f"TRUNCATE {emptied}"))
    assert changes(postgresql_master) == before + 1


def test_a_transaction_counts_once_however_much_it_changes(postgresql_master: Master) -> None:
    fill(postgresql_master)
    before = changes(postgresql_master)
    with postgresql_master.committing() as connection:
        recode(connection, 1)
        recode(connection, 2)
        connection.execute(text("TRUNCATE token_branches"))
    assert changes(postgresql_master) == before + 1


def test_who_changes_branches_waits_for_nobody_who_changes_others(postgresql_master: Master) -> None:
    fill(postgresql_master)
    before = changes(postgresql_master)
    with postgresql_master.committing() as first:
        recode(first, 1)
        with postgresql_master.committing() as second:
            second.execute(text("SET LOCAL lock_timeout = '2s'"))
            recode(second, 2)
        assert changes(postgresql_master) == before + 1
        recode(first, 2)
    assert changes(postgresql_master) == before + 2


def test_triggers_are_made_anew_also_where_branches_were_changed_just_before(
    postgresql_master: Master,
) -> None:
    """As by a migration that changes both."""
    fill(postgresql_master)
    before = changes(postgresql_master)
    with postgresql_master.committing() as connection:
        recode(connection, 1)
        install_triggers(connection)
    assert changes(postgresql_master) == before + 1


def test_a_hub_that_did_not_count_what_is_emptied_is_brought_to_it(postgresql_master: Master) -> None:
    fill(postgresql_master)
    with postgresql_master.committing() as connection:
        connection.execute(text("DROP TRIGGER kehu_5_seen_token_branches_truncate ON token_branches"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0022'"))
    with postgresql_master.reading() as connection:
        assert not is_current(connection)
    migrate(postgresql_master)
    before = changes(postgresql_master)
    with postgresql_master.committing() as connection:
        connection.execute(text("TRUNCATE token_branches"))
        assert connection.execute(select(table(TokenBranchRow))).all() == []
    assert changes(postgresql_master) == before + 1
