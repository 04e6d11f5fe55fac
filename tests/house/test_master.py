"""One place commits, and one table says what the index depends on."""

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Column
from sqlalchemy.sql import visitors

from indexing.documents.reading import READS
from master.session import Master
from master.tables.children import columns_that_name_customers, owning_columns
from master.tables.dependencies import COUNTERS, DEPENDENCIES, WIDE
from master.tables.every import metadata
from tests.house.sources import ROOT, files


def test_only_the_transaction_commits() -> None:
    """Engines commit too, to their index."""
    words = (".commit(", ".begin(", "autocommit")
    committing = {
        str(path.relative_to(ROOT)): word
        for path in files()
        for word in words
        if word in path.read_text(encoding="utf-8").lower() and "engines" not in path.parts
    }
    assert set(committing) == {"master/session.py"}
    assert Path(ROOT / "master/session.py").read_text(encoding="utf-8").count(".commit(") == 1


def test_documents_are_made_from_nothing_that_no_trigger_watches() -> None:
    watched = {
        (depends.table.name, column)
        for depends in (*DEPENDENCIES, *WIDE)
        for column in (*depends.columns, "id")
    }
    read = {
        (column.table.name, column.name)
        for statement in READS
        for column in visitors.iterate(statement)
        if isinstance(column, Column)
    }
    own = {("customers", name) for name in COUNTERS}
    assert {each for each in read - own if each not in watched} == set()


def test_every_table_that_hangs_on_customers_has_a_rule_for_merges() -> None:
    """Give a new one its rule in master/tables/children.py, and a row in tests/master/merging/town.py."""
    assert {f"{column}" for column in columns_that_name_customers()} == {
        f"{column}" for column in owning_columns()
    }


def test_migrations_make_the_tables_that_the_code_has(master: Master) -> None:
    with master.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
