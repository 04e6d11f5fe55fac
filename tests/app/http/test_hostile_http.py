"""Hostile requests of every class but documents: what they get, which is nothing."""

import gzip
import json

import httpx
import pytest

from app.http.asgi import Message
from tests.app.asking import BEARER, GRAPHQL_JSON, ask, ask_graphql, converse, only_error
from tests.app.toys import TOKEN, Observed, application, toy_application

MUTATION = 'mutation{change(to:"x")}'
OPERATIONS = json.dumps({"query": MUTATION, "variables": {}})
MULTIPART = (
    f'--b\r\ncontent-disposition: form-data; name="operations"\r\n\r\n{OPERATIONS}\r\n'
    '--b\r\ncontent-disposition: form-data; name="map"\r\n\r\n{}\r\n--b--\r\n'
)


def answered(method: str = "POST", path: str = "/graphql", **request: object) -> httpx.Response:
    """The answer, and the promises that all of them keep."""
    observed = Observed()
    response = ask(toy_application(observed=observed), method, path, **request)
    assert "set-cookie" not in response.headers
    assert "access-control-allow-origin" not in response.headers
    assert (response.headers["cache-control"], response.headers["x-content-type-options"]) == (
        "no-store",
        "nosniff",
    )
    assert [status for _, status, _ in observed.calls if status >= 500] == []
    return response


# Another site's page makes a browser send something


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("text/plain", OPERATIONS),
        ("text/plain; charset=application/json", OPERATIONS),
        ("application/x-www-form-urlencoded", f"query={MUTATION}"),
        ("multipart/form-data; boundary=b", MULTIPART),
        ("application/json, text/plain", OPERATIONS),
        ("application/csp-report", OPERATIONS),
        ("", OPERATIONS),
    ],
)
def test_a_form_changes_nothing(content_type: str, body: str) -> None:
    headers = {**BEARER, "content-type": content_type, "origin": "https://evil.test"}
    response = answered(headers=headers, content=body)
    assert (response.status_code, "data" in response.json()) == (415, False)


@pytest.mark.parametrize(
    "trick",
    [
        {},
        {"x-http-method-override": "POST"},
        {"x-http-method": "POST"},
        {"x-method-override": "POST"},
        {"content-type": "application/json"},
    ],
)
def test_a_link_changes_nothing(trick: dict[str, str]) -> None:
    parameters = {"query": MUTATION, "_method": "POST"}
    response = answered("GET", headers={**BEARER, **trick}, params=parameters)
    assert (response.status_code, response.headers["allow"]) == (405, "POST")


def test_a_link_reads_nothing_without_the_header() -> None:
    response = answered("GET", params={"query": "{hello}"}, headers={"cookie": f"token={TOKEN}"})
    assert response.status_code == 401


# Bodies


def only_head(*headers: tuple[bytes, bytes]) -> Message:
    """How the head of an answer starts when no byte of the body ever arrives."""
    bearer = (b"authorization", f"Bearer {TOKEN}".encode())
    return converse(application, [], [bearer, *headers])[0]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ([(b"content-type", b"application/json"), (b"content-length", b"262145")], 413),
        ([(b"content-type", b"application/json"), (b"content-length", b"9" * 15)], 413),
        ([(b"content-type", b"application/json"), (b"content-length", b"9" * 5000)], 413),
        ([(b"content-type", b"application/json"), (b"content-encoding", b"gzip")], 415),
        ([(b"content-type", b"application/json"), (b"content-encoding", b"identity, gzip")], 415),
        ([(b"content-type", b"text/plain")], 415),
        ([(b"accept", b"text/html")], 406),
    ],
)
def test_what_can_not_be_taken_is_refused_before_its_body_is_read(
    headers: list[tuple[bytes, bytes]], status: int
) -> None:
    assert only_head(*headers)["status"] == status


def test_nothing_is_read_for_who_has_no_token() -> None:
    assert converse(application, [], [(b"content-type", b"application/json")])[0]["status"] == 401


def test_a_bomb_is_not_unpacked() -> None:
    bomb = gzip.compress(b" " * 10_000_000)
    for encoding, status in (("gzip", 415), ("x-gzip", 415), ("deflate", 415), ("identity", 400)):
        headers = {**BEARER, "content-type": "application/json", "content-encoding": encoding}
        assert answered(headers=headers, content=bomb).status_code == status


def test_many_keys_are_no_trouble() -> None:
    variables = {f"k{number}": 1 for number in range(20_000)}
    assert ask_graphql(application, "{hello}", variables=variables).json() == {
        "data": {"hello": "Hello world"}
    }
    body = b'{"query":"{hello}",' + b",".join(b'"%d":1' % number for number in range(20_000)) + b"}"
    headers = {**BEARER, "content-type": "application/json"}
    assert answered(headers=headers, content=body).status_code == 200


# Headers


@pytest.mark.parametrize("name", ["accept", "content-type", "content-encoding", "authorization", "host"])
def test_hostile_headers_are_read_once(name: str) -> None:
    """Where a reader goes back and tries again, the first of them does not end within years."""
    hostile = [
        "a/b" + ";  " * 5_000 + "@",
        "a/b;" + " " * 15_000 + "@",
        'a/b;a="' + "\\" * 15_000,
        'a/b;a="' + 'a\\"' * 5_000,
        "a/b," * 3_000,
        ";,=" * 5_000,
        "Bearer " + " " * 15_000 + "@",
        "a." * 7_000 + "@",
    ]
    for text in hostile:
        status = answered(headers={**BEARER, name: text}, json={"query": "{hello}"}).status_code
        assert status in (200, 400, 401, 406, 415)


