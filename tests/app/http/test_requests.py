"""What the front takes as a request, and how it refuses the rest."""

import asyncio
import json
import time
from dataclasses import replace

import httpx
import pytest

from app.limits import shipped_limits
from tests.app.asking import BEARER, GRAPHQL_JSON, ask, ask_graphql, converse, only_error
from tests.app.toys import TOKEN, application, toy_application

JSON_BODY = {"content-type": "application/json"}
HELLO = b'{"query":"{hello}"}'


def post(body: bytes, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return ask(application, "POST", "/graphql", headers={**BEARER, **JSON_BODY, **named}, content=body)


def refusal(response: httpx.Response) -> tuple[int, str, str]:
    error = only_error(response)
    return response.status_code, error["extensions"]["code"], error["message"]


def test_a_post_answers_data() -> None:
    response = ask_graphql(application, "query Q($n: String!) { hello(name: $n) }", variables={"n": "张三"})
    assert (response.status_code, response.json()) == (200, {"data": {"hello": "Hello 张三"}})
    assert response.headers["content-type"] == "application/json; charset=utf-8"


def test_a_get_answers_a_query() -> None:
    parameters = {"query": "query Q($n: String!) { hello(name: $n) }", "variables": '{"n": "张三"}'}
    response = ask(application, "GET", "/graphql", headers=BEARER, params=parameters)
    assert (response.status_code, response.json()) == (200, {"data": {"hello": "Hello 张三"}})


def test_a_get_runs_no_mutation() -> None:
    parameters = {"query": 'query Q { hello } mutation M { change(to: "x") }', "operationName": "M"}
    response = ask(application, "GET", "/graphql", headers=BEARER, params=parameters)
    assert refusal(response) == (405, "INVALID", "GET is for queries only: use POST.")
    assert response.headers["allow"] == "POST"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE"])
def test_other_methods_are_refused(method: str) -> None:
    response = ask(application, method, "/graphql", headers=BEARER)
    assert (response.status_code, response.headers["allow"]) == (405, "GET, POST")


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer wrong", f"Basic {TOKEN}", TOKEN, f"Bearer {TOKEN} {TOKEN}", "Bearer " + "x" * 600],
)
def test_every_cause_of_a_401_has_the_same_answer(authorization: str) -> None:
    for request in ({"json": {"query": "{hello}"}}, {"content": b"\xff"}):
        response = ask(application, "POST", "/graphql", headers={"authorization": authorization}, **request)
        assert refusal(response) == (401, "UNAUTHENTICATED", "A valid bearer token is needed.")
        assert response.headers["www-authenticate"] == 'Bearer realm="kehu"'


def test_a_token_counts_in_the_header_only() -> None:
    response = ask(application, "GET", "/graphql", params={"query": "{hello}", "access_token": TOKEN})
    assert response.status_code == 401
    cookie = {"cookie": f"authorization=Bearer {TOKEN}"}
    response = ask(application, "GET", "/graphql", params={"query": "{hello}"}, headers=cookie)
    assert response.status_code == 401


def test_the_scheme_is_read_in_any_case() -> None:
    headers = {"authorization": f"BEARER  {TOKEN}"}
    assert ask(application, "POST", "/graphql", headers=headers, json={"query": "{hello}"}).status_code == 200


def test_two_tokens_are_refused() -> None:
    headers = [("authorization", f"Bearer {TOKEN}"), ("authorization", "Bearer other")]
    response = ask(application, "POST", "/graphql", headers=headers, json={"query": "{hello}"})
    assert refusal(response) == (400, "INVALID", "The header authorization stands more than once.")


def test_a_master_that_is_away_is_told_as_503() -> None:
    headers = {"authorization": "Bearer away"}
    response = ask(application, "POST", "/graphql", headers=headers, json={"query": "{hello}"})
    assert refusal(response) == (503, "UNAVAILABLE", "The master can not be reached.")


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/json", 200),
        ("Application/JSON ; Charset=UTF-8", 200),
        ('application/json; charset="utf-8"', 200),
        ("application/json;", 200),
        ("application/json; charset=utf-16", 415),
        ("application/json; charset=gbk", 415),
        ("application/jsonp", 415),
        ("text/plain; application/json", 415),
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
        ("multipart/form-data; boundary=application/json", 415),
        ("application/graphql", 415),
        ("application/json, text/plain", 415),
        ("", 415),
    ],
)
def test_only_json_in_utf_8_is_taken(content_type: str, status: int) -> None:
    assert post(HELLO, content_type=content_type).status_code == status


