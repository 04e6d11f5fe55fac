"""Documents named by their id instead of sent (GraphQL over HTTP, appendix A: persisted documents)."""

import json

import httpx
import pytest

from tests.app.asking import BEARER, GRAPHQL_JSON, ask, only_error
from tests.app.toys import REGISTERED, application

HELLO = {"operationName": "Hello", "variables": {"name": "张三"}}


def posted(accept: str = "application/json", **parameters: object) -> httpx.Response:
    return ask(application, "POST", "/graphql", headers={**BEARER, "accept": accept}, json=parameters)


def test_a_post_runs_the_document_that_it_names() -> None:
    for query in ({}, {"query": None}):
        response = posted(documentId=REGISTERED, **HELLO, **query)
        assert (response.status_code, response.json()) == (200, {"data": {"hello": "Hello 张三"}})


def test_a_get_runs_the_document_that_it_names() -> None:
    parameters = {"documentId": REGISTERED, **HELLO, "variables": json.dumps(HELLO["variables"])}
    response = ask(application, "GET", "/graphql", headers=BEARER, params=parameters)
    assert (response.status_code, response.json()) == (200, {"data": {"hello": "Hello 张三"}})


def test_a_get_runs_no_mutation_by_its_id() -> None:
    parameters = {"documentId": REGISTERED, "operationName": "Change"}
    response = ask(application, "GET", "/graphql", headers=BEARER, params=parameters)
    assert (response.status_code, response.headers["allow"]) == (405, "POST")
    assert posted(**parameters).json() == {"data": {"change": "x"}}


@pytest.mark.parametrize(("accept", "status"), [("application/json", 200), (GRAPHQL_JSON, 400)])
def test_an_unknown_id_is_one_error_of_a_well_formed_response(accept: str, status: int) -> None:
    response = posted(accept, documentId="sha256:0")
    assert (response.status_code, only_error(response)) == (
        status,
        {
            "message": "No document of this documentId is registered for this token.",
            "extensions": {"code": "NOT_FOUND"},
        },
    )
    assert "data" not in response.json()


@pytest.mark.parametrize("query", ["{ hello }", ""])
def test_a_document_and_an_id_at_once_are_refused(query: str) -> None:
    response = posted(query=query, documentId=REGISTERED)
    assert (response.status_code, only_error(response)) == (
        400,
        {"message": "Send either query or documentId, not both.", "extensions": {"code": "INVALID"}},
    )


@pytest.mark.parametrize("id", ["", 5, [REGISTERED], {}, False, "a\0b"])
def test_an_id_that_is_no_text_is_refused(id: object) -> None:
    response = posted(documentId=id)
    assert (response.status_code, only_error(response)["extensions"]["code"]) == (400, "INVALID")


def test_an_id_that_stands_twice_is_refused() -> None:
    path = f"/graphql?documentId={REGISTERED}&documentId={REGISTERED}"
    assert ask(application, "GET", path, headers=BEARER).status_code == 400
