"""A customer in figures: policies, premiums, open leads and the last contact, in one statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, Select, Subquery, case, func, select

from loaders.contacts import own_contacts
from loaders.leads import own_leads
from loaders.relations import TODAY, Order, Relation, Rows, Tied
from master.access import own_rows
from master.sight import Reach
from master.tables.base import table
from master.tables.codes import OPEN_STAGES, PolicyRole, PolicyStatus
from master.tables.contacts import ContactRow
from master.tables.customers import CustomerRow
from master.tables.leads import LeadRow
from master.tables.policies import DEFAULT_CURRENCY, PolicyPartyRow, PolicyRow
from master.tables.types import Money

customer = table(CustomerRow)
policy = table(PolicyRow)
party = table(PolicyPartyRow)
lead = table(LeadRow)
contact = table(ContactRow)

summary_rows = Rows("CustomerSummary")


@dataclass(frozen=True)
class Amount:
    """So much in a currency."""

    amount: Decimal
    currency: str


@dataclass(frozen=True)
class Summary:
    """What the hub tells of a customer in figures."""

    policy_count: int
    in_force_count: int
    annual_premium: Decimal
    currency: str
    other_premiums: list[Amount]
    open_lead_count: int
    last_contact_at: datetime | None


def _held(tied: Tied) -> Subquery:
    """Each policy once, where the customer is applicant or insured; applies: 1 where it is the applicant."""
    applies = func.max(case((party.c.role == PolicyRole.APPLICANT, 1), else_=0)).label("applies")
    return (
        select(party.c.customer_id, party.c.policy_id, applies)
        .where(
            tied(party.c.customer_id),
            party.c.role.in_((PolicyRole.APPLICANT, PolicyRole.INSURED)),
            party.c.ended_at.is_(None),
        )
        .group_by(party.c.customer_id, party.c.policy_id)
        .subquery("held")
    )


def _figures(held: Subquery, reach: Reach | None) -> Subquery:
    """Counts and premiums of the policies by customer and currency."""
    in_force = (
        (policy.c.status == PolicyStatus.IN_FORCE)
        & (policy.c.effective_date <= TODAY)
        & (policy.c.expiry_date.is_(None) | (policy.c.expiry_date >= TODAY))
    )
    premium = case((in_force & (held.c.applies == 1), policy.c.annual_premium), else_=None)
    return (
        select(
            held.c.customer_id,
            policy.c.currency,
            func.count().label("policies"),
            func.sum(case((in_force, 1), else_=0)).label("in_force"),
            func.sum(premium, type_=Money).label("premium"),
        )
        .join(policy, policy.c.id == held.c.policy_id)
        .where(own_rows(policy.c.branch_id, reach))
        .group_by(held.c.customer_id, policy.c.currency)
        .subquery("figures")
    )


def _by_currency(tied: Tied) -> Select[Any]:
    """A row for each currency of the customer's policies; one without currency where it has none."""
    figures = _figures(_held(tied), tied.reach)
    leads = select(func.count()).where(
        lead.c.customer_id == customer.c.id, lead.c.stage.in_(OPEN_STAGES), own_leads(lead.c, tied.reach)
    )
    last = select(func.max(contact.c.occurred_at)).where(
        contact.c.customer_id == customer.c.id, own_contacts(contact.c, tied.reach)
    )
    return (
        select(
            customer.c.id.label("customer_id"),
            figures.c.currency,
            figures.c.policies,
            figures.c.in_force,
            figures.c.premium,
            leads.scalar_subquery().label("open_leads"),
            last.scalar_subquery().label("last_contact_at"),
        )
        .outerjoin(figures, figures.c.customer_id == customer.c.id)
        .where(tied(customer.c.id))
    )


def summary_of(rows: Sequence[Row[Any]]) -> Summary | None:
    """The rows of one customer, one for each currency, as one summary."""
    if not rows:
        return None
    premiums = {row.currency: row.premium for row in rows if row.premium is not None}
    others = [Amount(premiums[each], each) for each in sorted(premiums) if each != DEFAULT_CURRENCY]
    return Summary(
        policy_count=sum(row.policies or 0 for row in rows),
        in_force_count=sum(row.in_force or 0 for row in rows),
        annual_premium=premiums.get(DEFAULT_CURRENCY, Decimal(0)),
        currency=DEFAULT_CURRENCY,
        other_premiums=others,
        open_lead_count=rows[0].open_leads,
        last_contact_at=rows[0].last_contact_at,
    )


summary_by_customer = Relation(
    "summary_by_customer",
    "many",
    _by_currency,
    key="customer_id",
    rows=summary_rows,
    order=Order(("customer_id",)),
    gathered=summary_of,
)
