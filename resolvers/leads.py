"""Questions about leads, and commands that change them."""

from typing import Any

from loaders.leads import all_leads, leads_by_id
from master.session import Transaction
from master.tables.base import table
from master.tables.leads import LeadRow
from master.writes.idempotency import once
from master.writes.inputs import Amount, LeadChange, NewLead
from master.writes.leads import create_lead as create
from master.writes.leads import update_lead as update
from resolvers.commands import Done, command, found, given, kept
from schema.context import Info
from schema.described import described
from schema.fields import commanded_by, identity, loaded_by
from schema.ids import CUSTOMER, LEAD, row_id
from schema.leads import CreateLeadInput, Lead, LeadConnection, LeadFilter, LeadPayload, UpdateLeadInput
from schema.money import MoneyInput

LEADS_WRITE = "leads.write"


async def create_lead(info: Info, input: CreateLeadInput) -> LeadPayload:
    def act(tx: Transaction) -> int:
        new = NewLead(
            customer=found(CUSTOMER, input.customer, ["customer"], "customer"),
            title=input.title,
            product=given(input.product),
            owner=given(input.owner),
            expected_premium=_amount(given(input.expected_premium)),
            due_at=given(input.due_at),
        )
        key = given(input.idempotency_key)
        return once(tx, key, "createLead", new, lambda: create(tx, new))

    return _payload(await command(info, LEADS_WRITE, act, below=table(LeadRow)))


async def update_lead(info: Info, input: UpdateLeadInput) -> LeadPayload:
    def act(tx: Transaction) -> int:
        premium: Any = kept(input.expected_premium)
        change = LeadChange(
            lead=found(LEAD, input.id, ["id"], "lead"),
            version=input.version,
            stage=kept(input.stage),  # type: ignore[arg-type]  # null is refused by the write
            owner=kept(input.owner),
            score=kept(input.score),
            expected_premium=_amount(premium) if isinstance(premium, MoneyInput) else premium,
            due_at=kept(input.due_at),
        )
        return update(tx, change)

    present = row_id(LEAD, input.id)
    return _payload(await command(info, LEADS_WRITE, act, present=present, below=table(LeadRow)))


def _amount(money: MoneyInput | None) -> Amount | None:
    return None if money is None else Amount(money.amount, money.currency)


def _payload(done: Done) -> LeadPayload:
    return LeadPayload(lead_id=done.id, freshness=done.freshness, errors=done.errors)


@described
class LeadQuery:
    """Questions about leads."""

    lead: Lead | None = loaded_by(leads_by_id, key=identity("id", LEAD))
    """The lead with this id; null where there is none in sight."""
    leads: LeadConnection | None = loaded_by(all_leads, key=None, filter=LeadFilter)
    """All leads that fit the filter: next due first, those without a due date last."""


@described
class LeadMutation:
    """Commands that change leads."""

    create_lead: LeadPayload | None = commanded_by(create_lead)
    """Note a chance to sell something to a customer."""
    update_lead: LeadPayload | None = commanded_by(update_lead)
    """Change a lead; refused as CONFLICT when somebody changed it since the caller read it."""
