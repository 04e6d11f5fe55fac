"""One masked value told in the clear: to whom, of what, and what is noted of it."""

import json
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from master.errors import TimedOut
from master.roles import Role, shipped_roles
from master.session import Master
from master.tables.access import AccessEntryRow, AccessSubjectRow
from master.tables.audit import AuditEntryRow
from master.tables.base import table
from master.tables.customers import CustomerBranchRow
from master.writes import reveals
from tests.conftest import NOW
from tests.schema.hub import Hub, filling

audit, entries, subjects = table(AuditEntryRow), table(AccessEntryRow), table(AccessSubjectRow)

REVEAL = """mutation ($customer: ID!, $field: String!, $reason: String!, $id: ID) {
  revealField(customer: $customer, field: $field, reason: $reason, id: $id) {
    value errors { code message path } } }"""
IDS = '{ customer(by: {id: "c1"}) { documents { id } contactPoints { id } } }'

ID_NUMBER, PASSPORT, MOBILE = "110101199003071233", "E12345678", "13800138000"


@pytest.fixture
def hub(master: Master) -> Hub:
    """张三 of CITY has two documents, one of them ended too, and a mobile; 李四 of TOWN a passport."""
    with filling(master) as fill:
        fill.token()
        head = fill.branch("HQ")
        for number, name, code in ((1, "张三", "CITY"), (2, "李四", "TOWN")):
            branch = fill.branch(code, head)
            fill.customer(number, name, branch_id=branch)
            belongs(fill, number, branch)
        fill.document(1, ID_NUMBER, "RESIDENT_ID")
        fill.document(1, PASSPORT)
        fill.document(1, "E00000001", ended_at=NOW)
        fill.document(2, "E99999999")
        fill.point(1, MOBILE)
    return Hub(master)


def belongs(fill: Any, customer: int, branch: int) -> None:
    fill.add(CustomerBranchRow, customer_id=customer, branch_id=branch, reason="HOME")


def reveal(
    hub: Hub,
    field: str = "ContactPoint.value",
    role: str | Role = "AGENT",
    branches: tuple[str, ...] | None = None,
    **given: Any,
) -> Any:
    asked = {"customer": "c1", "field": field, "reason": "The caller asks what we have.", **given}
    return hub.get(REVEAL, role, branches=branches, **asked)["revealField"]


def refused(told: Any) -> tuple[str, str, list[str] | None]:
    """Code, message and path of the one refusal."""
    assert told["value"] is None
    (error,) = told["errors"]
    return error["code"], error["message"], error["path"]


def noted(master: Master) -> tuple[list[Any], list[Any], list[int]]:
    """What the audit and the access log hold, and whom the log names."""
    with master.reading() as connection:
        return (
            list(connection.execute(select(audit)).all()),
            list(connection.execute(select(entries)).all()),
            list(connection.scalars(select(subjects.c.customer_id))),
        )


def test_a_value_is_told_once_and_noted_with_its_reason(hub: Hub, master: Master) -> None:
    assert reveal(hub) == {"value": MOBILE, "errors": []}
    audited, seen, whom = noted(master)
    (entry,) = audited
    assert (entry.action, entry.actor, entry.role, entry.customer_id) == (
        "customer.reveal",
        "token:t1",
        "AGENT",
        1,
    )
    assert (entry.reason, entry.request_id) == ("The caller asks what we have.", "r1")
    assert json.loads(entry.details) == {"field": "ContactPoint.value"}
    (access,) = seen
    assert (access.occasion, access.viewer, access.role, access.token_id) == (
        "REVEAL",
        "tester",
        "AGENT",
        "t1",
    )
    assert (access.field, access.reason, access.request_id) == (
        "ContactPoint.value",
        "The caller asks what we have.",
        "r1",
    )
    assert access.at == entry.at == NOW
    assert whom == [1]


def test_the_value_stands_in_no_note(hub: Hub, master: Master) -> None:
    reveal(hub)
    assert MOBILE not in str(noted(master))


def test_audit_and_access_log_are_written_together_or_not_at_all(
    hub: Hub, master: Master, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*given: Any) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(reveals, "note_accesses", failing)
    with pytest.raises(OSError, match="the disk is full"):
        reveal(hub)
    assert noted(master) == ([], [], [])


