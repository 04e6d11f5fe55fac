"""What the front answers: media types, statuses, errors with their codes."""

from dataclasses import replace

import pytest

from app.http.media import GRAPHQL_TYPE, JSON_TYPE, answer_type
from app.limits import shipped_limits
from tests.app.asking import GRAPHQL_JSON, ask, ask_graphql, only_error
from tests.app.toys import TOKEN, Observed, application, toy_application


@pytest.mark.parametrize(
    ("accept", "answered"),
    [
        (None, JSON_TYPE),
        ("*/*", JSON_TYPE),
        ("application/*", JSON_TYPE),
        ("application/json", JSON_TYPE),
        ("application/json; charset=utf-8", JSON_TYPE),
        (GRAPHQL_JSON, GRAPHQL_TYPE),
        (f"{GRAPHQL_JSON}, application/json", GRAPHQL_TYPE),
        (f"application/json, {GRAPHQL_JSON}", GRAPHQL_TYPE),
        (f"{GRAPHQL_JSON}, */*", GRAPHQL_TYPE),
        (f"{GRAPHQL_JSON}; q=0.5, */*", JSON_TYPE),
        (f"{GRAPHQL_JSON};q=0.8, application/json;q=0.9", JSON_TYPE),
        (f"{GRAPHQL_JSON};q=0, */*", JSON_TYPE),
        ("application/json;q=0, */*;q=0.1", GRAPHQL_TYPE),
        ("text/html, application/xhtml+xml, */*;q=0.8", JSON_TYPE),
        ("nonsense, application/json", JSON_TYPE),
    ],
)
def test_the_answer_is_in_the_most_welcome_type(accept: str | None, answered: str) -> None:
    assert answer_type(accept) == answered


@pytest.mark.parametrize(
    "accept", ["text/html", "application/json;q=0", "", "*/*;q=0", "application/json;q=2"]
)
def test_nothing_welcome_is_a_406(accept: str) -> None:
    headers = {"authorization": f"Bearer {TOKEN}", "accept": accept}
    response = ask(application, "POST", "/graphql", headers=headers, json={"query": "{hello}"})
    assert (response.status_code, only_error(response)["extensions"]) == (406, {"code": "INVALID"})


INVALID_DOCUMENTS = [
    ("{", "Syntax Error: Expected Name, found <EOF>."),
    ("{helo}", "Cannot query field 'helo' on type 'Query'."),
    ("{twice}", "Argument 'Query.twice(number:)' of type 'Int!' is required, but it was not provided."),
    ("{twice(number:99999999999)}", "Int cannot represent non 32-bit signed integer value: 99999999999"),
    (
        "query A{hello} query B{hello}",
        "The document holds several operations: say which one by operationName.",
    ),
    ("fragment F on Query{hello}", "The document holds no operation."),
    ("subscription{hello}", "The subscription operation is not supported by the schema."),
]


@pytest.mark.parametrize(("document", "message"), INVALID_DOCUMENTS)
def test_a_document_that_can_not_run_is_invalid_and_has_no_data(document: str, message: str) -> None:
    for accept, status in ((GRAPHQL_JSON, 400), ("application/json", 200)):
        response = ask_graphql(application, document, accept=accept)
        assert response.status_code == status
        assert "data" not in response.json()
        error = only_error(response)
        assert (error["message"], error["extensions"]) == (message, {"code": "INVALID"})


def test_variables_that_do_not_fit_are_invalid_and_have_no_data() -> None:
    query = "query Q($n: Int!) { twice(number: $n) }"
    for accept, status in ((GRAPHQL_JSON, 400), ("application/json", 200)):
        for variables in ({}, {"n": None}, {"n": "x"}, {"n": 2**31}):
            response = ask_graphql(application, query, accept=accept, variables=variables)
            assert (response.status_code, "data" in response.json()) == (status, False)
            assert only_error(response)["extensions"] == {"code": "INVALID"}


def test_an_unknown_operation_name_is_invalid() -> None:
    response = ask_graphql(application, "query A{hello}", accept=GRAPHQL_JSON, operationName="B")
    assert response.status_code == 400
    assert only_error(response)["message"] == "The document holds no operation of this operationName."


def test_an_argument_that_is_null_by_its_variable_is_invalid_where_it_stands() -> None:
    response = ask_graphql(application, "query Q($n: String) { hello(name: $n) }", variables={"n": None})
    error = only_error(response)
    assert (response.json()["data"], error["path"], error["extensions"]) == (
        None,
        ["hello"],
        {"code": "INVALID"},
    )


