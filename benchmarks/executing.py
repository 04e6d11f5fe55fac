"""What a query costs: a statement written by hand, the compiled path and the ordinary one, asked in turn."""

import asyncio
import json
import random
import statistics
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from benchmarks.by_hand import STATEMENTS
from benchmarks.figures import Figure
from benchmarks.loading import Load, asked, loaded, request
from benchmarks.serving import BY_HAND, HUB, UNNOTED_HUB, Running, cpu_seconds, served
from benchmarks.stocks import Stock, stock_of
from tests.services import postgresql

LIMIT, COMPILED, UNNOTED, ORDINARY = "by hand", "compiled", "compiled, not noted", "ordinary path"
DATABASES = ("sqlite", *(["postgresql"] if postgresql.is_there() else []))
CONNECTIONS = (1, 8, 32)
GROWTH = (1, 10, 100, 1000)
ROUNDS, SECONDS = 5, 3.0
PROVEN = 20  # answers compared before anything is timed
WARM = 3  # times that each server answers a query before


@dataclass(frozen=True)
class Question:
    """The same thing asked of a statement and of the hub: with these variables, one after the other."""

    name: str
    statement: str
    variables: Sequence[Mapping[str, object]]

    def requests(self, target: str, port: int, token: str) -> list[bytes]:
        document = (STATEMENTS / f"{self.statement}.graphql").read_text()
        if target == LIMIT:
            values = [{name: value or "" for name, value in each.items()} for each in self.variables]
            return [request(port, token, {"query": self.statement, "variables": each}) for each in values]
        return [request(port, token, {"query": document, "variables": each}) for each in self.variables]


@dataclass
class Taken:
    """What the rounds gave: milliseconds of processor time for a request, and how the load went."""

    cpu: list[float] = field(default_factory=list)
    loads: list[Load] = field(default_factory=list)

    def add(self, cpu: float, load: Load) -> None:
        self.cpu.append(cpu / len(load.times) * 1000)
        self.loads.append(load)


def execution_figures(
    folder: Path, customers: int, *, rounds: int = ROUNDS, seconds: float = SECONDS
) -> list[Figure]:
    """Medians over rounds in which all are asked in turn."""
    figures = []
    for database in DATABASES:
        with stock_of(database, folder, customers) as stock, _servers(stock, folder) as servers:
            bench = _Bench(stock, servers, customers, rounds, seconds)
            figures += asyncio.run(bench.figures())
    return figures


@contextmanager
def _servers(stock: Stock, folder: Path) -> Iterator[dict[str, Running]]:
    """Each way to answer, in a process of its own."""
    commands = {
        LIMIT: (BY_HAND, "0"),
        COMPILED: (HUB, "2"),
        UNNOTED: (UNNOTED_HUB, "2"),
        ORDINARY: (HUB, "0"),
    }
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(
                served(
                    command, {**stock.said, "KEHU_COMPILE_AT": at}, folder / f"{name}.log".replace(" ", "-")
                )
            )
            for name, (command, at) in commands.items()
        }


@dataclass
class _Bench:
    stock: Stock
    servers: Mapping[str, Running]
    customers: int
    rounds: int
    seconds: float

    async def figures(self) -> list[Figure]:
        c360, l50 = self._c360(), self._list(50)
        figures = []
        for question in (c360, l50):
            await self._prove(question)
            for connections in CONNECTIONS:
                figures += _told(self._name(question, connections), await self._taken(question, connections))
        figures += [
            Figure(f"{self.stock.database}: peak memory, {name}", each.peak_mib(), "MiB")
            for name, each in self.servers.items()
        ]
        for rows in GROWTH:
            question = self._list(rows)
            await self._prove(question)
            figures += _told(self._name(question, 1), await self._taken(question, 1))[
                : len(self.servers) * 2 - 1
            ]
        return figures

    def _name(self, question: Question, connections: int) -> str:
        return f"{self.stock.database} {question.name} x{connections}"

    def _c360(self) -> Question:
        chance = random.Random(3)
        numbers = [f"C{chance.randint(1, self.customers):09d}" for _ in range(200)]
        return Question("C360", "c360", [{"number": number} for number in numbers])

    def _list(self, rows: int) -> Question:
        """The first page: a cursor is each caller's own, and a place further on costs the same."""
        return Question(f"L{rows}", "list", [{"after": None, "first": rows}])

    async def _prove(self, question: Question) -> None:
        """All servers answer the same, to the last value, in the same order of names."""
        told = {}
        for name, server in self.servers.items():
            requests = question.requests(name, server.port, self.stock.tokens[0])[:PROVEN]
            for _ in range(WARM):
                bodies = await asked(server.port, requests)
            told[name] = [json.dumps(orjson.loads(body)) for body in bodies]
        for name, answers in told.items():
            for answer, right in zip(answers, told[LIMIT], strict=True):
                if answer != right or len(answer) < 20:
                    raise RuntimeError(f"{question.name}: {name} answers\n{answer}\nnot\n{right}")

    async def _taken(self, question: Question, connections: int) -> dict[str, Taken]:
        taken: dict[str, Taken] = defaultdict(Taken)
        for _ in range(self.rounds):
            for name, server in self.servers.items():
                tokens = [self.stock.tokens[each % len(self.stock.tokens)] for each in range(connections)]
                requests = [question.requests(name, server.port, token) for token in tokens]
                pids = [server.pid, *self.stock.pids]
                begun = cpu_seconds(pids)
                load = await loaded(server.port, requests, self.seconds)
                taken[name].add(cpu_seconds(pids) - begun, load)
        return taken


def _told(name: str, taken: Mapping[str, Taken]) -> list[Figure]:
    """What each costs, how much that is of the limit, and how fast it is."""
    cpu = {each: statistics.median(its.cpu) for each, its in taken.items()}
    figures = [Figure(f"{name}: CPU, {each}", found, "ms") for each, found in cpu.items()]
    figures += [
        Figure(f"{name}: CPU, {each}", cpu[each] / cpu[LIMIT], "x the limit")
        for each in taken
        if each != LIMIT
    ]
    for each, its in taken.items():
        times = sorted(time for load in its.loads for time in load.times)
        rate = statistics.median(load.rate for load in its.loads)
        figures.append(Figure(f"{name}: {each}", rate, "requests/s"))
        figures += [
            Figure(f"{name}: {each} p{share}", times[len(times) * share // 100], "ms") for share in (50, 99)
        ]
    return figures
