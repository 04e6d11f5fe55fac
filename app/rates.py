"""How often a caller may come, and how much of one token may run at once (limits.toml)."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from app.http.addresses import place_of
from app.http.asgi import RequestRefused
from app.limits import Limits
from app.windows import Rate, Windows
from master.access import Viewer

_SPANS = {1: "a second", 60: "a minute"}
_COUNTED = {
    "burst": "operations of one token",
    "operations": "operations of one token",
    "changes": "changes by one token",
    "visits": "requests without a token from one address",
    "bad-tokens": "requests with a wrong token from one address",
}


class Rates:
    """All of them raise RequestRefused (429) with the whole seconds after which there is room again."""

    def __init__(self, windows: Windows, limits: Limits) -> None:
        self._windows = windows
        self._limits = limits
        self._running: Counter[str] = Counter()

    async def operation(self, viewer: Viewer, own_rate: int | None) -> None:
        """Counts a request of a token, whatever becomes of it. own_rate 0: no rates; None: its role's.

        The burst goes first: what it refuses has not used up the minute.
        """
        if own_rate != 0:
            limits = self._limits.of_role(viewer.role.name)
            minute = own_rate or limits.operations_a_minute
            burst = _with_own_rate(limits.burst, own_rate, limits)
            await self._take(Rate("burst", burst, 1), viewer.token_id)
            await self._take(Rate("operations", minute, 60), viewer.token_id)

    async def changes(self, viewer: Viewer, own_rate: int | None, count: int) -> None:
        """Counts the root fields that change something: each is a change of its own."""
        if own_rate != 0:
            limits = self._limits.of_role(viewer.role.name)
            amount = _with_own_rate(limits.mutations_a_minute, own_rate, limits)
            await self._take(Rate("changes", amount, 60), viewer.token_id, min(count, amount))

    async def visit(self, address: str | None) -> None:
        """Counts a request without a token."""
        await self._take(Rate("visits", self._limits.visits_a_minute, 60), place_of(address))

    async def bad_token(self, address: str | None) -> None:
        """Counts a request whose token opens nothing.

        Called only when that is known: behind one address there may be a whole call centre, whose good tokens
        must not suffer from one that somebody forgot to renew.
        """
        await self._take(Rate("bad-tokens", self._limits.bad_tokens_a_minute, 60), place_of(address))

    @contextmanager
    def turn(self, viewer: Viewer, own_rate: int | None) -> Iterator[None]:
        """While inside, one of the requests of this token that this process works on at the same time.

        Half of all that run may be those of one token without rates: somebody trusts it to come alone.
        """
        limits = self._limits.of_role(viewer.role.name)
        most = limits.operations_at_once // 2 if own_rate == 0 else limits.at_once
        if self._running[viewer.token_id] >= most:
            raise _refused(f"More than {most} operations of one token at once: wait until one has ended.", 1)
        self._running[viewer.token_id] += 1
        try:
            yield
        finally:
            self._running[viewer.token_id] -= 1
            if not self._running[viewer.token_id]:
                del self._running[viewer.token_id]

    async def _take(self, rate: Rate, key: str, cost: int = 1) -> None:
        wait = await self._windows.take(rate, key, cost)
        if wait is not None:
            counted, span = _COUNTED[rate.name], _SPANS[rate.seconds]
            raise _refused(f"More than {rate.amount} {counted} within {span}: try again in {wait} s.", wait)


def _with_own_rate(amount: int, own_rate: int | None, limits: Limits) -> int:
    """A token of a larger rate than its role's may do more at once too, in the same proportion."""
    return max(amount, amount * (own_rate or 0) // limits.operations_a_minute)


def _refused(message: str, wait: int) -> RequestRefused:
    return RequestRefused(429, "RATE_LIMITED", message, [(b"retry-after", str(wait).encode())])
