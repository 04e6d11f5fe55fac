"""The hub in one server process: opened when it starts, one ASGI application, closed when it stops."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from importlib.metadata import version

import strawberry
import structlog

from app.allowances import allowance_of
from app.auth import Gate
from app.entrance import Entrance
from app.http.asgi import Answer, Call, Receive, Scope, Send
from app.http.front import Door, GraphQLFront
from app.http.getting import getting
from app.http.limiter.allowance import Allowance
from app.http.running import Runs
from app.http.shell import Allowed, Route, Shell
from app.limits import Limits, read_limits
from app.metrics import Metrics
from app.noting import AccessNotes
from app.opening import begin_traces, open_master, open_search, open_windows
from app.parts import parts_of
from app.planning import by_plan
from app.playground.pages import Playground
from app.present import present_of
from app.rates import Rates
from app.refused_tokens import RefusedTokens
from app.registered import RegisteredDocuments
from app.search_log import SearchLog
from app.settings import Settings
from app.watched import watched
from app.windows import Windows
from app.working import ended, indexing, wake_by_redis, worker_of
from execution.queries import Queries
from indexing.engines.port import SearchEngine
from indexing.typing_on import Typing
from indexing.worker import Worker
from master.access import Viewer
from master.collecting import spare_the_collector
from master.session import Master
from schema.context import Context, open_context

THREADS = 32  # half of the requests that a process answers at once

log = structlog.get_logger("kehu.hub")


class Hub:
    """The ASGI application; the lifespan protocol opens and closes it."""

    def __init__(self, settings: Settings, schema: strawberry.Schema) -> None:
        self._settings = settings
        self._schema = schema
        self._shell: Shell | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif self._shell is None:
            raise RuntimeError("The hub is not open: its server must speak the lifespan protocol.")
        else:
            await self._shell(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            # Reads and writes share the loop's threads: by default so few that waiting writers stop everyone.
            asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(THREADS, "hub"))
            async with opened(self._settings, self._schema) as self._shell:
                spare_the_collector()
                await send({"type": "lifespan.startup.complete"})
                await receive()
        except Exception as error:
            log.error("hub failed", exc_info=error)
            phase = "startup" if self._shell is None else "shutdown"
            await send({"type": f"lifespan.{phase}.failed", "message": "The hub failed: see the log."})
            return
        await send({"type": "lifespan.shutdown.complete"})


@asynccontextmanager
async def opened(settings: Settings, schema: strawberry.Schema) -> AsyncIterator[Shell]:
    """The hub's ASGI application, with its indexing worker running unless the settings forbid it."""
    limits, end_traces = read_limits(settings.limits), begin_traces(settings)
    master, search = open_master(settings, limits), open_search(settings, limits)
    unhurried, gate = master.unhurried(), Gate(master, limits.operation_seconds)
    runs, refused, windows = Runs(), RefusedTokens(unhurried), open_windows(settings)
    notes, worker = AccessNotes(unhurried), worker_of(settings, unhurried, search)
    beside = [*wake_by_redis(settings, master, worker), *indexing(settings, worker)]
    try:
        yield Shell(
            _Routes(
                master,
                search,
                gate,
                refused,
                windows,
                schema,
                limits,
                settings.introspection,
                runs,
                notes,
                worker,
                Queries(schema, master, settings.compile_at),
                SearchLog(settings.slow_search_ms),
            ).routes(playground=settings.playground),
            Allowed(settings.allowed_hosts, settings.allowed_origins),
            limits,
            settings.trusted_proxies,
        )
    finally:
        await runs.close()
        await notes.close()
        await ended(beside)
        await refused.close()
        await gate.close()
        await windows.close()
        await search.close()
        unhurried.close()
        master.close()
        await asyncio.to_thread(end_traces)


@dataclass(frozen=True)
class _Routes:
    master: Master
    search: SearchEngine
    gate: Gate
    refused: RefusedTokens
    windows: Windows
    schema: strawberry.Schema
    limits: Limits
    introspection: bool
    runs: Runs
    notes: AccessNotes
    worker: Worker
    queries: Queries
    searches: SearchLog
    typing: Typing = field(default_factory=Typing)

    def routes(self, *, playground: bool) -> Mapping[str, Route]:
        metrics = Metrics(version("kehu"), lambda: present_of(self.master))
        self.notes.tell = metrics.access_notes_waiting
        self.searches.count = metrics.searched
        metrics.indexing.follow(self.worker.progress)
        parts = parts_of(self.master, self.search, self.windows)
        entrance = Entrance(self.gate, Rates(self.windows, self.limits), self.refused, metrics.auth_failed)

        door = Door[Viewer](
            entrance.authenticate,
            self._open_context,
            metrics.observe,
            self._allowance,
            metrics.over_limit,
            RegisteredDocuments(self.master).text_of,
            entrance.turn,
            entrance.admit_changes,
            by_plan(self.queries, metrics.planned),
        )
        routes = {
            "/graphql": Route("graphql", GraphQLFront(self.schema, door, self.limits, self.runs)),
            **watched(parts, metrics),
        }
        if playground:
            routes |= Playground().routes()
            routes["/"] = Route("root", getting(_to_the_playground))
        return routes

    @asynccontextmanager
    async def _open_context(self, viewer: Viewer, call: Call) -> AsyncIterator[Context]:
        self.notes.require_room()
        async with open_context(
            self.master,
            viewer,
            search=self.search,
            request_id=call.request_id,
            address=call.address,
            typing=self.typing,
            misses=self.notes.misses,
            tell_search=self.searches,
            until=time.monotonic() + self.limits.operation_seconds,
        ) as context:
            try:
                yield context
            except BaseException:
                self.notes.note_unanswered(context)
                raise
        await self.notes.note(context)

    def _allowance(self, viewer: Viewer) -> Allowance:
        return allowance_of(viewer, self.limits, introspection=self.introspection)


async def _to_the_playground(scope: Scope) -> Answer:
    return Answer(307, b"", headers=((b"location", b"/graphiql"),))
