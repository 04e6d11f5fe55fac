"""Policies from files that leave columns out, or give currencies."""

from decimal import Decimal

import pytest
from sqlalchemy import select

from master.tables.base import table
from master.tables.policies import PolicyRow
from tests.intake.importing import Importing, counts

policies = table(PolicyRow)


@pytest.fixture
def people(hub: Importing) -> Importing:
    """With a customer."""
    hub.take("customers", "source_key,name\nC1,张三\n")
    return hub


def test_a_missing_column_does_for_new_policies_what_an_empty_cell_does(people: Importing) -> None:
    text = "number,product,effective_date,applicant\nN1,P1,2024-01-01,C1\n"
    assert counts(people.take("policies", text)) == {"read": 1, "added": 1, "warnings": 2}
    assert people.report() == [(2, "status", "KEPT_AS_OTHER"), (2, "annual_premium", "KEPT_AS_ZERO")]
    columns = ("status", "source_status", "annual_premium", "currency")
    kept = select(*(policies.c[name] for name in columns))
    assert people.rows(kept) == [("OTHER", None, Decimal(0), "CNY")]
    known = "number,product,effective_date,status,annual_premium\nN1,P1,2024-01-01,IN_FORCE,5\n"
    assert counts(people.take("policies", known)) == {"read": 1, "changed": 1}
    assert counts(people.take("policies", text)) == {"read": 1, "unchanged": 1}
    assert people.rows(kept) == [("IN_FORCE", None, Decimal(5), "CNY")]


def test_currencies_are_three_letters_in_any_case(people: Importing) -> None:
    given = ("cny", "ｕｓｄ", "", "元", "CN", "C1Y", "CNYX", "ÀÉÎ")
    lines = [f"N{place},P1,2024-01-01,IN_FORCE,5,{each}" for place, each in enumerate(given)]
    text = "\n".join(("number,product,effective_date,status,annual_premium,currency", *lines))
    assert counts(people.take("policies", text)) == {"read": 8, "added": 3, "refused": 5}
    assert people.report() == [(line, "currency", "INVALID_CURRENCY") for line in range(5, 10)]
    kept = select(policies.c.currency).order_by(policies.c.id)
    assert people.rows(kept) == [("CNY",), ("USD",), ("CNY",)]
