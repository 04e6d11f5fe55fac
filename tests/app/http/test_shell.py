"""What surrounds every route: hosts, origins, headers, routing."""

import pytest

from app.http.asgi import Receive, Scope, Send
from app.http.shell import Allowed, Route, Shell
from app.limits import shipped_limits
from tests.app.asking import BEARER, ask, only_error
from tests.app.toys import application, toy_application

FRIEND = {"origin": "https://crm.example"}


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("hub.test", 200),
        ("HUB.test:8000", 200),
        ("127.0.0.1", 200),
        ("evil.test", 400),
        ("hub.test.evil.test", 400),
        ("hub.test:80:80", 400),
        ("hub.test/graphql", 400),
        ("user@hub.test", 400),
        ("", 400),
    ],
)
def test_only_allowed_hosts_are_served(host: str, status: int) -> None:
    headers = {**BEARER, "host": host}
    response = ask(application, "POST", "/graphql", headers=headers, json={"query": "{hello}"})
    assert response.status_code == status


def test_a_host_pattern_allows_what_lies_below_it() -> None:
    allowed = Allowed(["*.example.com", "[::1]"])
    assert [allowed.host(host) for host in ("a.example.com", "a.b.example.com:1", "[::1]:8000")] == [True] * 3
    assert [allowed.host(host) for host in ("example.com", "aexample.com", None)] == [False] * 3
    assert Allowed(["*"]).host("anything.test")


def test_every_answer_carries_the_security_headers() -> None:
    for response in (
        ask(application, "POST", "/graphql", headers=BEARER, json={"query": "{hello}"}),
        ask(application, "GET", "/nowhere"),
        ask(application, "GET", "/graphql", headers={"host": "evil.test"}),
    ):
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["cache-control"] == "no-store"
        assert response.headers["x-frame-options"] == "DENY"
        assert response.headers["content-security-policy"].startswith("default-src 'none'")
        assert len(response.headers["x-request-id"]) == 16
        assert "access-control-allow-origin" not in response.headers


@pytest.mark.parametrize(
    "path", ["/nowhere", "/graphql/", "//graphql", "/graphql/..%2f..%2fetc/passwd", "/GRAPHQL"]
)
def test_an_unknown_path_is_a_404_that_reflects_nothing(path: str) -> None:
    response = ask(application, "GET", path)
    assert (response.status_code, only_error(response)["message"]) == (404, "There is nothing here.")


def test_headers_are_bounded() -> None:
    for extra in ({"x-large": "x" * 16_400}, {f"x-{number}": "1" for number in range(120)}):
        assert ask(application, "GET", "/graphql", headers={**BEARER, **extra}).status_code == 431


def test_no_origin_is_answered_unless_it_is_allowed() -> None:
    response = ask(application, "POST", "/graphql", headers={**BEARER, **FRIEND}, json={"query": "{hello}"})
    assert (response.status_code, "access-control-allow-origin" in response.headers) == (200, False)


def test_an_allowed_origin_may_ask() -> None:
    friendly = toy_application(allowed=Allowed(["hub.test"], ["https://crm.example"]))
    asked = {**FRIEND, "access-control-request-method": "POST"}
    preflight = ask(friendly, "OPTIONS", "/graphql", headers=asked)
    assert preflight.status_code == 204
    assert preflight.headers["access-control-allow-headers"] == "authorization, content-type"
    response = ask(friendly, "POST", "/graphql", headers={**BEARER, **FRIEND}, json={"query": "{hello}"})
    assert response.headers["access-control-allow-origin"] == "https://crm.example"
    assert response.headers["vary"] == "Origin"
    stranger = ask(friendly, "OPTIONS", "/graphql", headers={**asked, "origin": "https://crm.example.evil"})
    assert "access-control-allow-origin" not in stranger.headers


def test_a_route_that_fails_is_a_masked_500() -> None:
    async def failing(scope: Scope, receive: Receive, send: Send) -> None:
        raise RuntimeError("secret")

    response = ask(Shell({"/x": Route("x", failing)}, Allowed(["hub.test"]), shipped_limits()), "GET", "/x")
    assert (response.status_code, only_error(response)["message"]) == (500, "Internal error")
    assert "secret" not in response.text
