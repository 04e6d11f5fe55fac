"""Load over HTTP: so many connections, each asks again as soon as it has its answer."""

import asyncio
import itertools
import time
from collections.abc import Sequence
from dataclasses import dataclass

import orjson


@dataclass(frozen=True)
class Load:
    """How long each request took, in milliseconds, and all of them together, in seconds."""

    times: Sequence[float]
    seconds: float

    @property
    def rate(self) -> float:
        return len(self.times) / self.seconds


def request(port: int, token: str, body: object) -> bytes:
    """A request to /graphql as it goes over the wire."""
    told = orjson.dumps(body)
    return (
        f"POST /graphql HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\ncontent-type: application/json\r\n"
        f"authorization: Bearer {token}\r\ncontent-length: {len(told)}\r\n\r\n"
    ).encode() + told


async def asked(port: int, requests: Sequence[bytes]) -> list[bytes]:
    """The bodies of the answers, one after another. Raises RuntimeError for any status but 200."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    told = [await ask(reader, writer, each) for each in requests]
    writer.close()
    return told


async def timed(port: int, requests: Sequence[bytes]) -> tuple[list[float], list[bytes]]:
    """Milliseconds that each took, one after another, and the bodies."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    times, told = [], []
    for each in requests:
        begun = time.perf_counter()
        told.append(await ask(reader, writer, each))
        times.append((time.perf_counter() - begun) * 1000)
    writer.close()
    if refused := [body for body in told if b'"errors"' in body]:
        raise RuntimeError(refused[0].decode())
    return times, told


async def loaded(port: int, requests: Sequence[Sequence[bytes]], seconds: float) -> Load:
    """requests: of each connection its own, which it goes round."""
    begun = time.perf_counter()
    until = begun + seconds
    times = await asyncio.gather(*(_connection(port, each, until) for each in requests))
    return Load(list(itertools.chain.from_iterable(times)), time.perf_counter() - begun)


async def _connection(port: int, requests: Sequence[bytes], until: float) -> list[float]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    times, turn = [], itertools.cycle(requests)
    while (begun := time.perf_counter()) < until:
        await ask(reader, writer, next(turn))
        times.append((time.perf_counter() - begun) * 1000)
    writer.close()
    return times


async def ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, sent: bytes) -> bytes:
    """The body of the answer. Raises RuntimeError for any status but 200."""
    writer.write(sent)
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    if b"content-length:" in head:
        length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
        body = await reader.readexactly(length)
    else:  # in chunks
        body = b""
        while size := int((await reader.readline()).strip(), 16):
            body += await reader.readexactly(size)
            await reader.readline()
        await reader.readline()
    if not head.startswith(b"http/1.1 200"):
        raise RuntimeError(f"{head.decode()}{body.decode()}")
    return body
