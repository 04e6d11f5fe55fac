"""Amounts with their currencies."""

from decimal import Decimal

import strawberry

from loaders.summaries import Amount
from master.tables.policies import DEFAULT_CURRENCY
from schema.described import described_from, described_input


@described_from(Amount)
class Money:
    """An amount in a currency."""

    amount: Decimal
    """How much."""
    currency: str
    """Three letters, as CNY."""


@described_input
class MoneyInput:
    """An amount in a currency."""

    amount: Decimal
    """How much."""
    currency: str = strawberry.field(default=DEFAULT_CURRENCY)
    """Three letters, as CNY."""


def money(amount: Decimal | None, currency: str | None) -> Amount | None:
    """Both, or nothing."""
    return None if amount is None or currency is None else Amount(amount, currency)
