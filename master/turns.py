"""Turns: how much is done at once, and that no one takes all of it."""

import asyncio
from collections import Counter, deque


class Turns:
    """So many at once, of one holder at most half; others wait, and are let in in the order they came.

    Of one event loop at a time, which runs all that is done here.
    """

    def __init__(self, most: int) -> None:
        self._free = most
        self._share = max(1, most // 2)
        self._held: Counter[str] = Counter()
        self._waiting: deque[tuple[str | None, asyncio.Future[None]]] = deque()

    async def take(self, holder: str | None) -> None:
        """Returns when there is a turn, which has to be given back. holder None: bound by no share."""
        # Whoever waits while there are free ones has its share already: nobody is overtaken.
        if self._may(holder):
            self._hold(holder)
            return
        waiting = holder, asyncio.get_running_loop().create_future()
        self._waiting.append(waiting)
        try:
            await waiting[1]
        except asyncio.CancelledError:
            if waiting[1].cancelled():
                self._waiting.remove(waiting)
            else:  # it was let in, and has not heard of it
                self.give_back(holder)
            raise

    def give_back(self, holder: str | None) -> None:
        self._free += 1
        if holder is not None:
            self._held[holder] -= 1
            if not self._held[holder]:
                del self._held[holder]
        self._let_in()

    def _may(self, holder: str | None) -> bool:
        return self._free > 0 and (holder is None or self._held[holder] < self._share)

    def _hold(self, holder: str | None) -> None:
        self._free -= 1
        if holder is not None:
            self._held[holder] += 1

    def _let_in(self) -> None:
        """The first of those who wait for no other of their own holder."""
        for waiting in self._waiting:
            holder, turn = waiting
            if not turn.cancelled() and self._may(holder):
                self._waiting.remove(waiting)
                self._hold(holder)
                turn.set_result(None)
                return
