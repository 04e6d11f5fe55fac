"""The index compared with the master, mended, and made anew."""

import asyncio

from sqlalchemy import text

from indexing.documents.customers import CustomerDocument
from indexing.drift import Drift, check, repair
from indexing.engines.embedded import EmbeddedEngine
from indexing.engines.port import SearchEngine
from indexing.rebuild import rebuild
from master.session import Master
from tests.indexing.corpus import customer
from tests.indexing.following import UNREADABLE, drain, entries, make


def test_drift_is_found_and_mended(master: Master, engine: EmbeddedEngine) -> None:
    missing, stale, fine = make(master, "失", "旧", "好")
    drain(master, engine)

    async def damage() -> None:
        await engine.apply([], {missing: 1})
        (old,) = [entry async for entry in engine.entries() if entry.id == fine]
        await engine.apply([_document(999, old.revision)], {})

    asyncio.run(damage())
    with master.committing() as connection:
        connection.execute(text(f"UPDATE customers SET revision = revision + 1 WHERE id = {stale}"))
        connection.execute(text("DELETE FROM index_queue"))
    remembered = 0 if engine.has_one_writer else 1
    drift = asyncio.run(check(master, engine))
    assert drift == Drift(compared=3, missing={missing: remembered}, stale={stale: 1}, orphans={999: 1})
    repair(master, drift)
    drain(master, engine)
    assert asyncio.run(check(master, engine)) == Drift(compared=3)


def test_a_customer_that_the_index_remembers_as_deleted_at_a_later_revision_is_mended(
    master: Master, engine: SearchEngine
) -> None:
    """As after a restore: the customer was deleted after the backup was made."""
    (id,) = make(master, "张三")
    drain(master, engine)
    asyncio.run(engine.apply([], {id: 7}))
    remembered = 0 if engine.has_one_writer else 7
    drift = asyncio.run(check(master, engine))
    assert drift == Drift(compared=1, missing={id: remembered})
    repair(master, drift)
    drain(master, engine)
    assert [(entry.id, entry.revision) for entry in entries(engine)] == [(id, remembered + 1)]
    assert asyncio.run(check(master, engine)) == Drift(compared=1)


def test_a_deleted_index_is_made_anew_from_the_master(master: Master, engine: EmbeddedEngine) -> None:
    ids = make(master, "张三", "李四")
    drain(master, engine)
    told: list[tuple[int, int]] = []
    rebuilt = asyncio.run(rebuild(master, engine, lambda done, total: told.append((done, total))))
    assert (rebuilt.customers, told) == (2, [(2, 2)])
    assert [entry.id for entry in entries(engine)] == ids
    assert asyncio.run(check(master, engine)) == Drift(compared=2)


def test_a_row_that_can_not_be_read_does_not_stop_a_rebuild(master: Master, engine: EmbeddedEngine) -> None:
    make(master, "好", "坏", "良")
    drain(master, engine)
    with master.committing() as connection:
        connection.execute(text(UNREADABLE), {"n": b"\x01not sealed by this key"})
    rebuilt = asyncio.run(rebuild(master, engine))
    assert (rebuilt.customers, rebuilt.unreadable) == (2, 1)
    assert [entry.name for entry in entries(engine)] == ["好", "良"]


def _document(id: int, revision: int) -> CustomerDocument:
    return customer(id, "幽灵", revision=revision)
