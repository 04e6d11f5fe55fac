"""A served hub and clients that are slow, speak HTTP wrongly, or send far too much."""

import time
from collections.abc import Iterator

import pytest

from tests.flows.conftest import START_SECONDS, Running, initialised
from tests.flows.sockets import answered, connections, head, question, resident_bytes

BODY = b'{"query":"{ viewer { name } }"}'
CHUNK = b"%x\r\n%s\r\n" % (len(BODY), BODY)
END = b"0\r\n\r\n"
CLOSE = "Connection: close"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A hub with short deadlines."""
    with initialised(tmp_path_factory.mktemp("hostile")) as hub:
        limits = hub.folder / "limits.toml"
        limits.write_text("header_seconds = 1\nreceive_seconds = 1\n")
        hub.environment["KEHU_LIMITS"] = str(limits)
        hub.start("serve")
        yield hub


def test_slow_heads_and_bodies_are_closed_and_others_are_served_meanwhile(served: Running) -> None:
    beginning = head(served, f"Content-Length: {len(BODY)}")
    with connections(served, 100) as slow_heads, connections(served, 20) as slow_bodies:
        for number, raw in enumerate(slow_heads):
            raw.send(beginning[: number + 1])
        for number, raw in enumerate(slow_bodies):
            raw.send(beginning + BODY[:number])
        assert answered(served, question(served, CLOSE)) == [200]
        assert [raw.statuses() for raw in slow_bodies] == [[408]] * 20
        assert {tuple(raw.statuses()) for raw in slow_heads} <= {(), (408,)}
    assert answered(served, question(served, CLOSE)) == [200]


def test_requests_in_one_packet_are_answered_in_turn(served: Running) -> None:
    bad = head(served, "Content-Length: 2") + b"[]"
    assert answered(served, question(served) + bad + question(served, CLOSE)) == [200, 400, 200]


@pytest.mark.parametrize(
    ("headers", "body", "statuses"),
    [
        (["Content-Length: 4", "Transfer-Encoding: chunked"], CHUNK + END, [200]),
        (["Transfer-Encoding: chunked", "Content-Length: 900"], CHUNK + END, [200]),
        ([f"Content-Length: {len(BODY)}", "Content-Length: 3"], BODY, [400]),
        ([f"Content-Length: {len(BODY)}, {len(BODY)}"], BODY, [400]),
        ([f"Content-Length: +{len(BODY)}"], BODY, [400]),
        (["Transfer-Encoding: chunked, identity"], CHUNK + END, [400]),
        (["Transfer-Encoding: xchunked"], CHUNK + END, [400]),
        (["Transfer-Encoding: chunked", "Transfer-Encoding: identity"], CHUNK + END, [400]),
        (["Transfer-Encoding : chunked"], CHUNK + END, [400]),
        (["X: y\r\n folded", f"Content-Length: {len(BODY)}"], BODY, [400]),
        (["X: a\0b", f"Content-Length: {len(BODY)}"], BODY, [400]),
        (["Transfer-Encoding: chunked"], b"-1\r\n" + BODY + END, [400]),
        (["Transfer-Encoding: chunked"], b"FFFFFFFFFFFFFFFFF\r\n" + BODY + END, [400]),
    ],
)
def test_nothing_is_smuggled_behind_a_request_of_two_lengths(
    served: Running, headers: list[str], body: bytes, statuses: list[int]
) -> None:
    """The connection ends with the answer, so what follows is never taken for a request."""
    assert answered(served, head(served, *headers) + body + question(served)) == statuses


@pytest.mark.parametrize(
    ("sent", "statuses"),
    [
        (b"GET /healthz\r\n\r\n", {(400,)}),
        (b"GET /healthz HTTP/9.9\r\nHost: 127.0.0.1\r\n\r\n", {(400,)}),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", {(), (400,)}),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", {(), (400,)}),
        (b"GET /healthz HTTP/1.1\r\n\r\n", {(400,)}),
        (b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.test\r\n\r\n", {(400,)}),
        (b"GET http://evil.test/healthz HTTP/1.1\r\nHost: evil.test\r\n\r\n", {(400,)}),
        (b"CONNECT evil.test:443 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", {(404,)}),
    ],
)
def test_what_is_no_request_of_ours_is_refused(
    served: Running, sent: bytes, statuses: set[tuple[int, ...]]
) -> None:
    assert tuple(answered(served, sent)) in statuses


def test_floods_of_headers_are_refused(served: Running) -> None:
    many = [f"X-{number}: 1" for number in range(2000)]
    for headers in (many[:99], many, ["X: " + "a" * 20_000], ["X: " + "a" * 500_000]):
        assert answered(served, head(served, *headers, "Content-Length: 0", CLOSE)) == [431]
    assert answered(served, head(served, path="/" + "a" * 100_000)) == [414]


def test_large_bodies_leave_memory_flat(served: Running) -> None:
    assert served.server is not None
    chunks = b"10000\r\n" + b" " * 65536 + b"\r\n"

    def flood(times: int) -> int:
        for _ in range(times):
            assert answered(served, head(served, "Transfer-Encoding: chunked") + chunks * 5)[:1] == [413]
            assert answered(served, head(served, "Content-Length: 99999999") + b" " * 65536)[:1] == [413]
            full = head(served, "Content-Length: 262144", CLOSE) + b" " * 262_144
            assert answered(served, full) == [400]
        return resident_bytes(served.server.pid) if served.server else 0

    before, after = flood(20), flood(150)
    assert after - before < 32 * 2**20


def test_callers_who_go_away_are_no_failures(served: Running) -> None:
    with connections(served, 50) as gone:
        for raw in gone[:25]:
            raw.send(head(served, f"Content-Length: {len(BODY)}") + BODY[:5])
        for raw in gone[25:]:
            raw.send(question(served))
    # Those that came whole may hold their token's places a moment longer.
    deadline = time.monotonic() + START_SECONDS
    while (statuses := answered(served, question(served, CLOSE))) == [429]:
        assert time.monotonic() < deadline, "their places are not given back"
    assert statuses == [200]
    log = (served.folder / "server.log").read_text()
    assert '"level": "error"' not in log
    assert "Traceback" not in log
