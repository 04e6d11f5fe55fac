"""Commits a second: updateCustomer, with version check, audit, events, history and index queue, beside two
limits, both a transaction of four round trips: bare, in this process, and behind the hub's own door."""

import asyncio
import os
import statistics
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import orjson
import psycopg

from benchmarks.by_hand import CHANGE
from benchmarks.figures import Figure
from benchmarks.loading import ask, request
from benchmarks.round_trips import TABLES, trips
from benchmarks.serving import BY_HAND, HUB, Running, cpu_seconds, served
from benchmarks.stocks import Stock, stock_of
from tests.services import postgresql

CONNECTIONS, ROUNDS, SECONDS = 8, 5, 3.0
WARM_SECONDS = 1.0  # before the first round: what is prepared once is
BARE, BEHIND, CHANGED = "four round trips", "four round trips behind the same door", "updateCustomer"
UPDATE = """mutation Update($input: UpdateCustomerInput!) {
  updateCustomer(input: $input) { customer { version } errors { message } }
}"""


@dataclass
class _Customer:
    """One that a connection alone changes, and the token that does so."""

    id: int
    version: int
    token: str
    times: int = 0

    def next_status(self) -> str | None:
        """Set by hand, then taken back: each a change."""
        self.times += 1
        return "LOST" if self.times % 2 else None


Change: TypeAlias = Callable[[_Customer, float], Awaitable[int]]  # until then, again and again: how often


@dataclass
class _Way:
    """change: what one connection does; pid: of whoever does the Python of it; rates, python and database:
    commits a second and milliseconds of processor time for a commit, by rounds."""

    change: Change
    pid: int
    rates: list[float] = field(default_factory=list)
    python: list[float] = field(default_factory=list)
    database: list[float] = field(default_factory=list)


def change_figures(folder: Path, customers: int) -> list[Figure]:
    """Medians over rounds in which all are asked in turn. Nothing without a PostgreSQL."""
    if not postgresql.is_there():
        return []
    with (
        stock_of("postgresql", folder, customers) as stock,
        served(HUB, stock.said, folder / "changing.log") as hub,
        served(BY_HAND, stock.said, folder / "changing-by-hand.log") as by_hand,
    ):
        return asyncio.run(_figures(stock, hub, by_hand))


async def _figures(stock: Stock, hub: Running, by_hand: Running) -> list[Figure]:
    url = stock.said["KEHU_DATABASE_URL"]
    ways = {
        BARE: _Way(lambda customer, until: _bare(url, customer, until), os.getpid()),
        BEHIND: _Way(lambda customer, until: _behind(by_hand.port, customer, until), by_hand.pid),
        CHANGED: _Way(lambda customer, until: _changed(hub.port, customer, until), hub.pid),
    }
    some = _prepared(url, stock.tokens)
    for way in ways.values():
        await _run(way, some, WARM_SECONDS)
    for _ in range(ROUNDS):
        for way in ways.values():
            await _take(way, some, stock.pids)
    return _told(ways)


def _prepared(url: str, tokens: Sequence[str]) -> list[_Customer]:
    """The limits' tables, and a customer for each connection."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(TABLES)
        found = connection.execute(
            "SELECT id, version FROM customers ORDER BY id LIMIT %s", (CONNECTIONS,)
        ).fetchall()
    return [_Customer(*row, token) for row, token in zip(found, tokens, strict=True)]


async def _run(way: _Way, some: Sequence[_Customer], seconds: float) -> int:
    until = time.perf_counter() + seconds
    return sum(await asyncio.gather(*(way.change(each, until) for each in some)))


async def _take(way: _Way, some: Sequence[_Customer], database: Sequence[int]) -> None:
    begun = _cpu(way), cpu_seconds(database)
    done = await _run(way, some, SECONDS)
    way.rates.append(done / SECONDS)
    way.python.append((_cpu(way) - begun[0]) / done * 1000)
    way.database.append((cpu_seconds(database) - begun[1]) / done * 1000)


def _cpu(way: _Way) -> float:
    """Of this process without the servers below it."""
    return time.process_time() if way.pid == os.getpid() else cpu_seconds([way.pid])


def _told(ways: Mapping[str, _Way]) -> list[Figure]:
    at = f"postgresql x{CONNECTIONS}: "
    rates = {name: statistics.median(way.rates) for name, way in ways.items()}
    figures = []
    for name, way in ways.items():
        figures += [
            Figure(f"{at}{name}", rates[name], "commits/s"),
            Figure(f"{at}{name}, Python", statistics.median(way.python), "ms of CPU"),
            Figure(f"{at}{name}, database", statistics.median(way.database), "ms of CPU"),
        ]
    return figures + [
        Figure(f"{at}{CHANGED}", rates[CHANGED] / rates[limit], f"x {limit}") for limit in (BARE, BEHIND)
    ]


async def _bare(url: str, customer: _Customer, until: float) -> int:
    done = 0
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        while time.perf_counter() < until:
            for text, values in trips(customer.next_status(), customer.id):
                await connection.execute(text, values)
            done += 1
    return done


async def _behind(port: int, customer: _Customer, until: float) -> int:
    """Raises RuntimeError where it is not answered."""
    done = 0
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while time.perf_counter() < until:
        given = {"status": customer.next_status(), "id": customer.id}
        await ask(reader, writer, request(port, customer.token, {"query": CHANGE, "variables": given}))
        done += 1
    writer.close()
    return done


async def _changed(port: int, customer: _Customer, until: float) -> int:
    """Raises RuntimeError where a change is refused."""
    done = 0
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while time.perf_counter() < until:
        given = {"id": f"c{customer.id}", "version": customer.version, "status": customer.next_status()}
        sent = request(port, customer.token, {"query": UPDATE, "variables": {"input": given}})
        told: Any = orjson.loads(await ask(reader, writer, sent))
        payload = (told.get("data") or {}).get("updateCustomer")
        if not payload or payload["errors"]:
            raise RuntimeError(f"updateCustomer answers {told}")
        customer.version = payload["customer"]["version"]
        done += 1
    writer.close()
    return done
