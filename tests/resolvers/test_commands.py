"""Tags, contacts and leads by command; who may command, and what comes one after the other."""

from typing import Any

from master.session import Master
from tests.resolvers.commanding import (
    CHANGE_LEAD,
    CREATE,
    LEAD,
    PUT,
    RECORD,
    TAG,
    UNTAG,
    UPDATE,
    codes,
    count,
    create,
)
from tests.schema.hub import Hub


def test_tags_are_given_and_taken(ready: Hub) -> None:
    create(ready, name="A")
    given = ready.get(TAG, "MARKETER", id="c1", tag="VIP", at="2027-01-01T00:00:00Z")["tagCustomer"]
    told = {"tag": {"code": "VIP"}, "source": "MANUAL", "expiresAt": "2027-01-01T00:00:00.000Z"}
    assert given == {"customer": {"tags": [told]}, "freshness": "c1:2", "errors": []}
    assert ready.get(UNTAG, id="c1", tag="VIP")["untagCustomer"] == {"customer": {"tags": []}, "errors": []}


def test_a_tag_that_can_not_be_given_is_refused(ready: Hub) -> None:
    create(ready, name="A")
    refused: list[tuple[Any, Any]] = [
        ({"id": "c1", "tag": "NONE"}, ("NOT_FOUND", ["tag"])),
        ({"id": "c2", "tag": "VIP"}, ("NOT_FOUND", ["customer"])),
        ({"id": "x", "tag": "VIP"}, ("NOT_FOUND", ["customer"])),
        ({"id": "c1", "tag": "VIP", "at": "2020-01-01T00:00:00Z"}, ("INVALID", ["expiresAt"])),
    ]
    for variables, error in refused:
        assert codes(ready.get(TAG, **variables)["tagCustomer"]) == [error]


def test_a_masked_code_or_key_is_refused(ready: Hub) -> None:
    create(ready, name="A")
    lead, talk = (
        {"customer": "c1", "title": "Life"},
        {"customer": "c1", "channel": "CALL", "direction": "INBOUND"},
    )
    masked: list[tuple[str, Any, list[str]]] = [
        (TAG, {"id": "c1", "tag": "V*P"}, ["tag"]),
        (UNTAG, {"id": "c1", "tag": "V＊P"}, ["tag"]),
        (LEAD, {"input": {**lead, "owner": "A*"}}, ["owner"]),
        (LEAD, {"input": {**lead, "product": "T**M"}}, ["product"]),
        (LEAD, {"input": {**lead, "idempotencyKey": "1*"}}, ["idempotencyKey"]),
        (RECORD, {"input": {**talk, "subject": "A", "idempotencyKey": "*"}}, ["idempotencyKey"]),
        (CREATE, {"input": {"name": "B", "branch": "H*"}}, ["branch"]),
        (CREATE, {"input": {"name": "B", "idempotencyKey": "*1"}}, ["idempotencyKey"]),
    ]
    for document, variables, path in masked:
        (payload,) = ready.get(document, **variables).values()
        assert codes(payload) == [("INVALID", path)], variables


def test_a_contact_is_recorded_once(ready: Hub) -> None:
    create(ready, name="A")
    talk = {
        "customer": "c1",
        "channel": "CALL",
        "direction": "INBOUND",
        "subject": "A quote",
        "notes": "Twice",
    }
    for _ in range(2):
        payload = ready.get(RECORD, "PARTNER", input={**talk, "idempotencyKey": "1"})["recordContact"]
        assert payload["errors"] == []
        assert payload["contact"] == {
            "id": "i1",
            "subject": "A quote",
            "occurredAt": "2026-11-22T02:00:00.000Z",
            "notes": "Twice",
            "customer": {"number": "C000000001", "contacts": {"totalCount": 1}},
        }
        assert payload["freshness"] == "c1:2"
    missing = ready.get(RECORD, input={**talk, "customer": "c2"})["recordContact"]
    assert (codes(missing), missing["contact"]) == ([("NOT_FOUND", ["customer"])], None)


def test_a_lead_is_made_and_changed(ready: Hub) -> None:
    create(ready, name="A")
    wish = {
        "customer": "c1",
        "title": "Life",
        "product": "TERM",
        "owner": "A1",
        "expectedPremium": {"amount": "1200.5"},
        "dueAt": "2026-12-01T09:00:00+08:00",
    }
    payload = ready.get(LEAD, input=wish)["createLead"]
    assert payload["errors"] == []
    premium = {"amount": "1200.50", "currency": "CNY"}
    assert payload["lead"] == {
        "id": "l1",
        "title": "Life",
        "stage": "ASSIGNED",
        "version": 1,
        "owner": {"code": "A1"},
        "product": {"code": "TERM"},
        "expectedPremium": premium,
        "dueAt": "2026-12-01T01:00:00.000Z",
    }
    assert payload["freshness"].startswith("c1:")
    change = {"id": "l1", "version": 1, "stage": "QUOTED", "owner": None, "score": 0.75, "dueAt": None}
    payload = ready.get(CHANGE_LEAD, input=change)["updateLead"]
    assert payload["errors"] == []
    changed = {"stage": "QUOTED", "version": 2, "owner": None, "score": 0.75, "dueAt": None}
    assert payload["lead"] == {**changed, "expectedPremium": premium}
    lost = ready.get(CHANGE_LEAD, input=change)["updateLead"]
    assert (codes(lost), lost["lead"]["version"]) == ([("CONFLICT", ["version"])], 2)
    gone = ready.get(CHANGE_LEAD, input={"id": "c1", "version": 0})["updateLead"]
    assert (codes(gone), gone["lead"]) == ([("NOT_FOUND", ["id"])], None)


def test_several_commands_see_what_those_before_them_did(ready: Hub) -> None:
    document = """mutation {
      a: createCustomer(input: {name: "A"}) { customer { number } }
      b: tagCustomer(customer: "c1", tag: "VIP") { customer { tags { tag { code } } } }
      c: untagCustomer(customer: "c1", tag: "VIP") { customer { tags { tag { code } } } }
      d: createCustomer(input: {name: "B"}) { customer { number tags { tag { code } } } }
    }"""
    assert ready.get(document) == {
        "a": {"customer": {"number": "C000000001"}},
        "b": {"customer": {"tags": [{"tag": {"code": "VIP"}}]}},
        "c": {"customer": {"tags": []}},
        "d": {"customer": {"number": "C000000002", "tags": []}},
    }


WITHOUT: list[tuple[str, str, Any]] = [
    ("MARKETER", CREATE, {"input": {"name": "A"}}),
    ("MARKETER", UPDATE, {"input": {"id": "c1", "version": 1}}),
    ("AGENT", PUT, {"input": {"name": "A", "sourceKey": {"source": "s", "key": "k"}}}),
    ("PARTNER", TAG, {"id": "c1", "tag": "VIP"}),
    ("AUDITOR", UNTAG, {"id": "c1", "tag": "VIP"}),
    (
        "MARKETER",
        RECORD,
        {"input": {"customer": "c1", "channel": "CALL", "direction": "INBOUND", "subject": "A"}},
    ),
    ("AUDITOR", LEAD, {"input": {"customer": "c1", "title": "A"}}),
    ("AUDITOR", CHANGE_LEAD, {"input": {"id": "l1", "version": 0}}),
]


def test_nobody_commands_without_the_permission(ready: Hub, master: Master) -> None:
    for role, document, variables in WITHOUT:
        (payload,) = ready.get(document, role, **variables).values()
        assert codes(payload) == [("FORBIDDEN", None)], document
    assert count(master) == 0