def test_of_several_documents_one_is_named(hub: Hub) -> None:
    field = "IdentityDocument.number"
    assert refused(reveal(hub, field)) == (
        "AMBIGUOUS", "The customer has several of these: say which one by id.", ["id"],
    )  # fmt: skip
    documents = hub.get(IDS)["customer"]["documents"]
    told = [reveal(hub, field, id=each["id"]) for each in documents]
    assert sorted(each["value"] for each in told) == [ID_NUMBER, PASSPORT]


def test_each_kind_of_value_is_told(hub: Hub) -> None:
    assert reveal(hub, "Customer.name")["value"] == "张三"
    point = hub.get(IDS)["customer"]["contactPoints"][0]["id"]
    assert reveal(hub, "ContactPoint.value", id=point)["value"] == MOBILE
    assert reveal(hub, "IdentityDocument.number", customer="c2")["value"] == "E99999999"


def test_what_is_not_this_customer_s_is_not_found(hub: Hub) -> None:
    gone = ("NOT_FOUND", "The customer does not have this, or no longer.", ["id"])
    field = "IdentityDocument.number"
    others = hub.get('{ customer(by: {id: "c2"}) { documents { id } } }')["customer"]["documents"][0]["id"]
    point = hub.get(IDS)["customer"]["contactPoints"][0]["id"]
    ended = others.replace("4", "3")
    assert (others, ended) == ("d4", "d3")
    for id in (others, ended, point, "c1", "d99", "x", ""):
        assert refused(reveal(hub, field, id=id)) == gone, id
    assert refused(reveal(hub, "ContactPoint.value", customer="c2")) == gone


def test_who_is_not_there_or_out_of_sight_is_not_found(hub: Hub) -> None:
    nobody = ("NOT_FOUND", "There is no customer with this id.", ["customer"])
    for customer in ("c99", "x", "d1"):
        assert refused(reveal(hub, customer=customer)) == nobody, customer
    assert reveal(hub, branches=("CITY",))["value"] == MOBILE
    assert refused(reveal(hub, branches=("TOWN",))) == nobody


def test_fields_that_can_not_be_revealed_are_told_with_those_that_can(hub: Hub) -> None:
    for field in ("Customer.birthDate", "Contact.notes", "number", ""):
        assert refused(reveal(hub, field)) == (
            "INVALID",
            "This can not be revealed. Fields: Customer.name, IdentityDocument.number, ContactPoint.value.",
            ["field"],
        )


def test_a_master_that_can_not_be_written_tells_nothing(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    def late(*given: Any, **named: Any) -> None:
        raise TimedOut("Others are changing this.")

    monkeypatch.setattr(reveals, "note", late)
    told = hub.ask(REVEAL, "AGENT", customer="c1", field="Customer.name", reason="asked")
    assert told.data == {"revealField": None}
    assert told.errors == [("TIMEOUT", ["revealField"])]


@pytest.mark.parametrize("reason", ["", "   ", "\n", "a*b", "x" * 501])
def test_without_a_plain_reason_nothing_is_told(hub: Hub, master: Master, reason: str) -> None:
    code, _, path = refused(reveal(hub, reason=reason))
    assert (code, path) == ("INVALID", ["reason"])
    assert noted(master) == ([], [], [])


def test_who_may_not_reveal_is_refused_before_anything_is_looked_for(hub: Hub, master: Master) -> None:
    for role in ("MARKETER", "PARTNER", "AUDITOR", "SECURITY"):
        for customer in ("c1", "c99"):
            assert refused(reveal(hub, role=role, customer=customer)) == (
                "FORBIDDEN", f"The role {role} may not do this: it lacks the permission reveal.", None,
            )  # fmt: skip
    assert noted(master) == ([], [], [])


def test_what_a_role_may_not_see_it_may_not_reveal(hub: Hub, master: Master) -> None:
    agent = shipped_roles()["AGENT"]
    blind = replace(agent, masked=frozenset(["document"]), refused=frozenset(["contact"]))
    assert refused(reveal(hub, role=blind)) == (
        "FORBIDDEN", "The role AGENT may not see this field.", ["field"],
    )  # fmt: skip
    assert noted(master) == ([], [], [])
