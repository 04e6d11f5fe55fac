"""Contacts noted by agents and partners."""

from datetime import timedelta

from sqlalchemy import insert

from master import spelling
from master.audit import note
from master.errors import Invalid
from master.session import Transaction
from master.tables.base import table
from master.tables.contacts import ContactRow
from master.writes import checks
from master.writes.customers import locked_customer
from master.writes.inputs import NewContact

contacts = table(ContactRow)

CLOCKS_DIFFER = timedelta(minutes=5)  # how far ahead a caller's clock may be


def record_contact(tx: Transaction, new: NewContact) -> int:
    """The id of the new contact."""
    locked_customer(tx, new.customer, ["customer"])
    occurred_at = new.occurred_at or tx.at
    if occurred_at > tx.at + CLOCKS_DIFFER:
        raise Invalid("A contact has taken place: this lies in the future.", ["occurredAt"])
    (id,) = spelling.next_ids(tx.connection, "contacts", 1)
    row = {
        "id": id,
        "customer_id": new.customer,
        "channel": new.channel,
        "direction": new.direction,
        "occurred_at": occurred_at,
        "subject": checks.line(new.subject, ["subject"]),
        "outcome": checks.line(new.outcome, ["outcome"]) if new.outcome else None,
        "notes": checks.notes(new.notes, ["notes"]) if new.notes else None,
        "recorded_at": tx.at,
    }
    tx.execute(insert(contacts), [row])
    note(tx, "contact.record", "contact", id, customer_id=new.customer)
    return id
