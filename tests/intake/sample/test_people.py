"""Sample customers: their documents, contact points, relations and households."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import Connection, func, select

from intake.sample.chance import dice_of
from intake.sample.clients import Calendar
from intake.sample.demo import demo_clients
from intake.sample.places import COUNTIES
from master.tables.base import table
from master.tables.codes import INVERSE, RelationKind
from master.tables.contacts import ContactRow
from master.tables.customers import (
    AddressRow,
    ContactPointRow,
    CustomerRow,
    IdentityDocumentRow,
)
from master.tables.leads import LeadRow
from master.tables.policies import PolicyPartyRow
from master.tables.relations import HouseholdMemberRow, HouseholdRow, RelationRow
from master.tables.sources import SourceRecordRow
from master.tables.tags import CustomerTagRow
from master.writes.sourced.said import parsed
from matching.numbers import read_contact_point, read_document
from tests.intake.sample.hubs import all_of


def test_documents_are_valid_and_fit_their_bearers(seen: Connection) -> None:
    people = {row.id: row for row in all_of(seen, table(CustomerRow))}
    documents = all_of(seen, table(IdentityDocumentRow))
    types = Counter(document.type for document in documents)
    assert types["RESIDENT_ID"] > 1_400
    assert min(types["PASSPORT"], types["UNIFIED_SOCIAL_CREDIT_CODE"], types["HOUSEHOLD_REGISTER"]) > 30
    for document in documents:
        reading = read_document(document.type, document.number)
        assert reading.doubt is None
        if reading.birth_date:
            bearer = people[document.customer_id]
            assert (reading.birth_date, reading.gender) == (bearer.birth_date, bearer.gender)
            assert document.number[:6] in COUNTIES
    assert {document.customer_id for document in documents if document.primary} == people.keys()
    resident = [document.number for document in documents if document.type == "RESIDENT_ID"]
    assert len(set(resident)) > 0.999 * len(resident)


def test_contact_points_are_beyond_doubt(seen: Connection) -> None:
    points = all_of(seen, table(ContactPointRow))
    assert {row.kind for row in points} == {"MOBILE", "LANDLINE", "EMAIL", "WECHAT", "ADDRESS"}
    assert {read_contact_point(row.kind, row.value).doubt for row in points} == {None}
    assert all(row.value.endswith(".example.com") for row in points if row.kind == "EMAIL")
    mobiles = Counter(row.value for row in points if row.kind == "MOBILE")
    assert 20 < sum(count > 1 for count in mobiles.values()) < 300  # shared in families
    preferred = Counter((row.customer_id, row.kind) for row in points if row.preferred)
    assert set(preferred.values()) == {1}
    parts = {row.contact_point_id: row for row in all_of(seen, table(AddressRow))}
    addresses = {row.id: row.value for row in points if row.kind == "ADDRESS"}
    assert parts.keys() == addresses.keys()
    for id, part in parts.items():
        assert addresses[id] == COUNTIES[part.region_code].full_name + part.street


def test_relations_stand_on_both_sides(seen: Connection) -> None:
    relations = {(row.customer_id, row.other_id, row.kind) for row in all_of(seen, table(RelationRow))}
    for customer, other, kind in relations:
        assert (other, customer, INVERSE[RelationKind(kind)]) in relations
    kinds = {kind for _, _, kind in relations}
    assert kinds >= {"SPOUSE", "PARENT", "CHILD", "LEGAL_REPRESENTATIVE", "CONTACT_PERSON", "EMPLOYEE"}


def test_households_have_one_head_and_members_in_their_roles(seen: Connection) -> None:
    members = all_of(seen, table(HouseholdMemberRow))
    heads = Counter(row.household_id for row in members if row.role == "head")
    assert heads == {row.id: 1 for row in all_of(seen, table(HouseholdRow))}
    assert {row.role for row in members} == {"head", "spouse", "child", "parent"}
    born = {row.id: row.birth_date for row in all_of(seen, table(CustomerRow))}
    for row in all_of(seen, table(RelationRow)):
        if row.kind == "CHILD":
            assert born[row.other_id] - born[row.customer_id] > timedelta(days=20 * 365)


def test_each_customer_has_the_record_that_an_import_would_have_left(seen: Connection) -> None:
    records = {row.customer_id: row for row in all_of(seen, table(SourceRecordRow))}
    customers = all_of(seen, table(CustomerRow))
    assert len(records) == len(customers)
    for customer in customers:
        record = records[customer.id]
        said = parsed(record.content)
        assert (record.kind, record.entity_id) == ("customers", customer.id)
        assert (said["name"], said["kind"]) == (customer.name, customer.kind)
        assert said.get("branch") == customer.branch_id


def test_the_first_customers_are_those_that_documentation_counts_on(seen: Connection) -> None:
    customers = all_of(seen, table(CustomerRow))[:50]
    names = [customer.name for customer in customers]
    assert names[0] == "张伟"
    wanted = {"买买提·艾力", "欧阳静", "单志强", "曾晓红", "深圳市安信达保险经纪有限公司", "张三", "章珊"}
    assert wanted <= set(names)
    first = customers[0].id
    for row in (PolicyPartyRow, ContactRow, CustomerTagRow, LeadRow, RelationRow, HouseholdMemberRow):
        target = table(row)
        assert seen.scalar(select(func.count()).select_from(target).where(target.c.customer_id == first))
    keys = {customer.name: customer.name_key for customer in customers}
    assert (keys["单志强"], keys["曾晓红"]) == ("shan zhi qiang", "zeng xiao hong")


@pytest.mark.parametrize("day", [date(2026, 11, 22), date(2026, 11, 23), date(2027, 3, 1), date(2031, 7, 14)])
def test_the_customer_of_the_readme_is_the_same_on_every_day(day: date) -> None:
    calendar = Calendar(day, datetime.combine(day, time(), UTC))
    first = demo_clients(dice_of(1, 0), calendar, 1)[0][0]
    assert (first.name, first.birth) == ("张伟", date(1985, 2, 23))
    assert first.documents[0].number == "44030519850223519X"
    assert [each.value for each in first.points if each.kind == "MOBILE"][:1] == ["18616813317"]
