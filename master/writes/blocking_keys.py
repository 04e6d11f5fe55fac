"""Blocking keys: made with the customer, and for all customers where their form has changed."""

from collections.abc import Iterable, Sequence
from typing import cast

from sqlalchemy import bindparam, delete, func, insert, select, update

from master import spelling
from master.onlookers import Onlooker
from master.reads.blocking_keys import Digest, key_digest, keys_of
from master.reads.records import ids_after, records_of
from master.session import Actor, Master, Transaction
from master.tables.base import table
from master.tables.customers import CustomerRow
from master.tables.matching import BlockingFillRow, BlockingKeyRow
from matching.block import FORM
from matching.normalized import normalized
from matching.records import CustomerRecord

customers, blocking_keys, fills = table(CustomerRow), table(BlockingKeyRow), table(BlockingFillRow)

COLUMNS = ("kind", "digest", "customer_id")
REMOVES = delete(blocking_keys).where(
    *(blocking_keys.c[name] == bindparam(f"old_{name}") for name in COLUMNS)
)
ACTOR = Actor("keys")
AT_ONCE = 1_000  # customers whose keys are made in one transaction

KeyRow = tuple[int, bytes, int]


def key_rows(records: Iterable[CustomerRecord], digest: Digest) -> set[KeyRow]:
    """The keys that these customers are to have."""
    return {(*key, cast(int, each.id)) for each in records for key in keys_of(normalized(each), digest)}


def add_keys(tx: Transaction, rows: Iterable[KeyRow]) -> None:
    spelling.insert_together(tx.connection, blocking_keys.name, COLUMNS, sorted(rows))


def exchange_keys(tx: Transaction, there: set[KeyRow], records: Iterable[CustomerRecord]) -> None:
    """Make the keys of these customers, of which those are there, what their records ask for; writes only
    what differs."""
    wanted = key_rows(records, key_digest(tx.master.keys))
    if gone := there - wanted:
        rows = [{f"old_{name}": value for name, value in zip(COLUMNS, key, strict=True)} for key in gone]
        tx.tell(REMOVES, rows)
    add_keys(tx, wanted - there)


def fill_keys(master: Master, told: Onlooker) -> int:
    """Give all customers their keys, where they have none of the present form yet; how many got theirs.

    Goes on where it was when it was stopped. Customers that are written meanwhile get theirs as always.
    """
    with master.reading() as connection:
        known = connection.execute(select(fills).where(fills.c.form == FORM)).one_or_none()
        total = connection.scalar(select(func.count()).select_from(customers)) or 0
    if known is not None and known.ended_at is not None:
        return 0
    if known is None:
        with master.transaction(ACTOR) as tx:
            tx.execute(insert(fills), [{"form": FORM}])
    last, done = known.after_customer if known else 0, 0
    while ids := _fill_next(master, last):
        last, done = ids[-1], done + len(ids)
        told(done, total)
    return done


def _fill_next(master: Master, last: int) -> Sequence[int]:
    """The next customers, who have got their keys; none: all have them."""
    with master.transaction(ACTOR) as tx:
        ids = ids_after(tx.connection, last, AT_ONCE)
        # Whoever changes one of them waits, and makes its keys of what it is then.
        tx.execute(select(customers.c.id).where(customers.c.id.in_(ids)).with_for_update())
        rows = tx.execute(select(blocking_keys).where(blocking_keys.c.customer_id.in_(ids)))
        there = {(row.kind, bytes(row.digest), row.customer_id) for row in rows}
        exchange_keys(tx, there, records_of(tx.connection, ids))
        progress = {"after_customer": ids[-1]} if ids else {"ended_at": tx.at}
        tx.execute(update(fills).where(fills.c.form == FORM).values(**progress))
    return ids
