"""What hangs on a customer: what still holds, and what is left out."""

from datetime import date, datetime, timedelta
from typing import Any

from master.session import Master
from master.tables.policies import PolicyPartyRow
from master.tables.relations import HouseholdMemberRow, RelationRow
from tests.conftest import NOW, SetTime
from tests.schema.hub import MORNING, Hub, filling


def customer(hub: Hub, fields: str, id: int) -> Any:
    return hub.get(f"query ($id: ID!) {{ customer(by: {{id: $id}}) {{ {fields} }} }}", id=f"c{id}")[
        "customer"
    ]


def test_tags_end_by_the_clock_or_by_hand_and_show_once(hub: Hub, master: Master, time: SetTime) -> None:
    soon = NOW + timedelta(minutes=1)
    with filling(master) as fill:
        me = fill.customer(1)
        b, a, over, gone = (fill.tag(code) for code in ("B", "A", "OVER", "GONE"))
        fill.tagged(me, b, expires_at=soon, source="RULE", evidence="rule 7")
        fill.tagged(me, a, expires_at=soon, source="RULE")
        fill.tagged(me, a, source="IMPORT", evidence="for good")
        fill.tagged(me, a, expires_at=soon + timedelta(days=9), source="MODEL")
        fill.tagged(me, over, expires_at=NOW)
        fill.tagged(me, gone, ended_at=MORNING)
    fields = "tags { tag { code } source evidence expiresAt }"
    lasting = {"tag": {"code": "A"}, "source": "IMPORT", "evidence": "for good", "expiresAt": None}
    ending = {
        "tag": {"code": "B"},
        "source": "RULE",
        "evidence": "rule 7",
        "expiresAt": "2026-11-22T02:01:00.000Z",
    }
    assert customer(hub, fields, me) == {"tags": [lasting, ending]}
    time.forward(minutes=1)
    assert customer(hub, fields, me) == {"tags": [lasting]}


def test_documents_and_contact_points_that_ended_are_left_out(hub: Hub, master: Master) -> None:
    with filling(master) as fill:
        me = fill.customer(1)
        fill.document(me, "E1", doubt="The check digit does not fit.")
        fill.document(me, "E2", ended_at=MORNING)
        fill.point(me, "13800138000")
        fill.point(me, "a@example.com", "EMAIL")
        fill.point(me, "13900139000", ended_at=MORNING)
    assert customer(hub, "documents { number doubt } contactPoints { kind value }", me) == {
        "documents": [{"number": "E1", "doubt": "The check digit does not fit."}],
        "contactPoints": [
            {"kind": "MOBILE", "value": "13800138000"},
            {"kind": "EMAIL", "value": "a@example.com"},
        ],
    }
    only = customer(
        hub, "mails: contactPoints(kind: EMAIL) { id } none: contactPoints(kind: WECHAT) { id }", me
    )
    assert only == {"mails": [{"id": "k2"}], "none": []}


def test_relations_and_households_that_ended_are_left_out(hub: Hub, master: Master) -> None:
    with filling(master) as fill:
        me, boss, old = fill.customer(1), fill.customer(2), fill.customer(3)
        fill.add(
            RelationRow,
            customer_id=me,
            other_id=boss,
            kind="EMPLOYER",
            since=date(2020, 1, 1),
            until=date(2027, 1, 1),
        )
        fill.add(RelationRow, customer_id=me, other_id=old, kind="SPOUSE", ended_at=MORNING)
        home = fill.household("Home", (me, "head"))
        fill.add(HouseholdMemberRow, household_id=home, name="Baby", role="child", since=date(2026, 5, 1))
        fill.add(HouseholdMemberRow, household_id=home, customer_id=old, role="spouse", ended_at=MORNING)
        left = fill.household("Left")
        fill.add(HouseholdMemberRow, household_id=left, customer_id=me, role="child", ended_at=MORNING)
    fields = """relations { kind name from to customer { number } }
      households { household { name members { name role from customer { number } } } }"""
    assert customer(hub, fields, me) == {
        "relations": [
            {
                "kind": "EMPLOYER",
                "name": "Name 2",
                "from": "2020-01-01",
                "to": "2027-01-01",
                "customer": {"number": "C000000002"},
            }
        ],
        "households": [
            {
                "household": {
                    "name": "Home",
                    "members": [
                        {
                            "name": "Name 1",
                            "role": "head",
                            "from": None,
                            "customer": {"number": "C000000001"},
                        },
                        {"name": "Baby", "role": "child", "from": "2026-05-01", "customer": None},
                    ],
                }
            }
        ],
    }


