"""Merging customers and undoing it, as callers do."""

from typing import Any

from sqlalchemy import insert

from master.tables.access import AccessEntryRow, AccessSubjectRow
from master.tables.base import table
from tests.conftest import SetTime
from tests.schema.hub import Hub, filling

MERGE = """mutation ($input: MergeCustomersInput!) { mergeCustomers(input: $input) {
  survivor { id number name gender birthDate status version branch { code } tags { tag { code } }
    documents { number primary doubt } contactPoints { kind value preferred }
    policies { edges { roles node { number parties { role order share customer { id } } } } }
    contacts { nodes { subject } } leads { nodes { title } } households { role }
    relations { kind name } sources { source key }
    merged { mergeId customerId number name at by reason } }
  restored { id } undecided { entity } freshness errors { code path } } }"""
UNMERGE = """mutation ($input: UnmergeCustomerInput!) { unmergeCustomer(input: $input) {
  survivor { id name gender contacts { nodes { subject } } merged { number } }
  restored { id name contacts { nodes { subject } } relations { kind name } }
  undecided { entity id reason } freshness errors { code path message } } }"""
PREVIEW = """query ($survivor: ID!, $duplicates: [ID!]!) {
  previewMerge(input: {survivor: $survivor, duplicates: $duplicates}) {
    survivor { id } moves { entity count folded } filled differences { field duplicate { id } }
    errors { code path message } } }"""
BY_ID = "query ($id: ID!) { customer(by: {id: $id}) { name } node(id: $id) { id } }"


def version_of(hub: Hub, id: str) -> int:
    customer = hub.get("query ($id: ID!) { customer(by: {id: $id}) { version } }", id=id)["customer"]
    return int(customer["version"])


def merging(hub: Hub, survivor: str, *duplicates: str, **input: Any) -> dict[str, Any]:
    version = input.pop("version", None) or version_of(hub, survivor)
    return {
        "survivor": survivor,
        "survivorVersion": version,
        "duplicates": list(duplicates),
        "reason": "they are one",
        **input,
    }


def merge(hub: Hub, survivor: str, *duplicates: str, **input: Any) -> Any:
    return hub.get(MERGE, "STEWARD", input=merging(hub, survivor, *duplicates, **input))["mergeCustomers"]


def unmerge(hub: Hub, merge_id: str, **as_whom: Any) -> Any:
    input = {"mergeId": merge_id, "reason": "they are two"}
    return hub.get(UNMERGE, as_whom.pop("role", "STEWARD"), input=input, **as_whom)["unmergeCustomer"]


def subjects_of(customer: Any) -> set[str]:
    return {each["subject"] for each in customer["contacts"]["nodes"]}


def seen(hub: Hub, time: SetTime, customer: int, reason: str) -> None:
    """By somebody who looks at this customer, whoever that is then."""
    time.forward(minutes=1)
    at = {"at": time(), "occasion": "READ", "token_id": "t1", "viewer": "tester", "role": "AGENT"}
    with filling(hub.master) as fill:
        entry = fill.add(AccessEntryRow, **at, reason=reason)
        fill.tx.execute(insert(table(AccessSubjectRow)), [{"customer_id": customer, "entry_id": entry}])
    time.forward(minutes=1)


def seen_of(hub: Hub, id: str) -> list[str]:
    """For what reasons, the latest first."""
    asked = "query ($id: ID!) { customer(by: {id: $id}) { accessLog { nodes { reason } } } }"
    return [each["reason"] for each in hub.get(asked, id=id)["customer"]["accessLog"]["nodes"]]
