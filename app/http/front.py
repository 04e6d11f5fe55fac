"""/graphql: GraphQL over HTTP on a strawberry schema, as a bare ASGI application."""

import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Generic, TypeVar

import strawberry

from app.http.asgi import (
    Answer,
    Call,
    Disconnected,
    Receive,
    RequestRefused,
    Scope,
    Send,
    header_of,
    send_answer,
)
from app.http.bearer import bearer_token, unauthenticated
from app.http.errors import internal_answer, refused_answer
from app.http.limiter.allowance import Allowance
from app.http.media import JSON_TYPE, answer_type
from app.http.operations import AdmitChanges, Asker, ByPlan, OpenContext, Operations, TextOf, written
from app.http.requests import read_request, require_method
from app.http.running import Runs
from app.limits import Limits
from master.errors import Refusal

V = TypeVar("V")

REFUSAL_STATUSES = {
    "UNAUTHENTICATED": 401,
    "FORBIDDEN": 403,
    "RATE_LIMITED": 429,
    "UNAVAILABLE": 503,
    "TIMEOUT": 503,
}


@dataclass(frozen=True)
class Door(Generic[V]):
    """What the front asks of the rest of the application; the first two and the last may raise Refusal.

    `authenticate(token, call)` gives the viewer, or None. `open_context(viewer, call)` gives what
    resolvers see as `info.context`, closed when the operation is over. `observe(operation, status, seconds,
    codes)` counts. `allowance(viewer)` says how much the viewer may ask for; `over_limit(name)` counts
    what is over one of its limits. `text_of(request, viewer, call)` gives the document, sent or registered.
    `turn(viewer, call)` is held while the front works on a request; `admit_changes(viewer, call, count)` is
    asked before changes run. These two and `authenticate` may raise RequestRefused. A token is "" when
    the header holds no bearer token, None when there is no header. `by_plan(document, request, context,
    call)` gives the data of an operation as JSON, or None where it has no plan for it.
    """

    authenticate: Callable[[str | None, Call], Awaitable[V | None]]
    open_context: OpenContext[V]
    observe: Callable[[str, int, float, list[str]], None]
    allowance: Callable[[V], Allowance]
    over_limit: Callable[[str], None]
    text_of: TextOf[V]
    turn: Callable[[V, Call], AbstractContextManager[None]]
    admit_changes: AdmitChanges[V]
    by_plan: ByPlan | None = None


class GraphQLFront(Generic[V]):
    """The ASGI application; `scope["kehu.call"]` must hold the Call (app/http/shell.py puts it there)."""

    def __init__(self, schema: strawberry.Schema, door: Door[V], limits: Limits, runs: Runs) -> None:
        self._door = door
        self._limits = limits
        self._operations = Operations(
            schema,
            limits,
            door.open_context,
            text_of=door.text_of,
            over_limit=door.over_limit,
            admit_changes=door.admit_changes,
            runs=runs,
            by_plan=door.by_plan,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        call: Call = scope["kehu.call"]
        call.facts["operation"] = "none"
        started = time.perf_counter()
        try:
            answer = await self._answer(scope, receive, call)
        except Disconnected:
            call.facts["caller_left"] = True
            return
        seconds = time.perf_counter() - started
        codes = call.facts.get("codes", [])
        self._door.observe(
            str(call.facts["operation"]), answer.status, seconds, codes if isinstance(codes, list) else []
        )
        await send_answer(send, answer)

    async def _answer(self, scope: Scope, receive: Receive, call: Call) -> Answer:
        media_type = JSON_TYPE
        try:
            require_method(scope)
            viewer = await self._viewer(scope, call)
            with self._door.turn(viewer, call):
                media_type = answer_type(header_of(scope, b"accept"))
                asker = Asker(viewer, self._door.allowance(viewer), call)
                request = await read_request(scope, receive, asker.allowance.limits)
                outcome = await self._operations.outcome(request, asker, receive)
                return written(outcome, media_type, call, self._limits)
        except RequestRefused as refused:
            return _refused(refused, media_type, call)
        except Refusal as refusal:
            status = REFUSAL_STATUSES.get(refusal.code, 400)
            return _refused(RequestRefused(status, refusal.code, refusal.message), media_type, call)
        except Disconnected:
            raise
        except Exception as error:
            call.facts["codes"] = ["INTERNAL"]
            return internal_answer(error, call)

    async def _viewer(self, scope: Scope, call: Call) -> V:
        viewer = await self._door.authenticate(bearer_token(scope), call)
        if viewer is None:
            raise unauthenticated()
        return viewer


def _refused(refused: RequestRefused, media_type: str, call: Call) -> Answer:
    call.facts["codes"] = [refused.code]
    return refused_answer(refused, call.request_id, f"{media_type}; charset=utf-8".encode())
