"""Commits a second: updateCustomer, with version check, audit, events, history and index queue, beside the
limit, which is a transaction of four round trips: BEGIN, an UPDATE, an INSERT into an outbox, COMMIT."""

import asyncio
import statistics
import time
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import psycopg

from benchmarks.figures import Figure
from benchmarks.loading import ask, request
from benchmarks.serving import HUB, served
from benchmarks.stocks import Stock, stock_of
from tests.services import postgresql

CONNECTIONS, ROUNDS, SECONDS = 8, 5, 3.0
UPDATE = """mutation Update($input: UpdateCustomerInput!) {
  updateCustomer(input: $input) { customer { version } errors { message } }
}"""
TABLES = """
DROP SCHEMA IF EXISTS bench CASCADE;
CREATE SCHEMA bench;
CREATE TABLE bench.customers (id bigint PRIMARY KEY, status text, version bigint NOT NULL);
CREATE TABLE bench.outbox (id bigserial PRIMARY KEY, customer_id bigint NOT NULL, at timestamptz NOT NULL);
INSERT INTO bench.customers SELECT id, status_by_hand, 1 FROM public.customers;
"""


@dataclass
class _Customer:
    """One that a connection alone changes."""

    id: int
    version: int
    times: int = 0

    def next_status(self) -> str | None:
        """Set by hand, then taken back: each a change."""
        self.times += 1
        return "LOST" if self.times % 2 else None


def change_figures(folder: Path, customers: int) -> list[Figure]:
    """Medians over rounds in which both are asked in turn. Nothing without a PostgreSQL."""
    if not postgresql.is_there():
        return []
    with (
        stock_of("postgresql", folder, customers) as stock,
        served(HUB, stock.said, folder / "changing.log") as server,
    ):
        return asyncio.run(_figures(stock, server.port))


async def _figures(stock: Stock, port: int) -> list[Figure]:
    url = stock.said["KEHU_DATABASE_URL"]
    some = _prepared(url)
    limits, hubs = [], []
    for _ in range(ROUNDS):
        limits.append(await _rate([_by_hand(url, each, _until()) for each in some]))
        hubs.append(
            await _rate(
                [_by_hub(port, token, each, _until()) for token, each in zip(stock.tokens, some, strict=True)]
            )
        )
    limit, hub = statistics.median(limits), statistics.median(hubs)
    name = f"postgresql x{CONNECTIONS}: "
    return [
        Figure(f"{name}four round trips", limit, "commits/s"),
        Figure(f"{name}updateCustomer", hub, "commits/s"),
        Figure(f"{name}updateCustomer", hub / limit, "x the limit"),
    ]


def _prepared(url: str) -> list[_Customer]:
    """The limit's tables, and a customer for each connection."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(TABLES)
        found = connection.execute(
            "SELECT id, version FROM customers ORDER BY id LIMIT %s", (CONNECTIONS,)
        ).fetchall()
    return [_Customer(*row) for row in found]


def _until() -> float:
    return time.perf_counter() + SECONDS


async def _rate(running: Sequence[Coroutine[Any, Any, int]]) -> float:
    return sum(await asyncio.gather(*running)) / SECONDS


async def _by_hand(url: str, customer: _Customer, until: float) -> int:
    done = 0
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        while time.perf_counter() < until:
            await connection.execute("BEGIN")
            await connection.execute(
                "UPDATE bench.customers SET status = %s, version = version + 1 WHERE id = %s",
                (customer.next_status(), customer.id),
            )
            await connection.execute(
                "INSERT INTO bench.outbox (customer_id, at) VALUES (%s, now())", (customer.id,)
            )
            await connection.execute("COMMIT")
            done += 1
    return done


async def _by_hub(port: int, token: str, customer: _Customer, until: float) -> int:
    """Raises RuntimeError where a change is refused."""
    done = 0
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while time.perf_counter() < until:
        given = {"id": f"c{customer.id}", "version": customer.version, "status": customer.next_status()}
        sent = request(port, token, {"query": UPDATE, "variables": {"input": given}})
        told = orjson.loads(await ask(reader, writer, sent))
        payload = (told.get("data") or {}).get("updateCustomer")
        if not payload or payload["errors"]:
            raise RuntimeError(f"updateCustomer answers {told}")
        customer.version = payload["customer"]["version"]
        done += 1
    writer.close()
    return done
