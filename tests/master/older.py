"""Masters as earlier versions of the hub left them: their tables, with a sample hub's rows in them."""

from typing import Any

from alembic import command
from sqlalchemy import Row, column, insert, inspect, select, table, text

from intake.sample.fill import fill
from master.migrations import config_for
from master.session import Master
from master.tables.every import metadata
from master.writes.tokens import NewToken, create_token
from tests.conftest import TESTER

# What an earlier version's triggers do: they write into tables that later migrations change.
FORMER_TRIGGER = """
CREATE TRIGGER kehu_4_revised AFTER UPDATE OF revision ON customers FOR EACH ROW BEGIN
  INSERT INTO events (customer_id, revision, at, actor)
  VALUES (NEW.id, NEW.revision, '2026-01-01T00:00:00.000Z', 'db:sqlite');
  INSERT INTO index_queue (customer_id, revision, queued_at) VALUES (NEW.id, NEW.revision, '2026');
END
"""

Rows = dict[str, list[Row[Any]]]


def fill_sample(master: Master) -> None:
    """A bit of everything, and a token."""
    fill(master, customers=30, seed=1)
    with master.transaction(TESTER) as tx:
        create_token(tx, NewToken("desk", "AGENT", branches=None))


def make_older(older: Master, step: str, sample: Master) -> Rows:
    """Bring an empty database to an earlier step, and fill it; its rows."""
    with older.committing() as connection:
        command.upgrade(config_for(connection), step)
    columns = columns_of(older)
    rows = rows_of(sample, columns)
    with older.committing() as connection:
        for name, names in columns.items():
            if rows[name]:
                connection.execute(insert(_part(name, names)), [row._asdict() for row in rows[name]])
            if not older.is_sqlite and "id" in names and rows[name] and f"{name}_id_seq" in _sequences(older):
                told = f"SELECT setval('{name}_id_seq', (SELECT max(id) FROM {name}))"
                connection.execute(text(told))
        if older.is_sqlite:
            connection.exec_driver_sql(FORMER_TRIGGER)
    return rows


def columns_of(master: Master) -> dict[str, list[str]]:
    """Of the tables that are there, parents first."""
    with master.reading() as connection:
        there = inspect(connection)
        return {
            each.name: [found["name"] for found in there.get_columns(each.name) if "computed" not in found]
            for each in metadata.sorted_tables
            if there.has_table(each.name)
        }


def rows_of(master: Master, columns: dict[str, list[str]]) -> Rows:
    """In the order of their keys, which puts branches behind the ones above them."""
    with master.reading() as connection:
        return {
            name: list(connection.execute(select(part).order_by(*_keys(name))))
            for name, names in columns.items()
            for part in [_part(name, names)]
        }


def printed(master: Master) -> dict[str, object]:
    """All that the database says of its tables and triggers."""
    with master.reading() as connection:
        there = inspect(connection)
        tables = {
            name: (
                [{**each, "type": repr(each["type"])} for each in there.get_columns(name)],
                there.get_pk_constraint(name),
                _sorted(there.get_foreign_keys(name)),
                _sorted(there.get_unique_constraints(name)),
                _sorted(there.get_check_constraints(name)),
                [_told(each) for each in _sorted(there.get_indexes(name))],
            )
            for name in there.get_table_names()
        }
        triggers = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name"
        if not master.is_sqlite:
            triggers = (
                "SELECT proname, prosrc, pg_get_triggerdef(pg_trigger.oid) FROM pg_proc"
                " LEFT JOIN pg_trigger ON tgfoid = pg_proc.oid WHERE proname LIKE 'kehu_%' ORDER BY proname"
            )
        return {**tables, "triggers": connection.execute(text(triggers)).all()}


def _told(index: Any) -> dict[str, Any]:
    options = {name: str(value) for name, value in index.get("dialect_options", {}).items()}
    return {**index, "dialect_options": options}


def _part(name: str, names: list[str]) -> Any:
    """The columns that were there, with their present types."""
    return table(name, *(column(each, metadata.tables[name].c[each].type) for each in names))


def _keys(name: str) -> list[Any]:
    return [column(each.name) for each in metadata.tables[name].primary_key]


def _sequences(master: Master) -> list[str]:
    with master.reading() as connection:
        return inspect(connection).get_sequence_names()


def _sorted(found: Any) -> list[Any]:
    return sorted(found, key=lambda each: str(each["name"]))