@pytest.mark.parametrize(
    "path",
    [
        "/graphql%0d%0aset-cookie:%20a=b",
        "/%0d%0alocation:%20https://evil.test",
        "//evil.test/%2e%2e",
        "/%5cevil.test",
        "/graphql/../../etc/passwd",
        "/..%2f..%2f..%2fetc%2fpasswd",
        "/graphiql/assets/..%2f..%2f__init__.py",
        "/graphql;jsessionid=1",
        "/graphql%00",
        "/.env",
    ],
)
def test_odd_paths_lead_nowhere_and_are_not_reflected(path: str) -> None:
    response = answered("GET", path, headers=BEARER)
    assert (response.status_code, only_error(response)["message"]) == (404, "There is nothing here.")
    assert "location" not in response.headers
    assert "evil" not in str(response.headers) + response.text


def test_what_a_caller_says_of_itself_is_not_reflected() -> None:
    tricks = {
        "x-request-id": "evil",
        "x-forwarded-host": "evil.test",
        "x-forwarded-proto": "evil",
        "x-original-url": "/evil",
        "x-rewrite-url": "/evil",
        "referer": "https://evil.test",
        "user-agent": "<script>evil</script>",
        "origin": "https://evil.test",
    }
    response = answered(headers={**BEARER, **tricks}, json={"query": "{hello}"})
    assert (response.status_code, response.json()) == (200, {"data": {"hello": "Hello world"}})
    assert "evil" not in str(response.headers)


def test_markup_in_a_document_comes_back_as_json_only() -> None:
    for accept in ("application/json", GRAPHQL_JSON):
        response = ask_graphql(application, "{<script>alert(1)</script>}", accept=accept)
        assert response.headers["content-type"] == f"{accept}; charset=utf-8"
        assert response.headers["x-content-type-options"] == "nosniff"
        assert "script" not in response.headers["content-security-policy"].replace("script-src", "")


# Tokens (forged and guessed ones, which need a master, are in tests/app/test_rates.py)


@pytest.mark.parametrize(
    "header",
    [
        f"Basic {TOKEN}",
        f"Token {TOKEN}",
        f"bearer{TOKEN}",
        f"Bearer {TOKEN}, Bearer {TOKEN}",
        f"Bearer {TOKEN.upper()}",
        f"Bearer {TOKEN}\x00",
        f'Bearer "{TOKEN}"',
        f"Bearer token={TOKEN}",
        "Bearer null",
        "Bearer undefined",
        "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9.",
        "Bearer ' OR 1=1 --",
        "Negotiate YII=",
    ],
)
def test_only_the_token_itself_opens(header: str) -> None:
    response = answered(headers={"authorization": header}, json={"query": "{hello}"})
    assert response.status_code == 401
    assert only_error(response)["message"] == "A valid bearer token is needed."


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"params": {"access_token": TOKEN, "token": TOKEN, "authorization": f"Bearer {TOKEN}"}},
        {"headers": {"cookie": f"token={TOKEN}; access_token={TOKEN}"}},
        {"headers": {"x-authorization": f"Bearer {TOKEN}", "proxy-authorization": f"Bearer {TOKEN}"}},
        {"headers": {"x-api-key": TOKEN, "x-auth-token": TOKEN, "x-access-token": TOKEN}},
        {"json": {"query": "{hello}", "token": TOKEN, "extensions": {"authorization": f"Bearer {TOKEN}"}}},
        {"headers": {"x-forwarded-for": "127.0.0.1", "x-real-ip": "127.0.0.1", "x-remote-user": "admin"}},
        {"headers": {"x-forwarded-user": "admin", "x-ssl-client-verify": "SUCCESS", "forwarded": "for=::1"}},
    ],
)
def test_a_token_counts_nowhere_else_and_no_header_stands_for_one(elsewhere: dict[str, object]) -> None:
    response = answered(**({"json": {"query": "{hello}"}} | elsewhere))
    assert (response.status_code, response.headers["www-authenticate"]) == (401, 'Bearer realm="kehu"')


# Websockets


@pytest.mark.parametrize("protocol", ["graphql-transport-ws", "graphql-ws", ""])
def test_a_websocket_is_closed_before_it_opens(protocol: str) -> None:
    init = [
        {"type": "websocket.connect"},
        {"type": "websocket.receive", "text": '{"type":"connection_init"}'},
        {"type": "websocket.receive", "text": '{"type":"subscribe","payload":{"query":"{hello}"}}'},
    ]
    headers = [(b"sec-websocket-protocol", protocol.encode()), (b"origin", b"https://evil.test")]
    sent = converse(application, init, headers, scheme="websocket")
    assert sent == [{"type": "websocket.close", "code": 1000}]


def test_an_upgrade_over_http_is_an_ordinary_request() -> None:
    headers = {"connection": "upgrade", "upgrade": "websocket", "sec-websocket-version": "13"}
    assert answered("GET", headers=headers).status_code == 401
