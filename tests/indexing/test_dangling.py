"""Rows that point nowhere: SQLite's own client deletes what others still name, without foreign keys."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from indexing.drift import Drift, check
from indexing.engines.embedded import EmbeddedEngine
from indexing.rebuild import rebuild
from master.clock import Clock
from master.keys import Keys
from master.session import Master
from tests.indexing.following import drain, entries, found, make, waiting

HELD = """
INSERT INTO products (id, code, name, line) VALUES (1, 'T', '定期寿险', 'LIFE');
INSERT INTO policies (id, number, product_id, status, effective_date, annual_premium)
VALUES (1, 'P1', 1, 'IN_FORCE', '2026-01-01', 1);
INSERT INTO policy_parties (policy_id, customer_id, role) VALUES (1, 1, 'APPLICANT')
"""


@pytest.fixture
def path(tmp_path: Path, empty_sqlite: Path) -> Path:
    path = tmp_path / "kehu.db"
    path.write_bytes(empty_sqlite.read_bytes())
    return path


@pytest.fixture
def sqlite_master(path: Path, keys: Keys, clock: Clock) -> Iterator[Master]:
    """With two customers, of whom the first holds a policy."""
    with closing(Master.open(f"sqlite:///{path}", keys, clock)) as master:
        make(master, "张三", "李四")
        with master.committing() as connection:
            for statement in HELD.split(";"):
                connection.execute(text(statement))
        yield master


@pytest.mark.parametrize("gone", ["policies", "products"])
def test_who_holds_what_another_client_has_deleted_is_indexed_without_it(
    sqlite_master: Master, path: Path, own_engine: EmbeddedEngine, gone: str
) -> None:
    drain(sqlite_master, own_engine)
    assert found(own_engine, product_line="LIFE") == [1]
    with closing(sqlite3.connect(path)) as client:
        client.execute(f"DELETE FROM {gone}")
        client.execute("UPDATE customers SET name = '张四' WHERE id = 1")
        client.commit()
    drain(sqlite_master, own_engine)
    assert (found(own_engine, product_line="LIFE"), waiting(sqlite_master)) == ([], 0)
    assert [entry.name for entry in entries(own_engine)] == ["张四", "李四"]
    assert asyncio.run(check(sqlite_master, own_engine, every=1)) == Drift(compared=2, read=2)
    assert asyncio.run(rebuild(sqlite_master, own_engine, lambda done, total: None)).customers == 2
