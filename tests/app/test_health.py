"""Whether the hub lives, and which of its parts are ready."""

import asyncio
import json

import pytest

from app import health
from app.health import OK, Part, State, readiness
from app.http.asgi import Answer
from tests.app.conftest import Logged


async def fine() -> State:
    return OK


async def limping() -> State:
    return State("degraded", "Do this.")


async def failing() -> State:
    raise RuntimeError("110101199003071234")


async def hanging() -> State:
    await asyncio.sleep(60)
    return OK


def told(**parts: Part) -> tuple[int, object]:
    answer: Answer = asyncio.run(readiness(parts))
    return answer.status, json.loads(answer.body)


def test_a_hub_is_ready_when_every_part_is() -> None:
    assert told(master=Part(fine, True, "x"), index=Part(fine, False, "x")) == (
        200,
        {
            "status": "ready",
            "parts": {"master": {"status": "ok", "advice": None}, "index": {"status": "ok", "advice": None}},
        },
    )


def test_a_part_that_limps_makes_it_degraded() -> None:
    assert told(master=Part(fine, True, "x"), worker=Part(limping, False, "x")) == (
        200,
        {
            "status": "degraded",
            "parts": {
                "master": {"status": "ok", "advice": None},
                "worker": {"status": "degraded", "advice": "Do this."},
            },
        },
    )


def test_only_a_needed_part_that_fails_makes_it_not_ready(logged: Logged) -> None:
    assert told(index=Part(failing, False, "Mend it.")) == (
        200,
        {"status": "degraded", "parts": {"index": {"status": "degraded", "advice": "Mend it."}}},
    )
    assert told(master=Part(failing, True, "Start it.")) == (
        503,
        {"status": "not ready", "parts": {"master": {"status": "failed", "advice": "Start it."}}},
    )
    assert [line["part"] for line in logged()] == ["index", "master"]
    assert "110101199003071234" not in json.dumps(logged())


def test_a_part_that_does_not_answer_has_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "CHECK_SECONDS", 0.05)
    assert told(master=Part(hanging, True, "Start it.")) == (
        503,
        {"status": "not ready", "parts": {"master": {"status": "failed", "advice": "Start it."}}},
    )
