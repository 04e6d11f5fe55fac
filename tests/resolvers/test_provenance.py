"""Where values come from, and pins, as callers see them."""

from datetime import date
from typing import Any

import pytest

from master.errors import Conflict
from master.session import Master
from master.tables.codes import DocumentType, Gender
from master.writes.inputs import GivenDocument
from master.writes.source_systems import choose_on, trust_source
from matching.survive import Group
from tests.conftest import TESTER, SetTime
from tests.master.merging.saying import put
from tests.master.merging.town import merge
from tests.resolvers.commanding import UPDATE, codes
from tests.resolvers.merging import version_of
from tests.resolvers.test_submissions import outcomes, record, submit
from tests.schema.hub import Hub

ID = "11010519491231002X"
PROVENANCE = """query ($id: ID!) { customer(by: {id: $id}) { name provenance {
  field value stands reason source sourceKey by why knownAt trueAt until trust verified pinned key } } }"""
PIN = """mutation ($input: PinValueInput!) { pinValue(input: $input) {
  customer { name version provenance { field value stands reason pinned why by } } freshness
  errors { code message path } } }"""
TWICE = """mutation ($first: UpdateCustomerInput!, $second: PinValueInput!) {
  updateCustomer(input: $first) { customer { provenance { field } } errors { code } }
  pinValue(input: $second) { customer { name provenance { field value stands reason } } errors { code } } }"""
UNPIN = """mutation ($input: UnpinValueInput!) { unpinValue(input: $input) {
  customer { name provenance { field value stands reason } } errors { code path } } }"""


def told(hub: Hub, field: str, role: str = "ADMIN", *names: str) -> list[tuple[Any, ...]]:
    """These of what is told of a field of the customer c1."""
    values = hub.get(PROVENANCE, role, id="c1")["customer"]["provenance"]
    return [tuple(each[name] for name in names) for each in values if each["field"] == field]


def pin(hub: Hub, document: str = PIN, **given: Any) -> Any:
    wanted = {"customer": "c1", "version": version_of(hub, "c1"), "reason": "as on the passport", **given}
    (payload,) = hub.get(document, "STEWARD", input=wanted).values()
    return payload


def spoken(master: Master, time: SetTime) -> None:
    """One customer of whom CORE and CRM say different things, and both a mobile."""
    one = put(master, "CORE", "A", name="张三", gender=Gender.MALE, mobiles=["13800138000"])
    time.forward(minutes=1)
    other = put(master, "CRM", "B", name="张珊", mobiles=["13800138000"])
    time.forward(minutes=1)
    merge(master, one, other)
    time.forward(minutes=1)


def test_every_value_is_told_with_who_says_it_and_by_what_it_stands(
    hub: Hub, master: Master, time: SetTime
) -> None:
    spoken(master, time)
    names = ("value", "stands", "reason", "source", "sourceKey", "knownAt", "trust", "until")
    assert told(hub, "NAME", "ADMIN", *names) == [
        ("张三", True, "OWN", "CORE", "A", "2026-11-22T02:00:00.000Z", 0, None),
        ("张珊", False, "OWN", "CRM", "B", "2026-11-22T02:01:00.000Z", 0, None),
    ]
    assert told(hub, "GENDER", "ADMIN", *names[:4]) == [("MALE", True, "ALONE", "CORE")]
    put(master, "CRM", "B", name="张三", mobiles=["13900139000"])
    assert told(hub, "NAME", "ADMIN", *names) == [
        ("张三", True, "ALONE", "CRM", "B", "2026-11-22T02:03:00.000Z", 0, None),
        ("张三", True, "SAME", "CORE", "A", "2026-11-22T02:00:00.000Z", 0, None),
        ("张珊", False, "WITHDRAWN", "CRM", "B", "2026-11-22T02:01:00.000Z", 0, "2026-11-22T02:03:00.000Z"),
    ]
    assert sorted(told(hub, "MOBILE", "ADMIN", "value", "stands", "reason", "source")) == [
        ("13800138000", True, "LISTED", "CORE"),
        ("13900139000", True, "LISTED", "CRM"),
    ]


