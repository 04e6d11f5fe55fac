"""Speaks to a running hub byte by byte, as no well-behaved client does."""

import json
import re
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.flows.conftest import Running

PATIENCE_SECONDS = 35  # how long any connection may stay open that says nothing


@dataclass
class Raw:
    """One connection."""

    connection: socket.socket

    def send(self, data: bytes) -> None:
        with suppress(ConnectionError):  # refused before all of it was there: the answer tells
            self.connection.sendall(data)

    def rest(self) -> bytes:
        """Everything until the hub closes; TimeoutError when it does not within PATIENCE_SECONDS."""
        parts = []
        with suppress(ConnectionError):
            while part := self.connection.recv(65536):
                parts.append(part)
        return b"".join(parts)

    def statuses(self) -> list[int]:
        """Of the answers that come until the hub closes."""
        return [int(status) for status in re.findall(rb"HTTP/1\.1 ([0-9]{3}) ", self.rest())]


@contextmanager
def connections(hub: Running, count: int) -> Iterator[list[Raw]]:
    with ExitStack() as stack:
        address = ("127.0.0.1", hub.port)
        yield [
            Raw(stack.enter_context(socket.create_connection(address, timeout=PATIENCE_SECONDS)))
            for _ in range(count)
        ]


def answered(hub: Running, *requests: bytes) -> list[int]:
    """The statuses that one connection sees after these bytes."""
    with connections(hub, 1) as (raw,):
        for request in requests:
            raw.send(request)
        return raw.statuses()


def head(hub: Running, *headers: str, method: str = "POST", path: str = "/graphql") -> bytes:
    """The head of a request with a good token."""
    lines = [
        f"{method} {path} HTTP/1.1",
        f"Host: 127.0.0.1:{hub.port}",
        f"Authorization: Bearer {hub.token('AGENT')}",
        "Content-Type: application/json",
        *headers,
    ]
    return "".join(f"{line}\r\n" for line in lines).encode() + b"\r\n"


def question(hub: Running, *headers: str) -> bytes:
    """A whole request."""
    body = json.dumps({"query": "{ viewer { name } }"}).encode()
    return head(hub, f"Content-Length: {len(body)}", *headers) + body


def resident_bytes(process: int) -> int:
    """The memory of a process and of those it started."""
    own = Path(f"/proc/{process}/status").read_text().partition("VmRSS:")[2].split()
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return int(own[0]) * 1024 + sum(resident_bytes(int(child)) for child in children)
