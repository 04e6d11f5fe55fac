"""Tags given to customers by hand, and taken away again."""

from datetime import datetime

from sqlalchemy import insert, select, update

from master.audit import note
from master.errors import Invalid
from master.session import Transaction
from master.tables.base import table
from master.tables.codes import TagSource
from master.tables.tags import CustomerTagRow, TagRow
from master.writes import checks
from master.writes.customers import locked_customer

tags, given = table(TagRow), table(CustomerTagRow)


def tag_customer(tx: Transaction, customer: int, code: str, expires_at: datetime | None) -> int:
    """The customer's id; one that has the tag by hand already only gets its new expiry."""
    locked_customer(tx, customer, ["customer"])
    tag = checks.id_of_code(tx, tags, code, ["tag"], "tag")
    if expires_at is not None and expires_at <= tx.at:
        raise Invalid("A tag expires in the future.", ["expiresAt"])
    same = (given.c.customer_id == customer, given.c.tag_id == tag, given.c.ended_at.is_(None))
    by_hand = tx.connection.scalar(select(given.c.id).where(*same, given.c.source == TagSource.MANUAL))
    if by_hand is not None:
        tx.execute(update(given).where(given.c.id == by_hand).values(expires_at=expires_at))
    else:
        row = {
            "customer_id": customer,
            "tag_id": tag,
            "source": TagSource.MANUAL,
            "assigned_at": tx.at,
            "expires_at": expires_at,
            "recorded_at": tx.at,
        }
        tx.execute(insert(given), [row])
    note(tx, "customer.tag", "tag", tag, customer_id=customer)
    return customer


def untag_customer(tx: Transaction, customer: int, code: str) -> int:
    """The customer's id; whoever gave the tag, the customer has it no longer."""
    locked_customer(tx, customer, ["customer"])
    tag = checks.id_of_code(tx, tags, code, ["tag"], "tag")
    open_ones = (given.c.customer_id == customer, given.c.tag_id == tag, given.c.ended_at.is_(None))
    tx.execute(update(given).where(*open_ones).values(ended_at=tx.at))
    note(tx, "customer.untag", "tag", tag, customer_id=customer)
    return customer