@pytest.mark.parametrize(("encoding", "status"), [("identity", 200), ("gzip", 415), ("br", 415), ("", 415)])
def test_compressed_bodies_are_refused(encoding: str, status: int) -> None:
    assert post(HELLO, content_encoding=encoding).status_code == status


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b'{"query":"{hello}"', b'"{hello}"', b"1", b"null", b"true", b"NaN", b"\xff\xfe{}", b"{}",
        b'{"query":1e999}', b'{"query":"\\ud800"}', b'\xef\xbb\xbf{"query":"{hello}"}',
        b'{"query":"{hello}"}x', b'{"query":NaN}', b'{"query":null}', b'{"query":""}',
        b'{"query":"{hello}","variables":"{}"}', b'{"query":"{hello}","variables":[]}',
        b'{"query":"{hello}","operationName":5}', b'{"query":"{hello}","extensions":[]}',
        b'{"Query":"{hello}"}',
    ],
)  # fmt: skip
def test_what_is_no_request_is_a_400_without_data(body: bytes) -> None:
    for accept in ("application/json", GRAPHQL_JSON):
        response = post(body, accept=accept)
        assert (response.status_code, only_error(response)["extensions"]["code"]) == (400, "INVALID")
        assert "data" not in response.json()
        assert response.headers["content-type"] == f"{accept}; charset=utf-8"


def test_batches_are_refused() -> None:
    assert refusal(post(b"[" + HELLO + b"]")) == (
        400,
        "INVALID",
        "Batches are not served: send one request at a time.",
    )


def test_a_body_is_bounded() -> None:
    filler = b" " * (256 * 1024 - len(HELLO))
    assert post(HELLO + filler).status_code == 200
    assert refusal(post(HELLO + filler + b" ")) == (
        413,
        "LIMIT_EXCEEDED",
        "The body is larger than 262144 bytes.",
    )


def test_a_body_without_a_length_is_cut_off_at_the_bound() -> None:
    part = {"type": "http.request", "body": b" " * 100_000, "more_body": True}
    headers = [(b"authorization", f"Bearer {TOKEN}".encode()), (b"content-type", b"application/json")]
    sent = converse(application, [part] * 5, headers)
    assert sent[0]["status"] == 413


def test_a_body_that_does_not_arrive_is_given_up() -> None:
    quick = toy_application(replace(shipped_limits(), receive_seconds=0.05))
    headers = [(b"authorization", f"Bearer {TOKEN}".encode()), (b"content-type", b"application/json")]
    sent = converse(quick, [{"type": "http.request", "body": b"{", "more_body": True}], headers)
    assert (sent[0]["status"], dict(sent[0]["headers"])[b"connection"]) == (408, b"close")


def test_a_body_that_breaks_off_is_refused() -> None:
    headers = [(b"authorization", f"Bearer {TOKEN}".encode()), (b"content-type", b"application/json")]
    part = {"type": "http.request", "body": b"{", "more_body": True}
    sent = converse(application, [part, {"type": "http.disconnect"}], headers)
    assert (sent[0]["status"], dict(sent[0]["headers"])[b"connection"]) == (400, b"close")


@pytest.mark.parametrize("length", [b"-1", b"abc", "٣".encode(), b"1e3", b""])
def test_a_length_that_is_no_number_is_refused(length: bytes) -> None:
    headers = [
        (b"authorization", f"Bearer {TOKEN}".encode()),
        (b"content-type", b"application/json"),
        (b"content-length", length),
    ]
    assert converse(application, [], headers)[0]["status"] == 400


