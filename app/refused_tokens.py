"""Audit of tokens that open nothing: beside the requests, and few entries however many there are."""

import asyncio
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Literal

import structlog
from sqlalchemy.exc import SQLAlchemyError

from app.http.addresses import place_of
from master.audit import note
from master.errors import TimedOut
from master.session import Actor, Master, Transaction

NOTED_EVERY_SECONDS = 60.0
MOST_PLACES = 500  # told apart in a minute; what comes from more places is noted together
MOST_TOKENS = 20  # named in an entry

ELSEWHERE = "elsewhere"

Reason = Literal["missing", "malformed", "unknown", "wrong", "expired", "revoked"]

log = structlog.get_logger("kehu.auth")


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a token opens nothing, and its id when it is one of ours. The caller is told neither."""

    reason: Reason
    token_id: str | None = None


@dataclass(slots=True)
class _Tally:
    reasons: Counter[str] = field(default_factory=Counter)
    tokens: set[str] = field(default_factory=set)

    def add(self, refused: Refused) -> None:
        self.reasons[refused.reason] += 1
        if refused.token_id is not None and len(self.tokens) < MOST_TOKENS:
            self.tokens.add(refused.token_id)


class RefusedTokens:
    """Counts refusals by address, and notes each address at most once a minute."""

    def __init__(self, master: Master, every_seconds: float = NOTED_EVERY_SECONDS) -> None:
        self._master = master
        self._every_seconds = every_seconds
        self._tallies: dict[str, _Tally] = {}
        self._noting: asyncio.Task[None] | None = None
        self._closing = asyncio.Event()

    def count(self, refused: Refused, address: str | None) -> None:
        place = place_of(address)
        if place not in self._tallies and len(self._tallies) >= MOST_PLACES:
            place = ELSEWHERE
        self._tallies.setdefault(place, _Tally()).add(refused)
        if self._noting is None or self._noting.done():
            self._noting = asyncio.create_task(self._note_all())

    async def close(self) -> None:
        """Notes what was counted."""
        self._closing.set()
        if self._noting is not None:
            await self._noting

    async def _note_all(self) -> None:
        while self._tallies:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._every_seconds):
                    await self._closing.wait()
            tallies, self._tallies = self._tallies, {}
            await asyncio.to_thread(self._write, tallies)

    def _write(self, tallies: dict[str, _Tally]) -> None:
        try:
            with self._master.transaction(Actor("hub")) as tx:
                for place, tally in tallies.items():
                    _note(replace(tx, actor=Actor("hub", address=place)), tally)
        except (SQLAlchemyError, TimedOut) as error:
            attempts = sum(tally.reasons.total() for tally in tallies.values())
            log.error("refused tokens not noted", attempts=attempts, exc_info=error)


def _note(tx: Transaction, tally: _Tally) -> None:
    details = {
        "attempts": tally.reasons.total(),
        "reasons": dict(tally.reasons),
        "tokens": sorted(tally.tokens),
    }
    note(tx, "token.refused", "token", details=details)
