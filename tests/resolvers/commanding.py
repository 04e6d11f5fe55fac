"""Commands and what is told of them."""

from typing import Any

from sqlalchemy import func, select

from master.session import Master
from master.tables.base import table
from master.tables.customers import CustomerRow
from tests.schema.hub import Hub

CREATE = """mutation ($input: CreateCustomerInput!) { createCustomer(input: $input) {
  customer { id number name kind status gender birthDate branch { code } version
    documents { id number primary } contactPoints { id kind value preferred } }
  candidates { probability verdict customer { number } reasons { field level weight } }
  freshness errors { code message path } } }"""
UPDATE = """mutation ($input: UpdateCustomerInput!) { updateCustomer(input: $input) {
  customer { name gender birthDate version branch { code } documents { id number }
    contactPoints { id value preferred } }
  freshness errors { code path } } }"""
PUT = """mutation ($input: PutCustomerInput!) { putCustomer(input: $input) {
  customer { id name sources { source key } documents { number doubt } contactPoints { value } }
  freshness errors { code path } } }"""


def count(master: Master) -> int:
    with master.reading() as connection:
        found: int = connection.execute(select(func.count()).select_from(table(CustomerRow))).scalar_one()
        return found


def create(hub: Hub, role: str = "AGENT", **input: Any) -> Any:
    return hub.get(CREATE, role, input=input)["createCustomer"]


def codes(payload: Any) -> list[tuple[str, Any]]:
    return [(error["code"], error["path"]) for error in payload["errors"]]


TAG = """mutation ($id: ID!, $tag: String!, $at: DateTime) {
  tagCustomer(customer: $id, tag: $tag, expiresAt: $at) {
    customer { tags { tag { code } source expiresAt } } freshness errors { code path } } }"""
UNTAG = """mutation ($id: ID!, $tag: String!) { untagCustomer(customer: $id, tag: $tag) {
  customer { tags { tag { code } } } errors { code path } } }"""
RECORD = """mutation ($input: RecordContactInput!) { recordContact(input: $input) {
  contact { id subject occurredAt notes customer { number contacts { totalCount } } }
  freshness errors { code path } } }"""
LEAD = """mutation ($input: CreateLeadInput!) { createLead(input: $input) {
  lead { id title stage version owner { code } product { code } expectedPremium { amount currency } dueAt }
  freshness errors { code path } } }"""
CHANGE_LEAD = """mutation ($input: UpdateLeadInput!) { updateLead(input: $input) {
  lead { stage version owner { code } score expectedPremium { amount currency } dueAt }
  freshness errors { code path } } }"""
