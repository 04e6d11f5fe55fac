"""Hostile documents of the kinds that no limit stops: nothing is leaked, guessed or taken for granted."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from typing import Any

import pytest

from app.graphql import schema
from app.http.asgi import Call
from app.http.front import Door, GraphQLFront
from app.http.limiter.allowance import Allowance
from app.http.running import Runs
from app.http.shell import Allowed, Route, Shell
from app.limits import shipped_limits
from master.access import Viewer
from master.roles import shipped_roles
from master.session import Master
from schema.context import open_context
from tests.app.asking import GRAPHQL_JSON, ask_graphql, only_error
from tests.app.http.limiting import SHIPPED
from tests.app.toys import TOKEN, admit_changes, text_of
from tests.schema.hub import filling

CUSTOMER = "query($by: CustomerKey!) { customer(by: $by) { number } }"
STATUS = "query($status: [CustomerStatus!]) { customers(filter: {status: $status}) { totalCount } }"


@pytest.fixture
def hub(master: Master) -> Shell:
    """One customer, C000000001 with id c1, behind the front."""
    with filling(master) as fill:
        fill.customer(1, "张三")
    viewer = Viewer("desk", shipped_roles()["AGENT"], "t1")

    async def authenticate(token: str | None, call: Call) -> Viewer | None:
        return viewer if token == TOKEN else None

    @asynccontextmanager
    async def opened(viewer: Viewer, call: Call) -> AsyncIterator[object]:
        async with open_context(master, viewer, request_id=call.request_id) as context:
            yield context

    limits = shipped_limits()
    allowance = Allowance(limits=limits, most_rows=100)
    door: Door[Any] = Door(
        authenticate, opened, lambda *_: None, lambda _: allowance, lambda _: None, text_of,
        lambda *_: nullcontext(), admit_changes,
    )  # fmt: skip
    front = GraphQLFront(schema, door, limits, Runs())
    return Shell({"/graphql": Route("graphql", front)}, Allowed(["hub.test"]), limits)


GUESSES = [
    "c2", "c0", "c-1", "c1 ", " c1", "C1", "c01", "c1.0", "c9223372036854775807", "c9223372036854775808",
    "c" + "9" * 5000, "p1", "1", "", "c", "c1' OR '1'='1", "c1;DROP TABLE customers", "../c1", "c%31", "c１",
    "Y3VzdG9tZXI6MQ==", "c1\u202e", "null", "undefined", "[object Object]", "x" * 100_000,
]  # fmt: skip


def test_the_one_id_that_is_right_finds_the_customer(hub: Shell) -> None:
    answer = ask_graphql(hub, CUSTOMER, variables={"by": {"id": "c1"}}).json()
    assert answer == {"data": {"customer": {"number": "C000000001"}}}


def test_every_other_id_is_null_and_tells_nothing_more(hub: Shell) -> None:
    things = "query($id: ID!) { node(id: $id) { id } nodes(ids: [$id]) { id } lead(id: $id) { id } }"
    for id in GUESSES:
        by_key = ask_graphql(hub, CUSTOMER, variables={"by": {"id": id}})
        assert by_key.json() == {"data": {"customer": None}}, id
        by_id = ask_graphql(hub, things, variables={"id": id})
        assert by_id.json() == {"data": {"node": None, "nodes": [None], "lead": None}}, id


@pytest.mark.parametrize(
    "by", [{}, {"id": "c1", "number": "C000000001"}, {"id": None}, {"id": ["c1"]}, {"name": "x"}]
)
def test_a_key_is_exactly_one(hub: Shell, by: dict[str, object]) -> None:
    response = ask_graphql(hub, CUSTOMER, accept=GRAPHQL_JSON, variables={"by": by})
    assert (response.status_code, "data" in response.json()) == (400, False)
    assert only_error(response)["extensions"]["code"] == "INVALID"


@pytest.mark.parametrize(
    "status", ["ACTIV", "active", "", 1, True, {}, ["ACTIVE", "x"], ["ACTIVE", None], "__proto__"]
)
def test_no_value_is_taken_that_an_enum_has_not(status: object) -> None:
    response = ask_graphql(SHIPPED, STATUS, accept=GRAPHQL_JSON, variables={"status": status})
    assert (response.status_code, "data" in response.json()) == (400, False)
    for error in response.json()["errors"]:
        assert error["extensions"]["code"] == "INVALID"
        assert "PROSPECT" not in error["message"]
        assert "Did you mean" not in error["message"]


INVALID = [
    "{ costumer { id } }",
    "{ customer(bye: {id: \"c1\"}) { id } }",
    "{ customer(by: {idd: \"c1\"}) { id } }",
    "{ customers(filter: {status: [ACTIV]}) { totalCount } }",
    "{ customers(filter: {status: [\"ACTIVE\"]}) { totalCount } }",
    "{ customers(orderBy: {field: NAMES}) { totalCount } }",
    "query($a: Custome) { customer(by: $a) { id } }",
    "{ ... on Custome { id } }",
    "{ ...Nowhere }",
    "{ viewer { name @skipp(if: true) } }",
    "{ viewer { name @include(iff: true) } }",
    "{ viewer { name @include } }",
    "{ viewer @defer { name } }",
    "{ customers { nodes @stream { id } } }",
    "{ viewer { name @export(as: \"x\") } }",
    "{ customer(by: {id: \"c1\"}) { id { x } } }",
    "{ viewer }",
    "query($a: Int, $a: Int) { customers(first: $a) { totalCount } }",
    "query($a: Int) { customers(first: $b) { totalCount } }",
    "query($a: String) { customers(first: $a) { totalCount } }",
    "query A { viewer { name } } query A { viewer { roles } }",
    "{ viewer { a: name a: roles } }",
    "fragment F on Viewer { name } fragment F on Viewer { roles } { viewer { ...F } }",
    "{ customers(first: 1, first: 2) { totalCount } }",
    "{ customers(filter: {kind: PERSON, kind: PERSON}) { totalCount } }",
    "subscription { customers { totalCount } }",
    "type Query { secrets: String }",
    "extend type Query { secrets: String } query { viewer { name } }",
    "schema { query: Customer } query { viewer { name } }",
    "{ viewer { name } } { viewer { name } }",
    "# nothing",
    "{",
    "}",
    "{ viewer { name } ",
    "\\u007b viewer { name } }",
    "{ viewer { name(a: \"\\u{D800}\") } }",
    "{ viewer { name(a: \"\\uD800\") } }",
    "query { __typename } mutation",
    "null",
    "〈 viewer 〉",
]  # fmt: skip


@pytest.mark.parametrize("document", INVALID)
def test_a_document_that_does_not_fit_the_schema_is_refused_without_hints(document: str) -> None:
    response = ask_graphql(SHIPPED, document, accept=GRAPHQL_JSON)
    assert (response.status_code, "data" in response.json()) == (400, False)
    for error in response.json()["errors"]:
        assert (error["extensions"].keys(), error["extensions"]["code"]) == ({"code", "requestId"}, "INVALID")
        assert error.keys() <= {"message", "locations", "extensions"}
        assert "Did you mean" not in error["message"]
        assert "Traceback" not in error["message"]


@pytest.mark.parametrize(
    "extensions",
    [
        {"tracing": True, "debug": True},
        {"persistedQuery": {"version": 1, "sha256Hash": "0" * 64}},
        {"cost": {"deep": [1]}},
        {"\u0000": 1},
    ],
)
def test_no_extension_traces_or_persists_anything(extensions: dict[str, object]) -> None:
    answer = ask_graphql(SHIPPED, "{__typename}", extensions=extensions).json()
    assert answer == {"data": {"__typename": "Query"}}


def test_an_alias_may_have_any_name() -> None:
    document = "{ __proto__: __typename constructor: __typename errors: __typename data: __typename }"
    names = ["__proto__", "constructor", "errors", "data"]
    assert ask_graphql(SHIPPED, document).json() == {"data": dict.fromkeys(names, "Query")}


def test_a_mutation_within_a_query_is_none() -> None:
    response = ask_graphql(SHIPPED, 'query { tagCustomer(customer: "c1", tag: "x") { freshness } }')
    assert only_error(response)["message"] == "Cannot query field 'tagCustomer' on type 'Query'."