def test_ranks_documents_and_corrections_are_told_as_reasons(hub: Hub, master: Master, time: SetTime) -> None:
    spoken(master, time)
    with master.transaction(TESTER) as tx:
        trust_source(tx, "CRM", 5, Group.NAMES)
    with master.transaction(TESTER) as tx:
        choose_on(tx)
    names = ("value", "stands", "reason", "source", "trust")
    assert told(hub, "NAME", "ADMIN", *names) == [
        ("张珊", True, "TRUSTED", "CRM", 5),
        ("张三", False, "TRUSTED", "CORE", 0),
    ]
    resident = (GivenDocument(DocumentType.RESIDENT_ID, ID),)
    put(master, "CORE", "A", documents=resident, birth_date=date(1949, 12, 31), mobiles=["13800138000"])
    time.forward(minutes=1)
    put(master, "CRM", "B", birth_date=date(1950, 1, 1), mobiles=["13800138000"])
    assert told(hub, "BIRTH_DATE", "ADMIN", "value", "stands", "reason", "verified") == [
        ("1949-12-31", True, "VERIFIED", True),
        ("1950-01-01", False, "VERIFIED", False),
    ]
    time.forward(minutes=1)
    given = {"id": "c1", "version": version_of(hub, "c1"), "name": "张三丰", "reason": "he came by"}
    assert hub.get(UPDATE, "ADMIN", input=given)["updateCustomer"]["errors"] == []
    assert told(hub, "NAME", "ADMIN", "value", "stands", "reason", "source", "by", "why") == [
        ("张三丰", True, "CORRECTED", None, "tester", "he came by"),
        ("张珊", False, "CORRECTED", "CRM", None, None),
        ("张三", False, "CORRECTED", "CORE", None, None),
    ]


def test_a_pinned_value_is_told_with_its_reason_and_is_released(
    hub: Hub, master: Master, time: SetTime
) -> None:
    spoken(master, time)
    [(key,)] = [(key,) for value, key in told(hub, "NAME", "ADMIN", "value", "key") if value == "张珊"]
    done = pin(hub, field="NAME", value=key)
    assert (done["errors"], done["customer"]["name"], done["freshness"] is not None) == ([], "张珊", True)
    first = done["customer"]["provenance"][0]
    assert first == {
        "field": "NAME", "value": "张珊", "stands": True, "reason": "PINNED", "pinned": True,
        "why": "as on the passport", "by": "tester",
    }  # fmt: skip
    time.forward(minutes=1)
    put(master, "CORE", "A", name="张叁", mobiles=[])
    assert hub.get(PROVENANCE, id="c1")["customer"]["name"] == "张珊"
    given = {"id": "c1", "version": version_of(hub, "c1"), "name": "张三丰"}
    assert codes(hub.get(UPDATE, "ADMIN", input=given)["updateCustomer"]) == [("CONFLICT", ["name"])]
    released = pin(hub, UNPIN, field="NAME")
    assert (released["errors"], released["customer"]["name"]) == ([], "张叁")


@pytest.mark.parametrize(
    ("given", "refused"),
    [
        ({"field": "MOBILE"}, ("INVALID", ["field"])),
        ({"field": "NAME", "value": "r99"}, ("NOT_FOUND", ["value"])),
        ({"field": "NAME", "version": 99}, ("CONFLICT", ["version"])),
        ({"field": "NAME", "customer": "c99"}, ("NOT_FOUND", ["customer"])),
        ({"field": "NAME", "reason": " "}, ("INVALID", ["reason"])),
    ],
)
def test_what_can_not_be_pinned_is_refused(
    hub: Hub, master: Master, time: SetTime, given: dict[str, Any], refused: tuple[str, Any]
) -> None:
    spoken(master, time)
    assert codes(pin(hub, **given)) == [refused]


def test_who_may_not_ask_for_a_field_is_not_told_of_its_values(
    hub: Hub, master: Master, time: SetTime
) -> None:
    spoken(master, time)
    put(master, "CORE", "A", birth_date=date(1949, 12, 31))
    without = PROVENANCE.replace(" why", "")
    fields = {
        role: {each["field"] for each in hub.get(without, role, id="c1")["customer"]["provenance"]}
        for role in ("MARKETER", "AGENT")
    }
    assert fields["AGENT"] - fields["MARKETER"] == {"BIRTH_DATE"}
    assert {value for (value,) in told(hub, "MOBILE", "AGENT", "value")} == {"138****8000"}


