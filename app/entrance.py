"""Lets callers in: recognises their tokens, holds them to their rates, counts and notes whom it refuses."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from app.auth import Gate
from app.http.asgi import Call
from app.rates import Rates
from app.refused_tokens import Reason, Refused, RefusedTokens
from master.access import Viewer


class Entrance:
    """What the front's door asks about callers. Whoever comes too often is refused (429)."""

    def __init__(
        self, gate: Gate, rates: Rates, refused: RefusedTokens, count: Callable[[Reason], None]
    ) -> None:
        self._gate = gate
        self._rates = rates
        self._refused = refused
        self._count = count

    async def authenticate(self, token: str | None, call: Call) -> Viewer | None:
        """The viewer, or None whatever the reason. token: None when there is none. Raises Unavailable."""
        if token is None:
            self._count("missing")
            await self._rates.visit(call.address)
            return None
        found = await self._gate.authenticate(token, call)
        if isinstance(found, Refused):
            self._count(found.reason)
            self._refused.count(found, call.address)
            await self._rates.bad_token(call.address)
            return None
        await self._rates.operation(found, call.rate)
        return found

    def turn(self, viewer: Viewer, call: Call) -> AbstractContextManager[None]:
        """While inside, the viewer holds one of the turns of its token."""
        return self._rates.turn(viewer, call.rate)

    async def admit_changes(self, viewer: Viewer, call: Call, count: int) -> None:
        """Before an operation of so many changes runs."""
        await self._rates.changes(viewer, call.rate, count)
