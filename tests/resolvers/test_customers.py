"""Customers and policies by key and by filter; anything by its id."""

from datetime import date, timedelta
from typing import Any

import pytest

from master.session import Master
from tests.conftest import NOW, SetTime
from tests.schema.hub import MORNING, Hub, filling

BY = "query ($by: CustomerKey!) { customer(by: $by) { number } }"
POLICY = "query ($by: PolicyKey!) { policy(by: $by) { id } }"


def number(hub: Hub, **by: Any) -> int | None:
    found = hub.get(BY, by=by)["customer"]
    return found and int(found["number"][1:])


@pytest.fixture
def three(hub: Hub, master: Master) -> Hub:
    with filling(master) as fill:
        for each in (1, 2, 3):
            fill.customer(each)
        fill.document(1, "E1")
        fill.document(2, "E2")
        fill.document(3, "E2")
        fill.document(3, "11010119900307123X", "RESIDENT_ID")
        fill.document(3, "GONE", ended_at=MORNING)
        core, crm = fill.source("core"), fill.source("crm")
        fill.sourced(1, core, "A")
        fill.sourced(2, crm, "A")
    return hub


def test_a_customer_is_found_by_exactly_one_key(three: Hub) -> None:
    assert number(three, id="c2") == 2
    assert number(three, number="C000000003") == 3
    assert number(three, document={"type": "PASSPORT", "number": "E1"}) == 1
    assert number(three, source={"source": "core", "key": "A"}) == 1
    assert number(three, source={"source": "crm", "key": "A"}) == 2


def test_a_document_is_found_in_any_spelling(three: Hub) -> None:
    assert number(three, document={"number": " 11010119900307123x "}) == 3
    assert number(three, document={"number": "１１０１０１１９９００３０７１２３Ｘ"}) == 3
    assert number(three, document={"type": "PASSPORT", "number": "e1"}) == 1


NOWHERE: list[Any] = [
    {"id": "c4"},
    {"id": "p1"},
    {"id": "c01"},
    {"id": "c-1"},
    {"id": "c"},
    {"id": ""},
    {"id": "c9223372036854775808"},
    {"id": "c" + "9" * 5000},
    {"id": "c１"},
    {"number": "C000000009"},
    {"document": {"number": "11010119900307123X", "type": "PASSPORT"}},
    {"document": {"type": "PASSPORT", "number": "GONE"}},
    {"source": {"source": "core", "key": "B"}},
    {"source": {"source": "nowhere", "key": "A"}},
]


def test_what_is_not_there_is_null(three: Hub) -> None:
    assert [by for by in NOWHERE if number(three, **by) is not None] == []


def test_a_document_that_several_hold_is_ambiguous(three: Hub) -> None:
    answer = three.ask(BY, by={"document": {"type": "PASSPORT", "number": "E2"}})
    assert answer.data == {"customer": None}
    assert answer.errors == [("AMBIGUOUS", ["customer"])]
    assert answer.extensions == [{"numbers": ["C000000002", "C000000003"]}]


def test_a_masked_key_is_refused(three: Hub) -> None:
    masked: list[Any] = [{"number": "C*"}, {"document": {"number": "1101********1234"}}]
    for by in masked:
        assert three.ask(BY, by=by).errors == [("INVALID", ["customer"])]


def test_a_key_is_exactly_one(hub: Hub) -> None:
    wrong: list[Any] = [{}, {"id": "c1", "number": "C000000001"}, {"id": None}]
    assert [hub.ask(BY, by=by).data for by in wrong] == [None, None, None]


def test_a_policy_number_of_several_sources_is_ambiguous(hub: Hub, master: Master) -> None:
    with filling(master) as fill:
        term, core, crm = fill.product("TERM"), fill.source("core"), fill.source("crm")
        one = fill.policy("P1", term, source_id=core)
        other = fill.policy("P1", term, source_id=crm)
        alone = fill.policy("P2", term)
    answer = hub.ask(POLICY, by={"number": "P1"})
    assert (answer.data, answer.errors) == ({"policy": None}, [("AMBIGUOUS", ["policy"])])
    assert answer.extensions == [{"sources": ["core", "crm"]}]
    for by, id in (
        ({"source": {"source": "core", "key": "P1"}}, one),
        ({"source": {"source": "crm", "key": "P1"}}, other),
        ({"number": "P2"}, alone),
        ({"id": f"p{alone}"}, alone),
    ):
        assert hub.get(POLICY, by=by) == {"policy": {"id": f"p{id}"}}
    assert hub.get(POLICY, by={"number": "P3"}) == {"policy": None}
    assert hub.get(POLICY, by={"source": {"source": "core", "key": "P2"}}) == {"policy": None}


