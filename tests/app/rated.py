"""The toy schema behind real tokens and rates, asked from callers' addresses."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace

import httpx
from sqlalchemy import select

from app.auth import Gate
from app.entrance import Entrance
from app.http.front import Door, GraphQLFront
from app.http.limiter.allowance import Allowance
from app.http.running import Runs
from app.http.shell import Allowed, Route, Shell
from app.limits import shipped_limits
from app.rates import Rates
from app.refused_tokens import RefusedTokens
from app.windows import BoundedMemory, LocalWindows
from master.access import Viewer
from master.session import Master
from master.tables.audit import AuditEntryRow
from master.tables.base import table
from master.writes.tokens import NewToken, create_token
from tests.app import toys
from tests.conftest import TESTER

audit = table(AuditEntryRow)

HELLO = {"query": "{hello}"}
HELD = {"query": "{held}"}


class Ticking:
    """Seconds that tests count."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Hub:
    """The toy schema behind real tokens and rates, at a time that tests move."""

    def __init__(self, master: Master, **limits: int) -> None:
        self.master = master
        self.limits = replace(shipped_limits(), **limits)
        self.seconds = Ticking()
        self.failures: list[str] = []
        self.let_go = asyncio.Event()  # what HELD waits for

    def token(self, rate: int | None = None, days: int = 30) -> str:
        with self.master.transaction(TESTER) as tx:
            return create_token(tx, NewToken("desk", "AGENT", None, expires_days=days, rate=rate))

    def asked(self, asked: Callable[["Callers"], Awaitable[None]]) -> None:
        """Asks the hub from callers' addresses, then closes it."""

        async def asking() -> None:
            refused = RefusedTokens(self.master)
            gate = Gate(self.master)
            await asked(Callers(self._shell(gate, refused)))
            await gate.close()
            await refused.close()

        asyncio.run(asking())

    def _shell(self, gate: Gate, refused: RefusedTokens) -> Shell:
        rates = Rates(LocalWindows(BoundedMemory(now=self.seconds)), self.limits)
        entrance = Entrance(gate, rates, refused, self.failures.append)
        allowance = Allowance(limits=self.limits, most_rows=100)
        door = Door[Viewer](
            entrance.authenticate,
            lambda viewer, call: toys.open_context(self, call),
            toys.Observed(),
            lambda _: allowance,
            print,
            lambda request, viewer, call: toys.text_of(request, viewer.name, call),
            entrance.turn,
            entrance.admit_changes,
        )
        front = GraphQLFront(toys.schema, door, self.limits, Runs())
        return Shell({"/graphql": Route("graphql", front)}, Allowed(["hub.test"]), self.limits)

    def noted(self) -> list[tuple[str | None, dict[str, object]]]:
        """Address and details of what the audit says of refused tokens."""
        statement = select(audit.c.address, audit.c.details).where(audit.c.action == "token.refused")
        with self.master.reading() as connection:
            rows = connection.execute(statement.order_by(audit.c.id)).all()
        return [(row.address, json.loads(row.details)) for row in rows]


class Callers:
    """Whoever asks, from an address."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell

    async def ask(
        self, token: str | None, question: dict[str, str] = HELLO, *, address: str = "192.0.2.1"
    ) -> httpx.Response:
        bearer = {} if token is None else {"authorization": f"Bearer {token}"}
        transport = httpx.ASGITransport(self._shell, client=(address, 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://hub.test") as client:
            return await client.post("/graphql", json=question, headers=bearer)

    async def statuses(self, times: int, token: str | None, question: dict[str, str] = HELLO) -> list[int]:
        return [(await self.ask(token, question)).status_code for _ in range(times)]
