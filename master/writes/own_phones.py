"""By which phones no customer is known: it follows from those that branches and staff have."""

from sqlalchemy import bindparam, delete, insert, select

from master import spelling
from master.reads.blocking_keys import key_digest
from master.reads.own_phones import own_numbers
from master.session import Transaction
from master.tables.base import table
from master.tables.matching import OwnPhoneRow

own = table(OwnPhoneRow)


def keep_own_phones(tx: Transaction) -> None:
    """Have them be what branches and staff have now."""
    spelling.take_turns(tx.connection, [b"own phones"])
    wanted = set(map(key_digest(tx.master.keys), own_numbers(tx.connection)))
    there = set(map(bytes, tx.connection.scalars(select(own.c.digest))))
    if gone := there - wanted:
        tx.execute(delete(own).where(own.c.digest == bindparam("gone")), [{"gone": each} for each in gone])
    if new := wanted - there:
        tx.execute(insert(own), [{"digest": each} for each in sorted(new)])