def test_a_role_is_only_for_the_policies_of_a_customer(hub: Hub) -> None:
    answer = hub.ask("{ policies(filter: {role: INSURED}) { totalCount } }")
    assert answer.errors == [("INVALID", ["policies"])]


FILTERED = """query ($filter: CustomerFilter) {
  customers(filter: $filter) { nodes { number } totalCount } }"""


def numbers(hub: Hub, **filter: Any) -> list[int]:
    page = hub.get(FILTERED, filter=filter)["customers"]
    assert page["totalCount"] == len(page["nodes"])
    return [int(node["number"][1:]) for node in page["nodes"]]


@pytest.fixture
def crowd(hub: Hub, master: Master, time: SetTime) -> Hub:
    """1: at the head office, VIP; 2: below it, OLD, VIP no longer; 3: an organisation, VIP until now."""
    with filling(master) as fill:
        head, elsewhere = fill.branch("HQ"), fill.branch("OTHER")
        below = fill.branch("CITY", fill.branch("P", head))
        fill.customer(1, branch_id=head, birth_date=date(1980, 1, 1), status="ACTIVE")
        fill.customer(2, branch_id=below, birth_date=date(1990, 6, 30), status="LOST")
        fill.customer(3, branch_id=elsewhere, kind="ORGANIZATION")
        vip, old = fill.tag("VIP"), fill.tag("OLD")
        fill.tagged(1, vip)
        fill.tagged(2, vip, ended_at=MORNING)
        fill.tagged(2, old, expires_at=NOW + timedelta(days=1))
        fill.tagged(3, vip, expires_at=NOW)
        fill.point(1, "13800138000")
        fill.point(2, "13800138000", ended_at=MORNING)
        fill.point(3, "13800138000", "LANDLINE")
        fill.document(2, "E2")
        car = fill.product("CAR", "MOTOR")
        fill.policy("P1", car, (2, "INSURED"))
        fill.policy("P2", fill.product("TERM"), (1, "INSURED"))
    return hub


FILTERS: list[tuple[Any, list[int]]] = [
    ({}, [1, 2, 3]),
    ({"kind": "ORGANIZATION"}, [3]),
    ({"status": ["ACTIVE", "LOST"]}, [1, 2]),
    ({"branch": "HQ"}, [1, 2]),
    ({"branch": "P"}, [2]),
    ({"branch": "nowhere"}, []),
    ({"tags": {"all": ["VIP"]}}, [1]),
    ({"tags": {"all": ["VIP", "OLD"]}}, []),
    ({"tags": {"any": ["VIP", "OLD"]}}, [1, 2]),
    ({"tags": {"none": ["VIP"]}}, [2, 3]),
    ({"tags": {"none": ["VIP", "OLD"]}}, [3]),
    ({"tags": {"any": ["OLD"], "none": ["VIP"]}}, [2]),
    ({"tags": {}}, [1, 2, 3]),
    ({"tags": {"all": [], "any": [], "none": []}}, [1, 2, 3]),
    ({"productLine": "MOTOR"}, [2]),
    ({"bornFrom": "1980-01-01"}, [1, 2]),
    ({"bornFrom": "1980-01-02"}, [2]),
    ({"bornTo": "1980-01-01"}, [1]),
    ({"document": {"type": "PASSPORT", "number": " e2"}}, [2]),
    ({"mobile": "+86 138-0013-8000"}, [1]),
    ({"updatedSince": "2026-11-22T10:00:00+08:00"}, [1, 2, 3]),
    ({"updatedSince": "2026-11-22T10:00:00.001+08:00"}, []),
    ({"kind": None, "status": None, "tags": None}, [1, 2, 3]),
]


def test_customers_are_filtered(crowd: Hub) -> None:
    for filter, found in FILTERS:
        assert numbers(crowd, **filter) == found, filter


MASKED: list[Any] = [
    {"mobile": "138****8000"},
    {"document": {"number": "110101********1234"}},
    {"branch": "*"},
    {"tags": {"any": ["V*"]}},
]


