"""kehu beside PostGraphile: the same customers of the same PostgreSQL, each asked in its own words.

kehu knows who asks, keeps to what they may see and notes whom they saw; PostGraphile here asks nobody.
"""

import asyncio
import os
import random
import statistics
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import orjson
import psycopg

from benchmarks.by_hand import STATEMENTS
from benchmarks.figures import Figure
from benchmarks.loading import asked, loaded, request
from benchmarks.serving import HUB, Running, cpu_seconds, served
from benchmarks.stocks import Stock, stock_of

HERE = Path(__file__).parent
FOLDER = Path(os.environ.get("BENCH_DIR", "var/bench"))
CUSTOMERS = int(os.environ.get("BENCH_CUSTOMERS", "200000"))
PLACE = Path("var/peers").absolute()  # where `make bench-peers` installs
NODE = (str(PLACE / "node_modules" / ".bin" / "node"), str(PLACE / "server.mjs"))
KEHU, PEER = "kehu", "PostGraphile"
CONNECTIONS, ROUNDS, SECONDS = 8, 5, 2.0
# Leaves that both spell alike.
SAME_LEAVES = {"number", "name", "kind", "gender", "birthDate", "code", "line", "channel", "subject"}
SAME_LEAVES |= {"outcome", "source", "title", "stage", "role", "effectiveDate"}
PROVEN, WARM = 20, 3  # answers compared, and times that each is answered before


def main() -> None:
    with stock_of("postgresql", FOLDER, CUSTOMERS) as stock:
        url = stock.said["KEHU_DATABASE_URL"]
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute((HERE / "tables.sql").read_text())
        said = {"DATABASE_URL": url, "NODE_ENV": "production", "GRAPHILE_ENV": "production"}
        with (
            served(HUB, stock.said, FOLDER / "peers-kehu.log") as hub,
            served(NODE, said, FOLDER / "peers-postgraphile.log") as peer,
        ):
            print(*asyncio.run(_figures(stock, {KEHU: hub, PEER: peer})), sep="\n")


async def _figures(stock: Stock, servers: Mapping[str, Running]) -> list[Figure]:
    chance = random.Random(3)
    numbers = [{"number": f"C{chance.randint(1, CUSTOMERS):09d}"} for _ in range(200)]
    figures = []
    for name, document, variables in (("C360", "c360", numbers), ("L50", "list", [{"first": 50}])):
        bodies = {
            each: [{"query": text.read_text(), "variables": values} for values in variables]
            for each, text in (
                (KEHU, STATEMENTS / f"{document}.graphql"),
                (PEER, HERE / f"{document}.graphql"),
            )
        }
        await _prove(name, stock, servers, bodies)
        cpu = await _cpu(stock, servers, bodies)
        figures += [Figure(f"{name} x{CONNECTIONS}: CPU, {each}", ms, "ms") for each, ms in cpu.items()]
        figures.append(Figure(f"{name} x{CONNECTIONS}: CPU, kehu", cpu[KEHU] / cpu[PEER], "x PostGraphile"))
    return [
        *figures,
        *(Figure(f"peak memory, {name}", its.peak_mib(), "MiB") for name, its in servers.items()),
    ]


async def _prove(
    name: str, stock: Stock, servers: Mapping[str, Running], bodies: Mapping[str, list[Any]]
) -> None:
    """Both tell the same customers the same leaves, but for the order of lists and how values are spelled."""
    told = {}
    for each, server in servers.items():
        requests = [request(server.port, stock.tokens[0], body) for body in bodies[each]][:PROVEN]
        for _ in range(WARM):
            answers = await asked(server.port, requests)
        told[each] = [sorted(set(_texts(orjson.loads(answer)["data"]))) for answer in answers]
    for ours, theirs in zip(told[KEHU], told[PEER], strict=True):
        if ours != theirs or len(ours) < 5:
            raise RuntimeError(f"{name}: kehu tells\n{ours}\nand PostGraphile\n{theirs}")


def _texts(told: Any, name: str = "") -> Iterable[str]:
    """What is told in those leaves, with their names."""
    if isinstance(told, dict):
        for key, value in told.items():
            yield from _texts(value, key)
    elif isinstance(told, list):
        for value in told:
            yield from _texts(value, "role" if name == "roles" else name)
    elif told is not None and name in SAME_LEAVES:
        yield f"{name} {told}"


async def _cpu(
    stock: Stock, servers: Mapping[str, Running], bodies: Mapping[str, list[Any]]
) -> dict[str, float]:
    """Milliseconds of server and database for a request, the median of rounds in which both take turns."""
    taken: dict[str, list[float]] = {name: [] for name in servers}
    for _ in range(ROUNDS):
        for name, server in servers.items():
            requests = [
                [request(server.port, token, body) for body in bodies[name]]
                for token in stock.tokens[:CONNECTIONS]
            ]
            pids = [server.pid, *stock.pids]
            begun = cpu_seconds(pids)
            load = await loaded(server.port, requests, SECONDS)
            taken[name].append((cpu_seconds(pids) - begun) / len(load.times) * 1000)
    return {name: statistics.median(each) for name, each in taken.items()}


if __name__ == "__main__":
    main()
