"""The limit: statements written by hand behind the hub's own server, door and tokens, sent as they come."""

import asyncio
import os
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import psycopg
from granian.constants import HTTPModes, Interfaces
from granian.server import Server

from app.auth import Gate
from app.entrance import Entrance
from app.http.asgi import Answer, Receive, Scope, Send, send_answer
from app.http.bearer import bearer_token, unauthenticated
from app.http.requests import read_request
from app.http.shell import Allowed, Route, Shell
from app.limits import Limits, read_limits
from app.logging import configure_logging
from app.opening import open_master, open_windows
from app.rates import Rates
from app.refused_tokens import RefusedTokens
from app.serve import http1_settings
from app.settings import Settings, read_settings
from benchmarks.round_trips import trips

STATEMENTS = Path(__file__).parent / "statements"

CHANGE = "change"  # what names the transaction of four round trips, where the others name a statement

Execute = Callable[[str, Mapping[str, Any]], str]  # of a name and values: the one text that it gives


class ByHand:
    """The hub's ASGI application with a statement in the place of GraphQL: the request's query names it, its
    variables are the values, in order."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._limits: Limits = read_limits(settings.limits)
        self._execute = _sqlite(settings) if settings.is_sqlite else _postgresql(settings)
        self._shell: Shell | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif self._shell is not None:
            await self._shell(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        async with self._opened() as self._shell:
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})

    @asynccontextmanager
    async def _opened(self) -> AsyncIterator[Shell]:
        master = open_master(self._settings, self._limits)
        gate, refused = Gate(master, self._limits.operation_seconds), RefusedTokens(master)
        windows = open_windows(self._settings)
        self._entrance = Entrance(gate, Rates(windows, self._limits), refused, lambda reason: None)
        yield Shell({"/graphql": Route("graphql", self._answer)}, Allowed(["*"]), self._limits)
        await refused.close()
        await gate.close()
        await windows.close()
        master.close()

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        call = scope["kehu.call"]
        viewer = await self._entrance.authenticate(bearer_token(scope), call)
        if viewer is None:
            raise unauthenticated()
        with self._entrance.turn(viewer, call):
            request = await read_request(scope, receive, self._limits)
            told = await asyncio.to_thread(self._execute, str(request.query), request.variables)
            await send_answer(send, Answer(200, b'{"data":%s}' % told.encode()))


def _texts(kind: str) -> dict[str, str]:
    return {path.name.partition(".")[0]: path.read_text() for path in STATEMENTS.glob(f"*.{kind}.sql")}


def _postgresql(settings: Settings) -> Execute:
    texts, kept = _texts("postgresql"), threading.local()

    def execute(name: str, values: Mapping[str, Any]) -> str:
        if not hasattr(kept, "connection"):
            kept.connection = psycopg.connect(settings.database_url, autocommit=True)
        if name == CHANGE:
            for text, its in trips(**values):
                kept.connection.execute(text, its)
            return '{"changed":true}'
        found: str = kept.connection.execute(texts[name], list(values.values()), prepare=True).fetchone()[0]
        return found

    return execute


def _sqlite(settings: Settings) -> Execute:
    texts, kept = _texts("sqlite"), threading.local()
    path = settings.database_url.removeprefix("sqlite:///")

    def execute(name: str, values: Mapping[str, Any]) -> str:
        if not hasattr(kept, "connection"):
            kept.connection = sqlite3.connect(path)
            kept.connection.execute("PRAGMA cache_size = -65536")
        found: str = kept.connection.execute(texts[name], list(values.values())).fetchone()[0]
        return found

    return execute


def application() -> ByHand:
    """What granian loads."""
    configure_logging()  # a log line costs what it costs the hub
    return ByHand(read_settings(os.environ))


def serve() -> None:
    """As app/serve.py serves the hub."""
    settings = read_settings(os.environ)
    Server(
        "benchmarks.by_hand:application",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        factory=True,
        http=HTTPModes.http1,
        http1_settings=http1_settings(read_limits(settings.limits)),
        websockets=False,
    ).serve()


if __name__ == "__main__":
    serve()
