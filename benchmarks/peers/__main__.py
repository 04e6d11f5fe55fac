"""kehu beside PostGraphile: the same customers of the same PostgreSQL, each asked in its own words.

kehu knows who asks, keeps to what they may see, to rates and to limits; it is asked twice, for it also notes
whom they saw, which PostGraphile does not. That is asked twice too: as it is, where it asks nobody, and as
its documentation recommends for that, with a token that is verified for each request, by whose branches
policies of row-level security go.
"""

import asyncio
import base64
import hashlib
import hmac
import os
import random
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import psycopg

from benchmarks.by_hand import STATEMENTS
from benchmarks.figures import Figure
from benchmarks.loading import asked, loaded, request
from benchmarks.serving import HUB, UNNOTED_HUB, Running, cpu_seconds, served
from benchmarks.stocks import stock_of

HERE = Path(__file__).parent
FOLDER = Path(os.environ.get("BENCH_DIR", "var/bench"))
CUSTOMERS = int(os.environ.get("BENCH_CUSTOMERS", "200000"))
PLACE = Path("var/peers").absolute()  # where `make bench-peers` installs
NODE = (str(PLACE / "node_modules" / ".bin" / "node"), str(PLACE / "server.mjs"))
KEHU, UNNOTED = "kehu", "kehu, not noted"
PEER, GUARDED = "PostGraphile", "PostGraphile with tokens and row-level security"
OURS = (KEHU, UNNOTED)
SECRET = "benchmark secret: 32 bytes, no use"
CONNECTIONS, ROUNDS, SECONDS = 8, 5, 2.0
# Leaves that both spell alike.
SAME_LEAVES = {"number", "name", "kind", "gender", "birthDate", "code", "line", "channel", "subject"}
SAME_LEAVES |= {"outcome", "source", "title", "stage", "role", "effectiveDate"}
PROVEN, WARM = 20, 3  # answers compared, and times that each is answered before


def main() -> None:
    with stock_of("postgresql", FOLDER, CUSTOMERS) as stock:
        url = stock.said["KEHU_DATABASE_URL"]
        branches = _tables(url)
        said = {"DATABASE_URL": url, "NODE_ENV": "production", "GRAPHILE_ENV": "production"}
        with (
            served(HUB, stock.said, FOLDER / "peers-kehu.log") as hub,
            served(UNNOTED_HUB, stock.said, FOLDER / "peers-unnoted.log") as unnoted,
            served(NODE, said, FOLDER / "peers-postgraphile.log") as peer,
            served(NODE, {**said, "JWT_SECRET": SECRET}, FOLDER / "peers-guarded.log") as guarded,
        ):
            tokens = {KEHU: stock.tokens, UNNOTED: stock.tokens, PEER: [""], GUARDED: [_jwt(branches)]}
            servers = {KEHU: hub, UNNOTED: unnoted, PEER: peer, GUARDED: guarded}
            asked = [_Asked(name, servers[name], tokens[name], stock.pids) for name in servers]
            print(*asyncio.run(_figures(asked)), sep="\n")


@dataclass(frozen=True)
class _Asked:
    """One of the servers, and the tokens that its connections send in turn; database: its processes' ids."""

    name: str
    server: Running
    tokens: Sequence[str]
    database: Sequence[int]

    def document(self, name: str) -> str:
        return ((STATEMENTS if self.name in OURS else HERE) / f"{name}.graphql").read_text()


def _tables(url: str) -> list[int]:
    """Makes PostGraphile's; gives the ids of all branches, which kehu's tokens are for too."""
    with psycopg.connect(url, autocommit=True) as connection:
        for name in ("tables.sql", "policies.sql"):
            connection.execute((HERE / name).read_text())
        return [id for (id,) in connection.execute("SELECT id FROM public.branches ORDER BY id")]


def _jwt(branches: Sequence[int]) -> str:
    """A token of HS256 for a viewer of these branches."""
    claims = {
        "aud": "postgraphile",
        "role": "peers_viewer",
        "branches": "{" + ",".join(map(str, branches)) + "}",
    }
    parts = [
        base64.urlsafe_b64encode(orjson.dumps(each)) for each in ({"alg": "HS256", "typ": "JWT"}, claims)
    ]
    said = b".".join(each.rstrip(b"=") for each in parts)
    signed = base64.urlsafe_b64encode(hmac.digest(SECRET.encode(), said, hashlib.sha256))
    return (said + b"." + signed.rstrip(b"=")).decode()


async def _figures(servers: Sequence[_Asked]) -> list[Figure]:
    chance = random.Random(3)
    numbers = [{"number": f"C{chance.randint(1, CUSTOMERS):09d}"} for _ in range(200)]
    figures = []
    for name, document, variables in (("C360", "c360", numbers), ("L50", "list", [{"first": 50}])):
        bodies = {
            each.name: [{"query": each.document(document), "variables": values} for values in variables]
            for each in servers
        }
        await _prove(name, servers, bodies)
        cpu = await _cpu(servers, bodies)
        figures += [Figure(f"{name} x{CONNECTIONS}: CPU, {each}", ms, "ms") for each, ms in cpu.items()]
        figures += [
            Figure(f"{name} x{CONNECTIONS}: CPU, {ours}", cpu[ours] / cpu[theirs], f"x {theirs}")
            for theirs in (PEER, GUARDED)
            for ours in OURS
        ]
    return [
        *figures,
        *(Figure(f"peak memory, {each.name}", each.server.peak_mib(), "MiB") for each in servers),
    ]


async def _prove(name: str, servers: Sequence[_Asked], bodies: Mapping[str, list[Any]]) -> None:
    """All tell the same customers the same leaves, but for the order of lists and how values are spelled."""
    told = {}
    for each in servers:
        port = each.server.port
        requests = [request(port, each.tokens[0], body) for body in bodies[each.name]][:PROVEN]
        for _ in range(WARM):
            answers = await asked(port, requests)
        told[each.name] = [sorted(set(_texts(orjson.loads(answer)["data"]))) for answer in answers]
    for peer, answers_of_peer in told.items():
        for ours, theirs in zip(told[KEHU], answers_of_peer, strict=True):
            if ours != theirs or len(ours) < 5:
                raise RuntimeError(f"{name}: kehu tells\n{ours}\nand {peer}\n{theirs}")


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


async def _cpu(servers: Sequence[_Asked], bodies: Mapping[str, list[Any]]) -> dict[str, float]:
    """Milliseconds of server and database for a request, the median of rounds in which all take turns."""
    taken: dict[str, list[float]] = {each.name: [] for each in servers}
    for _ in range(ROUNDS):
        for each in servers:
            tokens = [each.tokens[turn % len(each.tokens)] for turn in range(CONNECTIONS)]
            requests = [
                [request(each.server.port, token, body) for body in bodies[each.name]] for token in tokens
            ]
            pids = [each.server.pid, *each.database]
            begun = cpu_seconds(pids)
            load = await loaded(each.server.port, requests, SECONDS)
            taken[each.name].append((cpu_seconds(pids) - begun) / len(load.times) * 1000)
    return {name: statistics.median(each) for name, each in taken.items()}


if __name__ == "__main__":
    main()
