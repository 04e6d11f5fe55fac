"""Recording contacts."""

from master.session import Transaction
from master.tables.base import table
from master.tables.contacts import ContactRow
from master.writes.contacts import record_contact as record
from master.writes.idempotency import once
from master.writes.inputs import NewContact
from resolvers.commands import command, found, given
from schema.contacts import ContactPayload, RecordContactInput
from schema.context import Info
from schema.described import described
from schema.fields import commanded_by
from schema.ids import CUSTOMER

CONTACTS_WRITE = "contacts.write"


async def record_contact(info: Info, input: RecordContactInput) -> ContactPayload:
    def act(tx: Transaction) -> int:
        new = NewContact(
            customer=found(CUSTOMER, input.customer, ["customer"], "customer"),
            channel=input.channel,
            direction=input.direction,
            subject=input.subject,
            occurred_at=given(input.occurred_at),
            outcome=given(input.outcome),
            notes=given(input.notes),
        )
        key = given(input.idempotency_key)
        return once(tx, key, "recordContact", new, lambda: record(tx, new))

    done = await command(info, CONTACTS_WRITE, act, below=table(ContactRow))
    return ContactPayload(contact_id=done.id, freshness=done.freshness, errors=done.errors)


@described
class ContactMutation:
    """Recording contacts."""

    record_contact: ContactPayload | None = commanded_by(record_contact)
    """Note a call, visit or message that has taken place."""
