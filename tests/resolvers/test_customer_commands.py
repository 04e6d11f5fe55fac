"""Customers made, changed and put: what is refused, and what is told."""

from typing import Any

from master.session import Master
from tests.resolvers.commanding import CREATE, PUT, UPDATE, codes, count, create
from tests.schema.hub import Hub

FULL = {
    "name": "张三",
    "birthDate": "1990-03-07",
    "branch": "HQ",
    "documents": [{"number": "11010119900307803X"}],
    "contactPoints": [{"kind": "MOBILE", "value": "13800138000", "preferred": True}],
}


def test_a_customer_is_made_and_read_back(ready: Hub) -> None:
    payload = create(ready, **FULL)
    assert payload["errors"] == []
    assert payload["customer"] == {
        "id": "c1",
        "number": "C000000001",
        "name": "张三",
        "kind": "PERSON",
        "status": "PROSPECT",
        "gender": "MALE",
        "birthDate": "1990-03-07",
        "branch": {"code": "HQ"},
        "version": 1,
        "documents": [{"id": "d1", "number": "110101********803X", "primary": True}],
        "contactPoints": [{"id": "k1", "kind": "MOBILE", "value": "138****8000", "preferred": True}],
    }
    assert payload["freshness"] == "c1:1"
    assert payload["candidates"] == []


def test_a_duplicate_is_refused_with_who_it_may_be(ready: Hub, master: Master) -> None:
    create(ready, **FULL)
    create(ready, name="李四", contactPoints=[{"kind": "MOBILE", "value": "13900139000"}])
    again = {**FULL, "name": "Zhang San", "contactPoints": [{"kind": "MOBILE", "value": "139 0013 9000"}]}
    payload = create(ready, **again)
    assert codes(payload) == [("DUPLICATE", None)]
    assert (payload["customer"], payload["freshness"]) == (None, None)
    assert [(each["customer"]["number"], each["verdict"]) for each in payload["candidates"]] == [
        ("C000000001", "SAME"),
        ("C000000002", "DIFFERENT"),
    ]
    assert count(master) == 2
    assert create(ready, **again, duplicateReason="His son's passport")["errors"] == []
    assert count(master) == 3


def test_the_same_key_makes_one_customer(ready: Hub, master: Master) -> None:
    one = create(ready, name="张三", idempotencyKey="k")
    again = create(ready, name="张三", idempotencyKey="k")
    assert one["customer"]["id"] == again["customer"]["id"]
    other = create(ready, name="李四", idempotencyKey="k")
    assert (codes(other), other["customer"]) == ([("CONFLICT", ["idempotencyKey"])], None)
    assert count(master) == 1


WRONG: list[tuple[Any, list[str]]] = [
    ({"name": " "}, ["name"]),
    ({"name": "张*"}, ["name"]),
    ({"name": "A", "documents": [{"number": "110101********1234"}]}, ["documents", "0", "number"]),
    ({"name": "A", "documents": [{"number": "110101199003078031"}]}, ["documents", "0", "number"]),
    (
        {"name": "A", "contactPoints": [{"kind": "MOBILE", "value": "138****8000"}]},
        ["contactPoints", "0", "value"],
    ),
    ({"name": "A", "birthDate": "2099-01-01"}, ["birthDate"]),
]


def test_what_may_not_stand_is_refused_with_its_field(ready: Hub, master: Master) -> None:
    for input, path in WRONG:
        payload = create(ready, **input)
        assert codes(payload) == [("INVALID", path)], input
        assert payload["customer"] is None
    assert count(master) == 0


def test_a_customer_is_changed_field_by_field(ready: Hub) -> None:
    create(ready, **FULL)
    changed = {
        "id": "c1",
        "version": 1,
        "name": "张山",
        "branch": None,
        "addDocuments": [{"type": "PASSPORT", "number": "E12345678", "primary": False}],
        "removeDocuments": ["d1"],
        "addContactPoints": [{"kind": "MOBILE", "value": "13900139000"}],
        "reason": "Called to correct it",
    }
    payload = ready.get(UPDATE, input=changed)["updateCustomer"]
    assert payload["errors"] == []
    assert payload["customer"] == {
        "name": "张山",
        "gender": "MALE",
        "birthDate": "1990-03-07",
        "version": 2,
        "branch": None,
        "documents": [{"id": "d2", "number": "E12345678"}],
        "contactPoints": [
            {"id": "k1", "value": "13800138000", "preferred": True},
            {"id": "k2", "value": "13900139000", "preferred": False},
        ],
    }
    assert payload["freshness"] == "c1:2"
    preferred = {"id": "c1", "version": 2, "preferContactPoint": "k2", "removeContactPoints": ["k1"]}
    payload = ready.get(UPDATE, input=preferred)["updateCustomer"]
    assert payload["errors"] == []
    assert payload["customer"]["contactPoints"] == [{"id": "k2", "value": "13900139000", "preferred": True}]


