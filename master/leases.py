"""Leases: what one process at a time may do, for as long as it says that it is still at it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, select, text, type_coerce, update
from sqlalchemy.exc import SQLAlchemyError

from master.session import Actor, Master, Transaction
from master.spelling import utc_now
from master.tables.base import table
from master.tables.changes import LeaseRow

leases = table(LeaseRow)

LASTING = timedelta(seconds=30)  # then what a killed process held is free again
RENEWED_SECONDS = 10.0


class Leased(Exception):
    """Another process has the lease; the message says until when at least."""


@contextmanager
def leased(master: Master, actor: Actor, name: str) -> Iterator[None]:
    """Hold a lease while inside; renewed by a thread. Raises Leased."""
    with master.transaction(actor) as tx:
        _take(tx, name)
    holder, is_over = tx.id, threading.Event()

    def renew() -> None:
        own = (leases.c.name == name, leases.c.holder == holder)
        while not is_over.wait(RENEWED_SECONDS):
            # A database that is away for a moment is asked again before the lease ends.
            with suppress(SQLAlchemyError), master.transaction(actor) as tx:
                tx.execute(update(leases).where(*own).values(until=_now(tx) + LASTING))

    renewing = threading.Thread(target=renew, name=f"lease {name}", daemon=True)
    renewing.start()
    try:
        yield
    finally:
        is_over.set()
        renewing.join()
        with master.transaction(actor) as tx:
            tx.execute(delete(leases).where(leases.c.name == name, leases.c.holder == holder))


def _take(tx: Transaction, name: str) -> None:
    now = _now(tx)
    tx.execute(delete(leases).where(leases.c.name == name, leases.c.until <= now))
    row = text(
        "INSERT INTO leases (name, holder, until) VALUES (:name, :holder, :until) ON CONFLICT DO NOTHING"
    )
    values = {"name": name, "holder": tx.id, "until": now + LASTING}
    tx.execute(row.bindparams(bindparam("until", type_=leases.c.until.type)), [values])
    held = tx.execute(select(leases.c.holder, leases.c.until).where(leases.c.name == name)).one()
    if held.holder != tx.id:
        raise Leased(
            f"another process is at it: try again when it is done, or after {held.until:%H:%M:%S} UTC"
        )


def _now(tx: Transaction) -> datetime:
    """By the database's clock, which all processes share."""
    now: datetime | None = tx.connection.scalar(select(type_coerce(utc_now(), leases.c.until.type)))
    assert now is not None  # noqa: S101  a database always knows the time
    return now
