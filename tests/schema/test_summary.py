"""A customer in figures, with expected values worked out by hand."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from master.session import Master
from master.tables.policies import PolicyPartyRow
from tests.conftest import SetTime
from tests.schema.hub import MORNING, Hub, filling

SUMMARY = """query ($id: ID!) { customer(by: {id: $id}) { summary {
  policyCount inForceCount annualPremium currency otherPremiums { amount currency }
  openLeadCount lastContactAt
} } }"""
NOBODY = {
    "policyCount": 0,
    "inForceCount": 0,
    "annualPremium": "0.00",
    "currency": "CNY",
    "otherPremiums": [],
    "openLeadCount": 0,
    "lastContactAt": None,
}


def summary(hub: Hub, id: int) -> Any:
    return hub.get(SUMMARY, id=f"c{id}")["customer"]["summary"]


def test_a_customer_without_anything_has_zeros(hub: Hub, master: Master) -> None:
    with filling(master) as fill:
        me = fill.customer(1)
    assert summary(hub, me) == NOBODY


def test_each_policy_counts_once_and_only_as_applicant_for_its_premium(hub: Hub, master: Master) -> None:
    with filling(master) as fill:
        me, other, term = fill.customer(1), fill.customer(2), fill.product("TERM")
        fill.policy("BOTH", term, (me, "APPLICANT"), (me, "INSURED"), annual_premium=Decimal("100.10"))
        fill.policy("INSURED", term, (other, "APPLICANT"), (me, "INSURED"), annual_premium=Decimal(1000))
        fill.policy("LAPSED", term, (me, "APPLICANT"), annual_premium=Decimal(5000), status="LAPSED")
        fill.policy("BENEFICIARY", term, (other, "APPLICANT"), (me, "BENEFICIARY"))
        fill.policy("USD", term, (me, "APPLICANT"), annual_premium=Decimal("20.5"), currency="USD")
        fill.policy("USD2", term, (me, "APPLICANT"), annual_premium=Decimal("0.0001"), currency="USD")
        fill.policy("HKD", term, (me, "INSURED"), annual_premium=Decimal(7), currency="HKD")
        left = fill.policy("LEFT", term, (other, "APPLICANT"))
        fill.add(PolicyPartyRow, policy_id=left, customer_id=me, role="APPLICANT", ended_at=MORNING)
    assert summary(hub, me) == {
        **NOBODY,
        "policyCount": 6,
        "inForceCount": 5,
        "annualPremium": "100.10",
        "otherPremiums": [{"amount": "20.5001", "currency": "USD"}],
    }


def test_in_force_goes_by_the_day_of_the_hub(hub: Hub, master: Master, time: SetTime) -> None:
    time.instant = datetime(2026, 11, 22, 16, 30, tzinfo=UTC)  # half past midnight of the 23rd in Shanghai
    days = {
        "ends yesterday": (date(2026, 1, 1), date(2026, 11, 22)),
        "ends today": (date(2026, 1, 1), date(2026, 11, 23)),
        "begins today": (date(2026, 11, 23), None),
        "begins tomorrow": (date(2026, 11, 24), None),
    }
    with filling(master) as fill:
        me, term = fill.customer(1), fill.product("TERM")
        for number, (first, last) in enumerate(days.values()):
            premium = Decimal(10**number)
            given = {"effective_date": first, "expiry_date": last, "annual_premium": premium}
            fill.policy(f"P{number}", term, (me, "APPLICANT"), **given)
    told = summary(hub, me)
    assert (told["policyCount"], told["inForceCount"], told["annualPremium"]) == (4, 2, "110.00")


def test_open_leads_and_the_last_contact_are_told(hub: Hub, master: Master) -> None:
    with filling(master) as fill:
        me, other = fill.customer(1), fill.customer(2)
        for stage in ("NEW", "ASSIGNED", "CONTACTED", "QUOTED", "WON", "LOST"):
            fill.lead(me, stage, stage=stage)
        fill.lead(other, "other's")
        fill.contact(me, "first", MORNING)
        fill.contact(me, "last", MORNING + timedelta(days=1))
        fill.contact(other, "later", MORNING + timedelta(days=2))
    assert summary(hub, me) == {**NOBODY, "openLeadCount": 4, "lastContactAt": "2026-11-21T01:00:00.000Z"}


def test_many_summaries_take_one_statement(hub: Hub, master: Master, selects: list[str]) -> None:
    with filling(master) as fill:
        term = fill.product("TERM")
        for number in range(1, 21):
            fill.policy(
                f"P{number}", term, (fill.customer(number), "APPLICANT"), annual_premium=Decimal(number)
            )
    selects.clear()
    told = hub.get("{ customers { nodes { summary { annualPremium } } } }")["customers"]["nodes"]
    assert [each["summary"]["annualPremium"] for each in told] == [f"{number}.00" for number in range(1, 21)]
    assert len(selects) == 2