def test_a_lost_update_is_refused_with_the_present_state(ready: Hub) -> None:
    create(ready, **FULL)
    ready.get(UPDATE, input={"id": "c1", "version": 1, "name": "First"})
    payload = ready.get(UPDATE, input={"id": "c1", "version": 1, "name": "Second"})["updateCustomer"]
    assert codes(payload) == [("CONFLICT", ["version"])]
    assert (payload["customer"]["name"], payload["customer"]["version"]) == ("First", 2)
    assert payload["freshness"] is None


NOWHERE: list[tuple[Any, list[str]]] = [
    ({"id": "c9"}, ["id"]),
    ({"id": "p1"}, ["id"]),
    ({"id": "c" + "9" * 30}, ["id"]),
    ({"id": "c1", "removeDocuments": ["d1", "k1"]}, ["removeDocuments", "1"]),
    ({"id": "c1", "preferContactPoint": "x"}, ["preferContactPoint"]),
    ({"id": "c1", "branch": "nowhere"}, ["branch"]),
]


def test_what_is_not_there_is_not_found(ready: Hub) -> None:
    create(ready, **FULL)
    for input, path in NOWHERE:
        payload = ready.get(UPDATE, input={"version": 1, **input})["updateCustomer"]
        assert codes(payload) == [("NOT_FOUND", path)], input
        assert payload["customer"] is None


def test_a_source_puts_its_customer_again_and_again(ready: Hub, master: Master) -> None:
    key = {"source": "partner", "key": "7"}
    first = {
        "sourceKey": key,
        "name": "王五",
        "documents": [{"number": "110101199003078031"}],
        "contactPoints": [{"kind": "MOBILE", "value": "13800138000"}],
    }
    payload = ready.get(PUT, "PARTNER", input=first)["putCustomer"]
    assert payload["errors"] == []
    made = payload["customer"]
    assert made["sources"] == [key]
    assert made["documents"][0]["doubt"]
    payload = ready.get(PUT, "PARTNER", input={"sourceKey": key, "name": "王六", "contactPoints": []})[
        "putCustomer"
    ]
    assert payload["errors"] == []
    changed = payload["customer"]
    assert (changed["id"], changed["name"], changed["contactPoints"]) == (made["id"], "王六", [])
    assert changed["documents"] == made["documents"]
    assert count(master) == 1


def test_a_source_may_not_put_masked_values(ready: Hub, master: Master) -> None:
    key = {"source": "partner", "key": "7"}
    masked: list[tuple[Any, list[str]]] = [
        ({"name": "王*"}, ["name"]),
        ({"name": "A", "documents": [{"number": "110101********1234"}]}, ["documents", "0", "number"]),
        (
            {"name": "A", "contactPoints": [{"kind": "MOBILE", "value": "138****8000"}]},
            ["contactPoints", "0", "value"],
        ),
    ]
    for input, path in masked:
        payload = ready.get(PUT, "PARTNER", input={"sourceKey": key, **input})["putCustomer"]
        assert codes(payload) == [("INVALID", path)], input
    assert count(master) == 0


def test_lists_are_bounded(ready: Hub, master: Master) -> None:
    points = [{"kind": "EMAIL", "value": f"a{number}@example.com"} for number in range(201)]
    assert create(ready, name="A", contactPoints=points[:200])["errors"] == []
    answer = ready.ask(CREATE, input={"name": "B", "contactPoints": points})
    assert (answer.data, answer.errors) == (
        {"createCustomer": None},
        [("LIMIT_EXCEEDED", ["createCustomer"])],
    )
    assert answer.input_paths == [["input", "contactPoints"]]
    for field, many in (("addContactPoints", points), ("addDocuments", [{"number": "1"}] * 201)):
        answer = ready.ask(UPDATE, input={"id": "c1", "version": 1, field: many})
        assert answer.errors == [("LIMIT_EXCEEDED", ["updateCustomer"])]
        assert answer.input_paths == [["input", field]]
    assert count(master) == 1
