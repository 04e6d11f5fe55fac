"""What watches a process: /healthz, /readyz and /metrics, of the hub and of a worker by itself."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from granian.server.embed import Server

from app.health import Part, alive, readiness
from app.http.asgi import Answer, Scope
from app.http.getting import getting
from app.http.shell import Allowed, Route, Shell
from app.limits import Limits
from app.metrics import ProcessMetrics
from app.serve import LOGS, http1_settings, is_free
from app.settings import Settings


class PortTaken(Exception):
    """Another process listens at the port; the message says what to do."""


def watched(parts: Mapping[str, Part], metrics: ProcessMetrics) -> dict[str, Route]:
    """The routes that monitors ask."""

    async def ready(scope: Scope) -> Answer:
        return await readiness(parts)

    async def living(scope: Scope) -> Answer:
        return alive()

    async def measured(scope: Scope) -> Answer:
        return await asyncio.to_thread(metrics.answer)

    return {
        "/healthz": Route("healthz", getting(living)),
        "/readyz": Route("readyz", getting(ready)),
        "/metrics": Route("metrics", getting(measured)),
    }


@asynccontextmanager
async def watched_at_a_port(
    settings: Settings, limits: Limits, parts: Mapping[str, Part], metrics: ProcessMetrics
) -> AsyncIterator[None]:
    """Listens at KEHU_WORKER_PORT while inside; nowhere without it. Raises PortTaken."""
    if settings.worker_port is None:
        yield
        return
    allowed = Allowed(settings.allowed_hosts, settings.allowed_origins)
    server = Server(
        Shell(watched(parts, metrics), allowed, limits, settings.trusted_proxies),
        address=settings.host,
        port=settings.worker_port,
        interface=Interfaces.ASGINL,
        http=HTTPModes.http1,
        http1_settings=http1_settings(limits),
        websockets=False,
        log_level=LogLevels.error,  # else it warns each time that it runs within another program
        log_dictconfig=LOGS,
    )
    if not is_free(settings.host, settings.worker_port):
        raise PortTaken(
            f"KEHU_WORKER_PORT is {settings.worker_port}, where the process can not listen:"
            " is another one there? Give each worker of a machine a port of its own."
        )
    serving = asyncio.create_task(server.serve())
    try:
        yield
    finally:
        server.stop()  # type: ignore[no-untyped-call]
        await serving
