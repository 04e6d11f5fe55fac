"""What the HTTP front itself costs: the same requests to the hub and to a bare handler, called in turn."""

import asyncio
import os
import shutil
import statistics
import time
from pathlib import Path

import orjson

from app.commands.hub import make_ready
from app.graphql import schema
from app.http.asgi import Answer, Application, Message, Receive, Scope, Send, send_answer
from app.hub import opened
from app.logging import configure_logging
from app.opening import open_master
from app.settings import Settings, read_settings
from benchmarks.figures import Figure
from master.session import Actor
from master.writes.tokens import NewToken, create_token

REQUESTS, WARM, ROUNDS = 1000, 200, 5
BODY = orjson.dumps({"query": "{ viewer { name } }"})


def front_figures(folder: Path) -> list[Figure]:
    """CPU of one request in microseconds: a bare handler, the hub's front, and the query alone."""
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        configure_logging(stream=nowhere)
        return asyncio.run(_measured(_new_hub(folder / "front")))


def _new_hub(folder: Path) -> tuple[Settings, str]:
    """An empty hub's settings, and a token without a rate."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    settings = read_settings({**os.environ, "KEHU_DATA_DIR": str(folder), "KEHU_INDEX_WORKER": "off"})
    make_ready(settings)
    master = open_master(settings)
    with master.transaction(Actor("bench")) as tx:
        token = create_token(tx, NewToken("bench", "ADMIN", None, rate=0))
    master.close()
    return settings, token


async def _measured(hub: tuple[Settings, str]) -> list[Figure]:
    settings, token = hub
    async with opened(settings, schema) as front:
        calls: dict[str, Application] = {"a bare handler": _bare, "the hub, {viewer{name}}": front}
        cpu: dict[str, list[float]] = {name: [] for name in calls}
        for application in calls.values():
            await _asked(application, token, WARM)
        for _ in range(ROUNDS):
            for name, application in calls.items():
                cpu[name].append(await _asked(application, token, REQUESTS))
    medians = {name: statistics.median(found) for name, found in cpu.items()}
    bare, full = medians.values()
    figures = [Figure(f"front: {name}", found, "µs CPU") for name, found in medians.items()]
    return [*figures, Figure("front: above the bare handler", full - bare, "µs CPU")]


async def _asked(application: Application, token: str, times: int) -> float:
    """The CPU of one request, all threads of the process together."""
    begun = time.process_time()
    for _ in range(times):
        body = await _one(application, token)
        if b'"bench"' not in body:
            raise RuntimeError(body.decode())
    return (time.process_time() - begun) / times * 1e6


async def _one(application: Application, token: str) -> bytes:
    sent: list[Message] = []
    waiting = [{"type": "http.request", "body": BODY, "more_body": False}]

    async def receive() -> Message:
        if waiting:
            return waiting.pop()
        await asyncio.Event().wait()  # the caller stays
        raise AssertionError

    async def send(message: Message) -> None:
        sent.append(message)

    await application(_scope(token), receive, send)
    return b"".join(message.get("body", b"") for message in sent)


def _scope(token: str) -> Scope:
    headers = [
        (b"host", b"localhost"),
        (b"content-type", b"application/json"),
        (b"accept", b"application/graphql-response+json"),
        (b"authorization", f"Bearer {token}".encode()),
        (b"content-length", str(len(BODY)).encode()),
    ]
    return {
        "type": "http", "method": "POST", "path": "/graphql", "query_string": b"", "headers": headers,
        "client": ("127.0.0.1", 1),
    }  # fmt: skip


async def _bare(scope: Scope, receive: Receive, send: Send) -> None:
    """Reads the body as JSON and answers with JSON: what no front does without."""
    asked = orjson.loads((await receive())["body"])
    told = {"data": {"viewer": {"name": "bench"}}, "asked": len(asked)}
    await send_answer(send, Answer(200, orjson.dumps(told)))