def test_json_is_read_to_a_depth_of_32() -> None:
    def nested(levels: int) -> bytes:
        return b'{"query":"{hello}","variables":{"a":' + b"[" * levels + b"]" * levels + b"}}"

    assert post(nested(30)).status_code == 200
    assert refusal(post(nested(31))) == (400, "LIMIT_EXCEEDED", "The JSON is nested deeper than 32 levels.")
    assert post(nested(120_000)).status_code == 400


def test_brackets_inside_strings_do_not_nest() -> None:
    assert post(b'{"query":"{hello}","variables":{"a":"' + b'[{\\"[' * 50 + b'"}}').status_code == 200


def test_numbers_have_at_most_40_characters() -> None:
    def number(digits: int) -> bytes:
        return b'{"query":"{hello}","variables":{"a":' + b"1" * digits + b"}}"

    assert post(number(40)).status_code == 200
    assert refusal(post(number(41))) == (400, "LIMIT_EXCEEDED", "A number is longer than 40 characters.")
    assert post(b'{"query":"{hello}","variables":{"a":"' + b"1" * 50 + b'"}}').status_code == 200


def test_looking_at_hostile_json_takes_linear_time() -> None:
    started = time.perf_counter()
    for body in (b'"\\' * 100_000, b'\\"' * 100_000, b'"' * 200_000, b"[{" * 100_000, b"1e" * 100_000):
        assert post(body).status_code == 400
    assert time.perf_counter() - started < 3


@pytest.mark.parametrize(
    "parameters",
    [
        {"query": "{hello}\0"},
        {"query": '{hello(name:"a\0b")}'},
        {"query": '{hello(name:"a\\u0000b")}'},
        {"query": '{hello(name:"a\\u{0}b")}'},
        {"query": "query Q($n:String!){hello(name:$n)}", "variables": {"n": "a\0b"}},
        {"query": "{hello}", "variables": {"n": [{"deep": ["\0"]}]}},
        {"query": "{hello}", "variables": {"\0": 1}},
        {"query": "{hello}", "operationName": "\0"},
    ],
)
def test_a_nul_character_is_refused(parameters: dict[str, object]) -> None:
    response = ask(
        application, "POST", "/graphql", headers={**BEARER, "accept": GRAPHQL_JSON}, json=parameters
    )
    assert refusal(response) == (400, "INVALID", "The request holds a NUL character.")


def test_a_nul_in_a_query_string_is_refused() -> None:
    for parameters in ({"query": "{hello}\0"}, {"query": "{hello}", "variables": '{"a":"\\u0000"}'}):
        response = ask(application, "GET", "/graphql", headers=BEARER, params=parameters)
        assert refusal(response) == (400, "INVALID", "The request holds a NUL character.")


def test_a_backslash_before_u0000_is_text() -> None:
    response = ask_graphql(application, '{hello(name:"\\\\u0000")}')
    assert response.json() == {"data": {"hello": "Hello \\u0000"}}


@pytest.mark.parametrize(
    "query_string",
    [
        "query=%FF",
        "query={hello}&query={hello}",
        "query={hello}&variables={",
        "query={hello}&variables=[]",
        "",
        "&" * 50,
    ],
)
def test_a_malformed_query_string_is_a_400(query_string: str) -> None:
    assert ask(application, "GET", f"/graphql?{query_string}", headers=BEARER).status_code == 400


def test_at_most_so_many_operations_run_at_once() -> None:
    narrow = toy_application(replace(shipped_limits(), operations_at_once=2))

    async def asked() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app=narrow)
        async with httpx.AsyncClient(
            transport=transport, base_url="http://hub.test", headers=BEARER
        ) as client:
            slow = {"query": "{slow(seconds:0.1)}"}
            return await asyncio.gather(*(client.post("/graphql", json=slow) for _ in range(3)))

    responses = asyncio.run(asked())
    assert sorted(response.status_code for response in responses) == [200, 200, 503]
    [refused] = [response for response in responses if response.status_code == 503]
    assert refused.headers["retry-after"] == "1"
    assert refusal(refused) == (503, "UNAVAILABLE", "Too much is asked at once: try again.")
    assert ask_graphql(narrow, "{hello}").status_code == 200


def test_answers_are_plain_json() -> None:
    body = json.loads(post(HELLO).content)
    assert body == {"data": {"hello": "Hello world"}}
