"""Everything about a customer in one query: exact answers, and a statement a relation."""

from datetime import UTC, date, datetime
from typing import Any
from unittest.mock import ANY

import pytest

from master.session import Master
from tests.schema.hub import Filler, Hub, filling

EVERYTHING = """
query Everything($id: ID!) {
  customer(by: {id: $id}) {
    id number kind status name gender birthDate createdAt updatedAt version
    branch { code parent { code } path { code } }
    documents { id type number primary doubt }
    contactPoints { id kind value preferred }
    policies(first: 100) {
      edges { cursor roles node { id } }
      nodes {
        number status effectiveDate annualPremium currency
        product { code line } branch { code }
        parties { role name order share customer { number } }
      }
      pageInfo { hasNextPage }
      totalCount
    }
    contacts { nodes { id subject channel occurredAt agent { code branch { code } } customer { id } } }
    tags { source assignedAt expiresAt tag { code name category } }
    leads {
      nodes { id title stage dueAt product { code } owner { code } expectedPremium { amount currency } }
    }
    relations { id kind name from to customer { number branch { code } } }
    households { role household { id name members { role name customer { number } } } }
    sources { source key receivedAt }
    summary {
      policyCount inForceCount annualPremium currency otherPremiums { amount currency }
      openLeadCount lastContactAt
    }
  }
}
"""

# The customer 1; its branch, documents, contact points, policies and their count, contacts, tags, leads,
# relations, memberships, sources and summary 12; below those parent branches, paths, products, parties,
# staff, tags, relatives and households 8; parties' customers and households' members 2; theirs 1.
STATEMENTS = 24


def life(fill: Filler, policies: int) -> int:
    """A customer with so many policies, and everything else there is; its id."""
    head = fill.branch("HQ")
    city = fill.branch("CITY", head)
    agent = fill.staff("A1", city)
    me = fill.customer(1, "张三", branch_id=city, birth_date=date(1990, 1, 31), gender="MALE")
    wife = fill.customer(2, "李四", branch_id=head)
    fill.document(me, "E12345678", primary=True)
    fill.document(me, "E00000000", ended_at=datetime(2026, 1, 1, tzinfo=UTC))
    fill.point(me, "13800138000", preferred=True)
    term, car = fill.product("TERM"), fill.product("CAR", "MOTOR")
    for number in range(policies):
        child = fill.customer(100 + number)
        fill.policy(
            f"P{number:04d}",
            car if number % 2 else term,
            (me, "APPLICANT"),
            (wife, "INSURED"),
            (child, "BENEFICIARY"),
            effective_date=date(2025, 1, 1 + number % 28),
            branch_id=city,
        )
    fill.contact(me, "Asked for a quote", agent_id=agent)
    fill.tagged(me, fill.tag("VIP"))
    fill.lead(me, "Wants a car policy", product_id=car, owner_id=agent)
    fill.related(me, wife, "SPOUSE", "SPOUSE")
    fill.household("Zhang", (me, "head"), (wife, "spouse"), (fill.customer(3), "child"))
    fill.sourced(me, fill.source("core"), "K1")
    return me


@pytest.mark.parametrize("policies", [2, 50])
def test_a_360_query_takes_a_statement_a_relation(
    hub: Hub, master: Master, selects: list[str], policies: int
) -> None:
    with filling(master) as fill:
        me = life(fill, policies)
    selects.clear()
    customer = hub.get(EVERYTHING, id=f"c{me}")["customer"]
    parties = [party for each in customer["policies"]["nodes"] for party in each["parties"]]
    assert len({party["customer"]["number"] for party in parties}) == 2 + policies
    assert len(selects) == STATEMENTS


