"""Cursors and errors tell nothing: neither those of somebody else, nor those of what went wrong inside."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import delete, insert, text

from master.tables.base import table
from master.tables.changes import IndexQueueRow
from tests.conftest import TESTER
from tests.leaks.expecting import hidden, leaked
from tests.leaks.opening import Hub

queue = table(IndexQueueRow)

# By each list: a document that reads it on.
LISTS = {
    "customers": "customers(first: 1, after: $after) { pageInfo { endCursor } }",
    "customers by name": (
        "customers(first: 1, orderBy: {field: NAME}, after: $after) { pageInfo { endCursor } }"
    ),
    "policies": "policies(first: 1, after: $after) { pageInfo { endCursor } }",
    "leads": "leads(first: 1, after: $after) { pageInfo { endCursor } }",
    "tags": "tags(first: 1, after: $after) { pageInfo { endCursor } }",
    "searchCustomers": 'searchCustomers(query: "1380", first: 1, after: $after) { pageInfo { endCursor } }',
    "policies of a customer": (
        'customer(by: {id: "c1"}) { policies(first: 1, after: $after) { pageInfo { endCursor } } }'
    ),
}


def end_cursor(told: Any) -> str:
    """Of the one list in an answer."""
    while "endCursor" not in told:
        [told] = told.values()
    cursor = told["endCursor"]
    assert isinstance(cursor, str)
    return cursor


@pytest.mark.parametrize("name", LISTS)
def test_a_cursor_is_good_for_who_was_given_it_only(hub: Hub, name: str) -> None:
    asked = f"query ($after: String) {{ {LISTS[name]} }}"
    mine = end_cursor(hub.get(asked, "AGENT"))
    hub.get(asked, "AGENT", after=mine)
    changed = ("B" if mine[0] == "A" else "A") + mine[1:]
    answers = {
        hub.ask(asked, role, branches, after=cursor).alike
        for role, branches, cursor in (
            ("AGENT", None, mine),
            ("ADMIN", ("HQ",), mine),
            ("AGENT", ("EAST",), mine),
            ("AGENT", ("HQ",), changed),
            ("AGENT", ("HQ",), "c1"),
        )
    }
    [answer] = answers
    assert '"code":"INVALID"' in answer


@pytest.mark.parametrize("role", ["AGENT", "ALL_FOUND", "ADMIN"])
def test_a_refusal_holds_no_value_of_the_hub(hub: Hub, role: str) -> None:
    alice, wendy = hub.filled.alice, hub.filled.wendy
    mobile = alice.first("ContactPoint.value")
    given = f'name: "Newcomer", contactPoints: [{{kind: MOBILE, value: "{mobile}"}}]'
    told = "{ errors { code message } }"
    failing = {
        'customer(by: {document: {type: PASSPORT, number: "E99990001"}}) { id }': "AMBIGUOUS",
        'policy(by: {number: "SHARED-20260001"}) { id }': "AMBIGUOUS",
        'customers(filter: {mobile: "1380****"}) { totalCount }': "INVALID",
        "customers(first: 0) { totalCount }": "INVALID",
        "customers(first: 100000) { totalCount }": "LIMIT_EXCEEDED",
        f'updateCustomer(input: {{id: "{alice.ids["c"]}", version: 99}}) {told}': "CONFLICT",
        f"createCustomer(input: {{{given}}}) {told}": "DUPLICATE",
        f'updateLead(input: {{id: "{wendy.ids["l"]}", version: 99}}) {told}': "CONFLICT",
    }
    marks = {mark for person in hub.filled.everybody for values in person.values.values() for mark in values}
    for asked, code in failing.items():
        operation = "mutation" if "(input" in asked else "query"
        answer = hub.ask(f"{operation} {{ {asked} }}", role)
        assert f'"code":"{code}"' in answer.text, answer.text
        assert leaked(answer.text, marks) == [], asked


def test_a_wrong_number_is_refused_without_being_repeated(hub: Hub) -> None:
    wrong = {
        "documents": '{number: "110101199003071231"}',
        "contactPoints": '{kind: MOBILE, value: "1380013"}',
    }
    for field, value in wrong.items():
        asked = f'createCustomer(input: {{name: "Newcomer", branch: "EAST1", {field}: [{value}]}})'
        answer = hub.ask(f"mutation {{ {asked} {{ errors {{ code message path }} }} }}", "AGENT", ("EAST",))
        assert '"code":"INVALID"' in answer.text
        assert "1101011990" not in answer.text
        assert "1380013" not in answer.text


@contextmanager
def unreadable(hub: Hub) -> Iterator[None]:
    """While a number of zeb's can not be opened: what is stored is not what was sealed."""
    its = {"id": int(hub.filled.zeb.ids["d"][1:])}
    look = text("SELECT number FROM identity_documents WHERE id = :id")
    change = text("UPDATE identity_documents SET number = :number WHERE id = :id")
    with hub.master.transaction(TESTER) as tx:
        before = bytes(tx.connection.execute(look, its).scalar_one())
        tx.connection.execute(change, {"number": before[::-1], **its})
    try:
        yield
    finally:
        with hub.master.transaction(TESTER) as tx:
            tx.connection.execute(change, {"number": before, **its})