def test_parties_come_by_role_and_order_and_may_be_no_customers(hub: Hub, master: Master) -> None:
    with filling(master) as fill:
        me = fill.customer(1)
        policy = fill.policy("P1", fill.product("TERM"))
        for values in (
            {"role": "BENEFICIARY", "name": "法定继承人", "position": 2},
            {"role": "BENEFICIARY", "customer_id": me, "position": 1, "share": 60},
            {"role": "INSURED", "customer_id": me, "name": "As on the policy"},
            {"role": "APPLICANT", "customer_id": me},
            {"role": "PAYER", "customer_id": me, "ended_at": MORNING},
        ):
            fill.add(PolicyPartyRow, policy_id=policy, **values)
    document = '{ policy(by: {number: "P1"}) { parties { role name order share customer { number } } } }'
    number = {"number": "C000000001"}
    assert hub.get(document)["policy"]["parties"] == [
        {"role": "APPLICANT", "name": "Name 1", "order": None, "share": None, "customer": number},
        {"role": "INSURED", "name": "As on the policy", "order": None, "share": None, "customer": number},
        {"role": "BENEFICIARY", "name": "Name 1", "order": 1, "share": "60.00", "customer": number},
        {"role": "BENEFICIARY", "name": "法定继承人", "order": 2, "share": None, "customer": None},
    ]


def test_only_records_of_customers_are_sources(hub: Hub, master: Master) -> None:
    with filling(master) as fill:
        me = fill.customer(1)
        crm, core = fill.source("crm"), fill.source("core")
        fill.sourced(me, crm, "7")
        fill.sourced(me, core, "B")
        fill.sourced(me, core, "A")
    told = customer(hub, "sources { source key }", me)["sources"]
    assert [(each["source"], each["key"]) for each in told] == [("core", "A"), ("core", "B"), ("crm", "7")]


def test_a_path_leads_from_the_head_office_to_the_branch(hub: Hub, master: Master) -> None:
    with filling(master) as fill:
        head = fill.branch("HQ")
        province = fill.branch("P", head)
        city = fill.branch("C", province)
        fill.customer(1, branch_id=city)
        fill.customer(2, branch_id=head)
        fill.customer(3)
    told = hub.get("{ customers { nodes { branch { path { code } parent { code parent { code } } } } } }")
    paths = [
        each["branch"] and [step["code"] for step in each["branch"]["path"]]
        for each in told["customers"]["nodes"]
    ]
    assert paths == [["HQ", "P", "C"], ["HQ"], None]
    assert told["customers"]["nodes"][0]["branch"]["parent"] == {"code": "P", "parent": {"code": "HQ"}}


def test_money_and_doubles_come_back_exactly(hub: Hub, master: Master) -> None:
    with filling(master) as fill:
        me = fill.customer(1)
        fill.lead(
            me,
            "a",
            expected_premium="0.1",
            currency="USD",
            score=0.1 + 0.2,
            due_at=datetime.fromisoformat("2026-11-22T02:00:00.123Z"),
        )
    (lead,) = customer(hub, "leads { nodes { score dueAt expectedPremium { amount currency } } }", me)[
        "leads"
    ]["nodes"]
    assert lead == {
        "score": 0.30000000000000004,
        "dueAt": "2026-11-22T02:00:00.123Z",
        "expectedPremium": {"amount": "0.10", "currency": "USD"},
    }