def test_a_360_query_tells_everything(hub: Hub, master: Master) -> None:
    with filling(master) as fill:
        me = life(fill, 2)
    told: dict[str, Any] = hub.get(EVERYTHING, id=f"c{me}")["customer"]
    assert told.pop("policies") == {
        "edges": [
            {"cursor": ANY, "roles": ["APPLICANT"], "node": {"id": "p2"}},
            {"cursor": ANY, "roles": ["APPLICANT"], "node": {"id": "p1"}},
        ],
        "nodes": [policy(1, "2025-01-02", "CAR", "MOTOR"), policy(0, "2025-01-01", "TERM", "LIFE")],
        "pageInfo": {"hasNextPage": False},
        "totalCount": 2,
    }
    assert told == {
        **CUSTOMER,
        "contacts": {"nodes": [CONTACT]},
        "tags": [{**GIVEN_BY_HAND, "tag": {"code": "VIP", "name": "Tag VIP", "category": "Life"}}],
        "leads": {"nodes": [LEAD]},
        "relations": [WIFE],
        "households": [{"role": "head", "household": {"id": "h1", "name": "Zhang", "members": MEMBERS}}],
        "sources": [{"source": "core", "key": "K1", "receivedAt": "2026-11-20T01:00:00.000Z"}],
        "summary": {
            "policyCount": 2,
            "inForceCount": 2,
            "annualPremium": "2400.00",
            "currency": "CNY",
            "otherPremiums": [],
            "openLeadCount": 1,
            "lastContactAt": "2026-11-20T01:00:00.000Z",
        },
    }


def policy(number: int, effective: str, product: str, line: str) -> dict[str, Any]:
    roles = {
        "APPLICANT": ("张三", 1),
        "INSURED": ("李四", 2),
        "BENEFICIARY": (f"Name {100 + number}", 100 + number),
    }
    return {
        "number": f"P{number:04d}",
        "status": "IN_FORCE",
        "effectiveDate": effective,
        "annualPremium": "1200.00",
        "currency": "CNY",
        "product": {"code": product, "line": line},
        "branch": {"code": "CITY"},
        "parties": [
            {
                "role": role,
                "name": name,
                "order": None,
                "share": None,
                "customer": {"number": f"C{customer:09d}"},
            }
            for role, (name, customer) in roles.items()
        ],
    }


CUSTOMER = {
    "id": "c1",
    "number": "C000000001",
    "kind": "PERSON",
    "status": "PROSPECT",
    "name": "张三",
    "gender": "MALE",
    "birthDate": "1990-01-31",
    "createdAt": "2026-11-20T01:00:00.000Z",
    "updatedAt": "2026-11-22T02:00:00.000Z",
    "version": 1,
    "branch": {"code": "CITY", "parent": {"code": "HQ"}, "path": [{"code": "HQ"}, {"code": "CITY"}]},
    "documents": [{"id": "d1", "type": "PASSPORT", "number": "E12345678", "primary": True, "doubt": None}],
    "contactPoints": [{"id": "k1", "kind": "MOBILE", "value": "13800138000", "preferred": True}],
}
CONTACT = {
    "id": "i1",
    "subject": "Asked for a quote",
    "channel": "CALL",
    "occurredAt": "2026-11-20T01:00:00.000Z",
    "agent": {"code": "A1", "branch": {"code": "CITY"}},
    "customer": {"id": "c1"},
}
GIVEN_BY_HAND = {"source": "MANUAL", "assignedAt": "2026-11-20T01:00:00.000Z", "expiresAt": None}
LEAD = {
    "id": "l1",
    "title": "Wants a car policy",
    "stage": "NEW",
    "dueAt": None,
    "product": {"code": "CAR"},
    "owner": {"code": "A1"},
    "expectedPremium": None,
}
WIFE = {
    "id": "r1",
    "kind": "SPOUSE",
    "name": "李四",
    "from": None,
    "to": None,
    "customer": {"number": "C000000002", "branch": {"code": "HQ"}},
}
MEMBERS = [
    {"role": "head", "name": "张三", "customer": {"number": "C000000001"}},
    {"role": "spouse", "name": "李四", "customer": {"number": "C000000002"}},
    {"role": "child", "name": "Name 3", "customer": {"number": "C000000003"}},
]
