"""Two hubs that are alike in every row, one with the compiled path and one without, asked the same."""

import asyncio
import tomllib
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import orjson
import pytest
from sqlalchemy import Row, select

from app.graphql import schema
from app.http.asgi import Application, Message, Scope
from app.hub import opened
from app.opening import open_master
from app.settings import Settings
from master.answering import Answering
from master.session import Transaction
from master.tables.access import AccessEntryRow, AccessSubjectRow
from master.tables.audit import AuditEntryRow
from master.tables.base import table
from master.wire import Afterwards

Viewer = tuple[str, tuple[str, ...] | None]  # a role, and the branches of its token; None: all
ONE_BRANCH = ("EAST",)
entries, subjects, audit = table(AccessEntryRow), table(AccessSubjectRow), table(AuditEntryRow)


def roles() -> dict[str, dict[str, Any]]:
    """The shipped ones, and one that sees own rows only; none of them is counted out in a test's time."""
    shipped = tomllib.loads(files("master").joinpath("roles.toml").read_text(encoding="utf-8"))
    own = {"title": "Sees own rows only", "permissions": ["read", "audit.read"], "own_rows_only": True}
    without_end = {"fragments_a_day": 10**6, "misses_a_day": 10**6}
    return {name: {**role, **without_end} for name, role in {**shipped, "OWN_ROWS": own}.items()}


def viewers() -> list[Viewer]:
    """Every role, with all branches and, where it may have one, with one."""
    of_all = [(name, None) for name in roles()]
    one = [(name, ONE_BRANCH) for name, role in roles().items() if role.get("branches") != "all"]
    return [*of_all, *one]


@dataclass(frozen=True)
class Told:
    """An answer: its text, but for what is each request's own, and by which path it came."""

    text: str
    json: Any
    plan: str

    @property
    def codes(self) -> list[str]:
        return [error["extensions"]["code"] for error in self.json.get("errors", [])]


class Way:
    """One of the two hubs."""

    def __init__(self, runner: asyncio.Runner, stack: AsyncExitStack, settings: Settings) -> None:
        self._runner = runner
        self._application: Application = runner.run(stack.enter_async_context(opened(settings, schema)))
        self.master = open_master(settings)
        self._noted = {"entries": 0, "audit": self._last_audit()}

    def ask(self, token: str, text: str, values: Mapping[str, object], operation: str | None = None) -> Told:
        asked = {"query": text, "variables": values, "operationName": operation}
        return self._runner.run(_asked(self._application, token, orjson.dumps(asked)))

    def noted(self) -> list[Any]:
        """What was noted since this was last asked: who was shown to whom, searches by parts, look-ups."""
        with self.master.reading() as connection:
            shown = connection.execute(
                select(entries.c.id, entries.c.occasion, entries.c.token_id, subjects.c.customer_id)
                .join(subjects, subjects.c.entry_id == entries.c.id)
                .where(entries.c.id > self._noted["entries"])
                .order_by(entries.c.id, subjects.c.customer_id)
            ).all()
            counted = connection.execute(
                select(audit.c.id, audit.c.action, audit.c.actor, audit.c.outcome, audit.c.details)
                .where(audit.c.id > self._noted["audit"])
                .order_by(audit.c.id)
            ).all()
        self._noted["entries"] = max([self._noted["entries"], *(row.id for row in shown)])
        self._noted["audit"] = max([self._noted["audit"], *(row.id for row in counted)])
        return [*_numbered(shown), *_numbered(counted)]

    def _last_audit(self) -> int:
        with self.master.reading() as connection:
            return max([0, *connection.scalars(select(audit.c.id))])


def _numbered(rows: Sequence[Row[Any]]) -> list[tuple[Any, ...]]:
    """Ids as places: databases leave numbers out, each in its own way."""
    places = {id: place for place, id in enumerate(dict.fromkeys(row.id for row in rows))}
    return [(places[row.id], *row[1:]) for row in rows]


@dataclass
class Both:
    """Asks both hubs, each with its own token of the viewer, which are one and the same."""

    ordinary: Way
    compiled: Way
    tokens: Mapping[Viewer, str]

    def ask(
        self, viewer: Viewer, text: str, values: Mapping[str, object], operation: str | None = None
    ) -> tuple[Told, Told]:
        token = self.tokens[viewer]
        return tuple(way.ask(token, text, values, operation) for way in (self.ordinary, self.compiled))  # type: ignore[return-value]  # two


async def _asked(application: Application, token: str, body: bytes) -> Told:
    sent: list[Message] = []
    waiting = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        if waiting:
            return waiting.pop()
        await asyncio.Event().wait()  # the caller stays
        raise AssertionError

    async def send(message: Message) -> None:
        sent.append(message)

    scope = _scope(token, body)
    await application(scope, receive, send)
    told = b"".join(message.get("body", b"") for message in sent)
    return _told(told, str(scope["kehu.call"].facts.get("plan")))


def _scope(token: str, body: bytes) -> Scope:
    headers = [
        (b"host", b"hub.test"),
        (b"content-type", b"application/json"),
        (b"authorization", f"Bearer {token}".encode()),
        (b"content-length", str(len(body)).encode()),
    ]
    return {
        "type": "http", "method": "POST", "path": "/graphql", "query_string": b"", "headers": headers,
        "client": ("127.0.0.1", 1),
    }  # fmt: skip


def hearing(monkeypatch: pytest.MonkeyPatch, hear: Callable[[str], None]) -> None:
    """From now on the statements of plans are heard before they are asked; but for those that go with a
    COMMIT."""
    told = Answering.told

    async def heard(self: Answering, statement: Any, values: Any, holder: str | None = None) -> bytes | None:
        if holder is not None:  # else the hub asks for itself, as the gate and the notes do
            hear(statement.text)
        return await told(self, statement, values, holder)

    monkeypatch.setattr(Answering, "told", heard)


def failing(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """From now on all statements of plans fail; those that go with a COMMIT are not answered."""

    def fail(text: str) -> None:
        raise error

    hearing(monkeypatch, fail)
    unanswered = Afterwards(("", ()))
    monkeypatch.setattr(Transaction, "afterwards", lambda *asked: unanswered)


def _told(body: bytes, plan: str) -> Told:
    text, told = body.decode(), orjson.loads(body)
    for error in told.get("errors", []):
        text = text.replace(error["extensions"]["requestId"], "")
    return Told(text, told, plan)