@pytest.mark.parametrize(
    "document", ["{helo}", "{hello(nam:1)}", "query($a: Strin){hello(name:$a)}", "{...F}"]
)
def test_nothing_is_suggested(document: str) -> None:
    assert "Did you mean" not in ask_graphql(application, document).text


def test_a_refusal_keeps_its_code_and_extensions() -> None:
    response = ask_graphql(application, "{ambiguous hello}", accept=GRAPHQL_JSON)
    assert (response.status_code, response.json()["data"]) == (
        200,
        {"ambiguous": None, "hello": "Hello world"},
    )
    assert only_error(response) == {
        "message": "Several customers hold this.",
        "locations": [{"line": 1, "column": 2}],
        "path": ["ambiguous"],
        "extensions": {
            "numbers": ["C000000001", "C000000002"],
            "code": "AMBIGUOUS",
            "inputPath": ["document"],
        },
    }


@pytest.mark.parametrize("name", ["broken", "worded", "neverNull"])
def test_what_goes_wrong_inside_is_masked(name: str) -> None:
    error = only_error(ask_graphql(application, "{" + name + "}"))
    assert (error["message"], error["path"]) == ("Internal error", [name])
    assert error["extensions"] == {"code": "INTERNAL"}


def test_an_operation_has_a_deadline() -> None:
    quick = toy_application(replace(shipped_limits(), operation_seconds=0.05))
    response = ask_graphql(quick, "{slow(seconds:5)}", accept=GRAPHQL_JSON)
    assert (response.status_code, response.json()["data"]) == (200, None)
    error = only_error(response)
    assert (error["message"], error["extensions"]["code"]) == (
        "The operation took longer than 0.05 seconds and was stopped: ask for less at once.",
        "TIMEOUT",
    )


def test_an_answer_is_bounded() -> None:
    response = ask_graphql(application, "{long(length:3000000)}")
    assert response.json()["data"] is None
    assert only_error(response)["extensions"]["code"] == "LIMIT_EXCEEDED"


def test_resolvers_see_the_context_of_the_viewer() -> None:
    assert ask_graphql(application, "{viewerName}").json() == {"data": {"viewerName": "toy"}}


def test_tokens_and_nesting_of_a_document_are_bounded() -> None:
    for document in ("{" + "hello " * 2000 + "}", "{hello" * 65 + "}" * 65, "{hello(name:" + "[" * 90_000):
        response = ask_graphql(application, document, accept=GRAPHQL_JSON)
        assert response.status_code == 400
        assert only_error(response)["extensions"]["code"] == "LIMIT_EXCEEDED"


def test_a_limit_is_told_with_its_value() -> None:
    error = only_error(ask_graphql(application, "{" + "hello " * 2000 + "}"))
    assert error == {
        "message": "The document holds more than 2000 tokens: pass values as variables, "
        "or make several of it.",
        "extensions": {
            "code": "LIMIT_EXCEEDED",
            "what": "document_tokens",
            "limit": 2000,
            "value": 2002,
        },
    }


def test_brackets_inside_strings_and_comments_of_a_document_do_not_nest() -> None:
    brackets = "{[(" * 50
    document = f'{{ # {brackets}\n a: hello(name: "{brackets}\\"") b: hello(name: """{brackets}""") }}'
    assert ask_graphql(application, document).json()["data"]["b"] == f"Hello {brackets}"


def test_at_most_20_errors_are_told() -> None:
    wide = toy_application(replace(shipped_limits(), root_fields=30))
    fields = " ".join(f"a{number}: broken" for number in range(30))
    assert len(ask_graphql(wide, "{" + fields + "}").json()["errors"]) == 20
    unknown = " ".join(f"a{number}" for number in range(30))
    assert len(ask_graphql(wide, "{" + unknown + "}").json()["errors"]) == 20


def test_a_document_is_checked_again_under_another_variable() -> None:
    for number in (1, 2):
        response = ask_graphql(
            application, "query Q($n: Int!) { twice(number: $n) }", variables={"n": number}
        )
        assert response.json() == {"data": {"twice": number * 2}}


def test_what_was_asked_is_observed() -> None:
    observed = Observed()
    watched = toy_application(observed=observed)
    ask_graphql(watched, "{hello}")
    ask_graphql(watched, 'mutation{change(to:"x")}')
    ask_graphql(watched, "{broken ambiguous}")
    ask(watched, "POST", "/graphql")
    assert observed.calls == [
        ("query", 200, []),
        ("mutation", 200, []),
        ("query", 200, ["AMBIGUOUS", "INTERNAL"]),
        ("none", 401, ["UNAUTHENTICATED"]),
    ]