def test_a_value_of_nobody_knows_whose_hand_can_be_pinned_and_comes_back(
    hub: Hub, master: Master, time: SetTime
) -> None:
    created = hub.get(
        'mutation { createCustomer(input: {name: "张三"}) { customer { id } errors { code } } }'
    )["createCustomer"]
    assert created == {"customer": {"id": "c1"}, "errors": []}
    assert told(hub, "NAME", "ADMIN", "value", "reason", "by", "key") == [("张三", "ALONE", None, None)]
    assert pin(hub, field="NAME")["errors"] == []
    assert pin(hub, UNPIN, field="NAME")["customer"]["name"] == "张三"


def test_values_of_many_customers_are_read_at_once(
    hub: Hub, master: Master, time: SetTime, selects: list[str]
) -> None:
    for n in range(3):
        put(master, "CORE", f"A{n}", name="张三")
    del selects[:]
    answer = hub.get("{ customers { nodes { provenance { value } } } }")["customers"]["nodes"]
    assert (len(answer), len(selects)) == (3, 12)


def test_a_pin_of_a_value_that_somebody_changed_meanwhile_is_a_conflict(
    hub: Hub, master: Master, time: SetTime
) -> None:
    spoken(master, time)
    payload = pin(hub, field="NAME", version=1 + version_of(hub, "c1"))
    assert codes(payload) == [(Conflict.code, ["version"])]
    assert payload["customer"]["name"] == "张三"


def test_after_a_second_change_in_one_request_its_own_values_are_told(
    hub: Hub, master: Master, time: SetTime
) -> None:
    spoken(master, time)
    [key] = [key for value, key in told(hub, "NAME", "ADMIN", "value", "key") if value == "张珊"]
    version = version_of(hub, "c1")
    first = {"id": "c1", "version": version, "gender": "FEMALE"}
    second = {"customer": "c1", "version": version + 1, "field": "NAME", "value": key, "reason": "passport"}
    payload = hub.get(TWICE, "STEWARD", first=first, second=second)["pinValue"]
    assert (payload["errors"], payload["customer"]["name"]) == ([], "张珊")
    assert next(each for each in payload["customer"]["provenance"] if each["stands"]) == {
        "field": "NAME", "value": "张珊", "stands": True, "reason": "PINNED",
    }  # fmt: skip


def test_of_what_a_record_has_said_the_last_states_are_told(
    hub: Hub, master: Master, time: SetTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("master.reads.provenance.MOST_STATES", 2)
    for name in ("张三", "张叁", "张山", "张姗"):
        put(master, "CORE", "A", name=name, mobiles=["13800138000"])
        time.forward(minutes=1)
    assert told(hub, "NAME", "ADMIN", "value", "reason", "knownAt") == [
        ("张姗", "ALONE", "2026-11-22T02:03:00.000Z"),
        ("张山", "WITHDRAWN", "2026-11-22T02:02:00.000Z"),
        ("张叁", "WITHDRAWN", "2026-11-22T02:01:00.000Z"),
    ]
    assert told(hub, "MOBILE", "ADMIN", "value", "source", "knownAt") == [
        ("13800138000", "CORE", "2026-11-22T02:01:00.000Z")
    ]


def test_that_a_customer_is_a_person_unless_somebody_says_otherwise_was_said_by_nobody(
    hub: Hub, master: Master, time: SetTime
) -> None:
    put(master, "CORE", "A", name="张三", birth_date=date(1980, 1, 31), mobiles=["13800138000"])
    time.forward(minutes=1)
    mobile = [{"kind": "MOBILE", "value": "13800138000"}]
    same = record("B", "张三", birthDate="1980-01-31", kind="PERSON", contactPoints=mobile)
    assert outcomes(submit(hub, same)) == [("LINKED", "1")]
    names = ("value", "stands", "reason", "sourceKey")
    assert told(hub, "KIND", "ADMIN", *names) == [("PERSON", True, "ALONE", "B")]
