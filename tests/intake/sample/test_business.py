"""What sample customers have: policies, contacts, leads and tags, fitting ages and dates."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import Connection, select

from intake.sample.clients import PRODUCTS, age_on
from intake.sample.places import COUNTIES, OFFICES
from master.tables.base import table
from master.tables.branches import BranchRow, StaffRow
from master.tables.codes import ContactChannel, LeadStage, PolicyStatus, TagSource
from master.tables.contacts import ContactRow
from master.tables.customers import (
    CustomerRow,
)
from master.tables.leads import LeadRow
from master.tables.policies import PolicyPartyRow, PolicyRow, ProductRow
from master.tables.sources import SourceSystemRow
from master.tables.tags import CustomerTagRow, TagRow
from tests.conftest import NOW
from tests.intake.sample.hubs import TODAY, all_of


def test_the_frame_holds_branches_staff_products_and_tags(seen: Connection) -> None:
    branches = all_of(seen, table(BranchRow))
    assert len(branches) == len(OFFICES) == 129
    assert sum(branch.parent_id is None for branch in branches) == 1
    assert len({staff.branch_id for staff in all_of(seen, table(StaffRow))}) == 129
    assert len(all_of(seen, table(ProductRow))) == 26
    lines = {"life", "annuity", "health", "accident", "motor", "property", "liability"}
    assert {product.line for product in all_of(seen, table(ProductRow))} == lines
    assert len(all_of(seen, table(TagRow))) == 40
    assert len(COUNTIES) == 211


def test_shares_of_beneficiaries_make_a_hundred(seen: Connection) -> None:
    shares: dict[tuple[int, int], Decimal] = {}
    parties = all_of(seen, table(PolicyPartyRow))
    for party in parties:
        if party.role == "BENEFICIARY":
            key = (party.policy_id, party.position)
            shares[key] = shares.get(key, Decimal(0)) + party.share
    assert set(shares.values()) == {Decimal(100)}
    assert Counter(party.role for party in parties)["APPLICANT"] == len(all_of(seen, table(PolicyRow)))
    named = Counter(bool(p.customer_id) for p in parties if p.role == "BENEFICIARY")
    assert named[False] > named[True] > 100
    assert all(p.share is None for p in parties if p.role != "BENEFICIARY")


def test_policies_fit_ages_and_statuses_fit_dates(seen: Connection) -> None:
    codes = {row.id: row.code for row in all_of(seen, table(ProductRow))}
    people = {row.id: row for row in all_of(seen, table(CustomerRow))}
    policies = {row.id: row for row in all_of(seen, table(PolicyRow))}
    for policy in policies.values():
        if policy.status == PolicyStatus.IN_FORCE:
            assert policy.effective_date <= TODAY
            assert policy.expiry_date is None or policy.expiry_date >= TODAY
        if policy.status in (PolicyStatus.EXPIRED, PolicyStatus.MATURED):
            assert policy.expiry_date < TODAY
        assert policy.annual_premium > 0
        assert policy.sum_insured > policy.annual_premium
    for party in all_of(seen, table(PolicyPartyRow)):
        policy = policies[party.policy_id]
        product = PRODUCTS[codes[policy.product_id]]
        person = people.get(party.customer_id)
        if party.role == "INSURED" and person and person.birth_date:
            age = age_on(policy.effective_date, person.birth_date)
            assert product.youngest <= age <= product.oldest
        if party.role == "APPLICANT":
            assert person is not None
            is_company = person.kind == "ORGANIZATION"
            assert is_company == (product.family == "COMPANY")
            assert is_company or age_on(policy.effective_date, person.birth_date) >= 18


def test_policy_numbers_are_unique_and_come_from_three_systems(seen: Connection) -> None:
    systems = {row.id: row.code for row in all_of(seen, table(SourceSystemRow))}
    policies = all_of(seen, table(PolicyRow))
    assert len({policy.number for policy in policies}) == len(policies)
    assert {systems[policy.source_id] for policy in policies} == {"CORE", "AUTO", "BANCA"}
    assert {policy.status for policy in policies} >= set(PolicyStatus) - {PolicyStatus.OTHER}


def test_contacts_lie_in_three_years_after_the_customer_was_known(seen: Connection) -> None:
    known = {row.id: row.created_at for row in all_of(seen, table(CustomerRow))}
    contacts = all_of(seen, table(ContactRow))
    assert {row.channel for row in contacts} == set(ContactChannel) - {ContactChannel.OTHER}
    for contact in contacts:
        assert known[contact.customer_id] <= contact.occurred_at < NOW
        assert contact.occurred_at > NOW - timedelta(days=1097)
        assert "{" not in (contact.notes or "")
    counts = Counter(contact.customer_id for contact in contacts)
    assert max(counts.values()) > 4 * sum(counts.values()) / len(counts)  # skewed


def test_leads_are_in_every_stage_with_owners_and_dates_that_fit(seen: Connection) -> None:
    known = {row.id: row.created_at for row in all_of(seen, table(CustomerRow))}
    leads = all_of(seen, table(LeadRow))
    assert {lead.stage for lead in leads} == set(LeadStage)
    for lead in leads:
        assert known[lead.customer_id] <= lead.created_at < NOW
        assert (lead.owner_id is None) == (lead.stage == LeadStage.NEW)
        assert 0 < lead.score < 1
        if lead.stage in (LeadStage.WON, LeadStage.LOST):
            assert lead.due_at is None or lead.due_at < NOW
    assert any(lead.due_at and lead.due_at > NOW for lead in leads)


def test_tags_come_from_every_source_with_evidence_and_some_expire(seen: Connection) -> None:
    known = {row.id: row.created_at for row in all_of(seen, table(CustomerRow))}
    names = {row.id: row.code for row in all_of(seen, table(TagRow))}
    given = all_of(seen, table(CustomerTagRow))
    assert {tag.source for tag in given} == set(TagSource)
    assert len({tag.tag_id for tag in given}) > 35
    for tag in given:
        assert tag.evidence
        assert known[tag.customer_id] <= tag.assigned_at <= NOW
        assert tag.expires_at is None or tag.expires_at > tag.assigned_at
    assert any(tag.expires_at and tag.expires_at < NOW for tag in given)
    twice = Counter((tag.customer_id, tag.tag_id) for tag in given)
    assert max(twice.values()) == 1
    running = {
        row[0]
        for row in seen.execute(
            select(table(PolicyPartyRow).c.customer_id)
            .join(table(PolicyRow), table(PolicyRow).c.id == table(PolicyPartyRow).c.policy_id)
            .join(table(ProductRow), table(ProductRow).c.id == table(PolicyRow).c.product_id)
            .where(table(PolicyPartyRow).c.role == "APPLICANT")
            .where(table(PolicyRow).c.status == "IN_FORCE", table(ProductRow).c.line == "motor")
        )
    }
    tagged = {tag.customer_id for tag in given if names[tag.tag_id] == "MOTOR"}
    assert len(tagged) > 50
    assert tagged == running
