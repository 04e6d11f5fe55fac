"""/healthz and /readyz: whether the hub lives, which parts are ready, what to do about the others."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import orjson
import structlog

from app.http.asgi import Answer

CHECK_SECONDS = 2.0  # a probe that takes longer is as good as a failed one

log = structlog.get_logger("kehu.health")

Status = Literal["ok", "degraded", "failed"]


@dataclass(frozen=True, slots=True)
class State:
    """How a part is; `advice` says in one sentence what to do when it is not ok."""

    status: Status
    advice: str | None = None


OK = State("ok")


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the hub and how to look at it; without a needed one nothing can be answered."""

    check: Callable[[], Awaitable[State]]
    is_needed: bool
    advice: str


def alive() -> Answer:
    return Answer(200, b'{"status":"alive"}')


async def readiness(parts: Mapping[str, Part]) -> Answer:
    """200 when every needed part is ok, else 503; each part with its status and what to do."""
    states = dict(zip(parts, await asyncio.gather(*map(_looked_at, parts.items())), strict=True))
    found = {state.status for state in states.values()}
    status = "not ready" if "failed" in found else "degraded" if "degraded" in found else "ready"
    told = {name: {"status": state.status, "advice": state.advice} for name, state in states.items()}
    return Answer(503 if status == "not ready" else 200, orjson.dumps({"status": status, "parts": told}))


async def _looked_at(named: tuple[str, Part]) -> State:
    name, part = named
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            state = await part.check()
    except Exception as error:  # whatever a check raises means that its part is not ready
        log.warning("part is not ready", part=name, exc_info=error)
        state = State("failed", part.advice)
    if state.status == "failed" and not part.is_needed:
        return State("degraded", state.advice)
    return state