@pytest.mark.parametrize("role", ["ADMIN", "ALL_MASKED"])
def test_what_goes_wrong_inside_tells_nothing(hub: Hub, role: str) -> None:
    zeb = hub.filled.zeb
    asked = f'{{ customer(by: {{id: "{zeb.ids["c"]}"}}) {{ name documents {{ number }} }} }}'
    with unreadable(hub):
        answer = hub.ask(asked, role)
    [error] = answer.json["errors"]
    assert (error["message"], error["extensions"]["code"]) == ("Internal error", "INTERNAL")
    assert set(error["extensions"]) == {"code", "requestId"}
    assert leaked(answer.text, zeb.marks()) == []
    assert hub.get(asked, "ADMIN")["customer"]["name"] == zeb.name


def test_the_log_holds_no_value_of_the_hub(hub: Hub) -> None:
    """After a failure inside, and all that other tests have asked."""
    with unreadable(hub):
        hub.ask(
            f'{{ customer(by: {{id: "{hub.filled.zeb.ids["c"]}"}}) {{ documents {{ number }} }} }}', "ADMIN"
        )
    logged = hub.logged.getvalue()
    assert "failure" in logged
    numbers = [person.number for person in hub.filled.everybody]
    marks = {mark for person in hub.filled.everybody for values in person.values.values() for mark in values}
    assert leaked(logged, {*marks, *numbers}) == []


def test_a_write_is_not_waited_for_by_who_does_not_see_its_customer(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else one could watch when somebody out of sight is changed."""
    monkeypatch.setattr("resolvers.waiting.PATIENCE_SECONDS", 2.0)  # longer than any look takes
    wendy = hub.filled.wendy
    asked = f'{{ searchCustomers(consistentWith: "c{wendy.id}:1") {{ stale }} }}'
    with hub.master.transaction(TESTER) as tx:
        tx.execute(insert(queue).values(customer_id=wendy.id, revision=99, queued_at=tx.at))
    try:
        assert hub.get(asked, "AGENT", ("EAST",)) == {"searchCustomers": {"stale": False}}
        assert hub.get(asked, "AGENT", ("WEST",)) == {"searchCustomers": {"stale": True}}
    finally:
        with hub.master.transaction(TESTER) as tx:
            tx.execute(delete(queue).where(queue.c.customer_id == wendy.id))


def test_what_was_just_written_is_masked_where_it_is_shown(hub: Hub) -> None:
    secret = "quarterdeck"
    noted = f'channel: CALL, direction: INBOUND, subject: "{secret}", notes: "{secret}"'
    asked = f'recordContact(input: {{customer: "{hub.filled.zeb.ids["c"]}", {noted}}})'
    text = f"mutation {{ {asked} {{ contact {{ subject notes customer {{ name }} }} errors {{ code }} }} }}"
    answer = hub.ask(text, "ALL_FOUND")
    assert answer.data["recordContact"]["contact"] == {
        "subject": "***",
        "notes": "***",
        "customer": {"name": "Z****** T********"},
    }
    assert leaked(answer.text, {secret, *hidden(hub.filled, hub.roles["ALL_FOUND"])}) == []


def test_what_is_searched_for_in_vain_is_logged_without_what_was_typed(hub: Hub) -> None:
    start = len(hub.logged.getvalue())
    for typed in ("Zyxwvut Nobodysson", "13900009999", "nobody9@example.com"):
        hub.get("query ($q: String) { searchCustomers(query: $q) { nodes { id } } }", "ADMIN", q=typed)
    lines = hub.logged.getvalue()[start:]
    assert lines.count('"event": "search found nothing"') == 3
    assert leaked(lines, ["yxwvut", "obodysson", "13900009999", "9999", "nobody9", "example.com"]) == []
    assert '"parts": ["WORD:17"]' in lines