def test_a_masked_filter_is_refused(crowd: Hub) -> None:
    for filter in MASKED:
        assert crowd.ask(FILTERED, filter=filter).errors == [("INVALID", ["customers"])], filter


def test_a_list_in_a_filter_is_bounded(crowd: Hub) -> None:
    assert numbers(crowd, tags={"any": ["VIP"] * 200}) == [1]
    answer = crowd.ask(FILTERED, filter={"tags": {"any": ["VIP"] * 201}})
    assert answer.errors == [("LIMIT_EXCEEDED", ["customers"])]


NODES = """query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id
  ... on Customer { number } ... on Policy { product { code } } ... on Contact { subject }
  ... on Lead { title } ... on Tag { category } ... on Household { members { name } } } }"""


def test_anything_comes_back_by_its_id_in_its_place(hub: Hub, master: Master) -> None:
    with filling(master) as fill:
        me = fill.customer(1)
        ids = [
            f"h{fill.household('Home', (me, 'head'))}",
            f"t{fill.tag('VIP')}",
            "c99",
            f"l{fill.lead(me, 'a lead')}",
            f"i{fill.contact(me, 'a talk')}",
            "nonsense",
            f"p{fill.policy('P1', fill.product('TERM'))}",
            f"c{me}",
            f"d{fill.document(me, 'E1')}",
            f"c{me}",
        ]
    told = hub.get(NODES, ids=ids)["nodes"]
    kinds = [each and each["__typename"] for each in told]
    assert kinds == [
        "Household",
        "Tag",
        None,
        "Lead",
        "Contact",
        None,
        "Policy",
        "Customer",
        None,
        "Customer",
    ]
    assert [each["id"] for each in told if each] == [id for id, kind in zip(ids, kinds, strict=True) if kind]
    assert told[0]["members"] == [{"name": "Name 1"}]
    assert told[6]["product"] == {"code": "TERM"}
    one = hub.get("query ($id: ID!) { node(id: $id) { __typename id } }", id=ids[1])
    assert one == {"node": {"__typename": "Tag", "id": ids[1]}}


def test_nodes_takes_at_most_200(hub: Hub) -> None:
    assert hub.get(NODES, ids=["c1"] * 200)["nodes"] == [None] * 200
    assert hub.ask(NODES, ids=["c1"] * 201).errors == [("LIMIT_EXCEEDED", ["nodes"])]


def test_nodes_of_a_kind_take_one_statement(hub: Hub, master: Master, selects: list[str]) -> None:
    with filling(master) as fill:
        ids = [f"c{fill.customer(number)}" for number in range(1, 101)]
    selects.clear()
    assert len(hub.get(NODES, ids=ids)["nodes"]) == 100
    assert len(selects) == 1


def test_a_request_that_reads_nothing_opens_no_connection(hub: Hub, selects: list[str]) -> None:
    selects.clear()
    told = hub.get("{ viewer { name roles permissions masked refused branches { code } } }", role="AGENT")
    assert told["viewer"] == {
        "name": "tester",
        "roles": ["AGENT"],
        "permissions": [
            "contacts.write",
            "customers.write",
            "fragments",
            "leads.write",
            "read",
            "reveal",
            "tags.write",
        ],
        "masked": ["ContactPoint.value", "IdentityDocument.number"],
        "refused": [],
        "branches": None,
    }
    assert selects == []
    assert hub.master.engine.pool.checkedout() == 0


READS = [
    '{ customer(by: {id: "c1"}) { id } }',
    '{ customer(by: {number: "x"}) { id } }',
    "{ customers { nodes { id } } }",
    "{ searchCustomers { nodes { id } } }",
    '{ policy(by: {id: "p1"}) { id } }',
    "{ policies { totalCount } }",
    '{ tag(code: "VIP") { id } }',
    "{ tags { nodes { id } } }",
    '{ lead(id: "l1") { id } }',
    "{ leads { nodes { id } } }",
    "{ branches { code } }",
    "{ products { nodes { code } } }",
    '{ node(id: "c1") { id } }',
    '{ nodes(ids: ["c1"]) { id } }',
]


def test_nobody_reads_without_the_permission(hub: Hub) -> None:
    for document in READS:
        answer = hub.ask(document, "SECURITY")
        assert [code for code, _ in answer.errors] == ["FORBIDDEN"], document
        assert not any((answer.data or {}).values()), document
