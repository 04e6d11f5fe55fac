"""The schema is told within limits of its own, and not at all where the hub says so."""

import pytest
from graphql import get_introspection_query

from tests.app.asking import GRAPHQL_JSON, ask_graphql, only_error
from tests.app.http.limiting import SHIPPED, front, refusals, refused, told

STANDARD = get_introspection_query()
FULL = get_introspection_query(
    specified_by_url=True, directive_is_repeatable=True, schema_description=True, input_value_deprecation=True
)


@pytest.mark.parametrize("document", [STANDARD, FULL])
def test_the_standard_introspection_query_is_answered(document: str) -> None:
    response = ask_graphql(SHIPPED, document)
    assert "errors" not in response.json()
    assert len(response.json()["data"]["__schema"]["types"]) > 90


def test_what_lies_below_schema_and_type_has_neither_depth_nor_cost() -> None:
    found = told(FULL)
    assert (found["depth"], found["cost"]) == (1, 2)
    assert found["introspection"] * 2 > 50000


def test_a_schema_is_not_told_many_times_over() -> None:
    part = "__schema{types{fields{type{fields{name description}}}}}"
    document = "{" + " ".join(f"a{number}:{part}" for number in range(20)) + "}"
    [(what, limit, value)] = refused(front(introspection=60000), document)
    assert (what, limit) == ("introspection", 60000)
    assert value > 60000


def test_lists_of_fields_are_nested_at_most_twice() -> None:
    document = "{__schema{types{fields{type{fields{type{fields{name}}}}}}}}"
    error = only_error(ask_graphql(SHIPPED, document))
    assert error["message"] == "Maximum introspection depth exceeded"


@pytest.mark.parametrize(
    "document",
    [
        "{__schema{types{name}}}",
        '{__type(name:"Customer"){name}}',
        "{a:__schema{__typename}}",
        "{...F} fragment F on Query{...{__schema{...G}}} fragment G on __Schema{queryType{name}}",
        "query A{__typename} query B{__schema{types{name}}}",
    ],
)
def test_introspection_can_be_switched_off(document: str) -> None:
    closed = front(may_introspect=False)
    response = ask_graphql(
        closed, document, accept=GRAPHQL_JSON, operationName="B" if "B{" in document else None
    )
    assert refusals(response) == [{"code": "FORBIDDEN"}]
    assert response.json()["errors"][0]["message"] == (
        "Introspection is switched off here: the hub's operator gives out the schema."
    )


def test_typename_is_told_all_the_same() -> None:
    closed = front(may_introspect=False, warn_only=True)
    assert ask_graphql(closed, "{__typename}").json() == {"data": {"__typename": "Query"}}
    assert ask_graphql(closed, STANDARD).json()["errors"][0]["extensions"]["code"] == "FORBIDDEN"
